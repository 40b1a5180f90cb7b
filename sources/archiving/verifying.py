"""Whether a kept file is still what its row says, and what to do when it is not."""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

from sources.archiving.fields import target_uri, warc_date
from sources.archiving.kept import Kept
from sources.archiving.store import SnapshotStore
from sources.archiving.warc_reading import Corrupt, Missing, Unresolved

RESTORE = "put the file back from a backup of the snapshots; if there is none, check the source again for a new copy"
EXCHANGE = "the files were mixed up: put this one back from a backup, and look for others that have its name"
RESOLVE = "put the file it refers to back from a backup; until then this snapshot has no body"
TRY_AGAIN = "look into the storage (disk, rights, service), then verify again"
UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the row of a snapshot says of its file. `url` is empty for what was uploaded."""

    path: str
    sha256: str
    size: int
    is_revisit: bool
    url: str
    fetched_at: datetime


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong with a snapshot's file: in one word, in a sentence, and what to do."""

    kind: str
    what: str
    remedy: str


def fault_of(store: SnapshotStore, expected: Expected) -> Fault | None:
    """The first fault of a snapshot's file, every checksum, digest and reference verified; None if it is sound."""
    try:
        kept = store.read(expected.path)
    except Missing as error:
        return Fault("missing", str(error), RESTORE)
    except Unresolved as error:
        return Fault("unresolved", str(error), RESOLVE)
    except Corrupt as error:
        return Fault("damaged", str(error), RESTORE)
    except OSError as error:
        return Fault(UNREADABLE, f"{type(error).__name__}: {error}", TRY_AGAIN)
    return _difference(kept, expected)


def _difference(kept: Kept, expected: Expected) -> Fault | None:
    digest = sha256(kept.body).hexdigest()
    if digest != expected.sha256:
        return Fault("another body", f"the body has SHA-256 {digest}, the row says {expected.sha256}", EXCHANGE)
    if len(kept.body) != expected.size:
        return Fault("another size", f"the body has {len(kept.body)} bytes, the row says {expected.size}", EXCHANGE)
    url = target_uri(expected.url) if expected.url else f"urn:factcheck:document:{digest}"
    said = {"address": kept.url, "time": kept.kept_at, "kind": _kind(is_revisit=kept.is_revisit)}
    wanted = {"address": url, "time": warc_date(expected.fetched_at), "kind": _kind(is_revisit=expected.is_revisit)}
    for name, value in wanted.items():
        if said[name] != value:
            return Fault("another snapshot", f"the file's {name} is {said[name]}, the row's {value}", EXCHANGE)
    return None


def _kind(*, is_revisit: bool) -> str:
    return "a revisit" if is_revisit else "a copy"
