"""The bytes of a snapshot, out of the archive."""

from sources.archiving import Corrupt
from sources.checks import store
from sources.models import Snapshot


def body_of(snapshot: Snapshot) -> bytes | str:
    """The body that one check got, its checksums verified; in words why it cannot be had."""
    try:
        body = store().read(snapshot.path).body
    except (Corrupt, OSError) as error:
        return f"The archive file is damaged or missing: {error}"
    return body if isinstance(body, bytes) else bytes(body)
