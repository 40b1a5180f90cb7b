"""Checkpoints (C2SP tlog-checkpoint), and the desk's own memory of every root that it has ever signed.

The memory is a file beside the key, not a table: whoever changes the database cannot change it, too. What the
database holds must extend what it says, or nothing is signed or published any more.
"""

import os
from base64 import b64decode, b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlsplit

from django.conf import settings

from reviews.verdict_log import keys, nodes
from reviews.verdict_log.files import only_one, sync
from reviews.verdict_log.notes import opened, signed
from reviews.verdict_log.refusals import LogUnusable
from reviews.verdict_log.tree import Place, full_subtrees

_LAST_LINE = 256  # it is among so many bytes from the end


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself: its name, how many entries it has, their Merkle tree hash."""

    origin: str
    size: int
    root: bytes

    @property
    def text(self) -> str:
        """The three lines that are signed."""
        return f"{self.origin}\n{self.size}\n{b64encode(self.root).decode()}\n"

    @property
    def line(self) -> bytes:
        """Its line in the memory."""
        return f"{self.size} {b64encode(self.root).decode()}\n".encode("ascii")

    @property
    def places(self) -> list[Place]:
        """The full subtrees that make up its tree."""
        return full_subtrees((0, self.size))


def origin() -> str:
    """The log's name: as it was when it was first signed, else the public address without its scheme."""
    held = _first_line()
    if held:
        return held
    parts = urlsplit(settings.PUBLIC_URL)
    return quote(f"{parts.netloc}{parts.path}/log", safe="/:[].-_~")  # names hold no plus and no space


def verifier_key() -> str:
    """The present key's vkey `name+id+key`, as served at /log/vkey. Raises LogUnusable when the key is lost."""
    return keys.signers(origin())[0].verifier.vkey


def checkpoint() -> tuple[Checkpoint, str]:
    """The checkpoint over all entries, and the note that signs it; its root is remembered before anybody gets it.

    Raises LogUnusable when the key is lost, or when the tree does not extend what was signed before.
    """
    by = keys.signers(origin())
    present = remember_newest()
    return present, signed(present.text, by)


def remember_newest() -> Checkpoint:
    """Return the unsigned checkpoint over all committed entries, and remember it: none can be cut off unseen."""
    last = last_signed()  # read first: what is committed afterwards can only be longer
    tree_size = nodes.size()
    held = nodes.hashes_at([*full_subtrees((0, tree_size)), *(last.places if last else ())])
    check_extends(last, tree_size, held)
    present = Checkpoint(origin(), tree_size, nodes.hash_from(held, (0, tree_size)))
    if last is None or last.size < tree_size:
        _remember(present)
    return present


def check_extends(last: Checkpoint | None, tree_size: int, held: dict[Place, bytes]) -> None:
    """Raise LogUnusable unless a tree of this size, with these hashes, extends the last one that was signed."""
    if last is None:
        return
    if last.size > tree_size:
        raise LogUnusable(
            f"The database holds {tree_size} log entries, but a checkpoint over {last.size} was signed: this is an"
            f" older backup. Restore a newer one. If those versions are gone for good, move {_memory()} aside: whoever"
            " kept a checkpoint will see that the log was cut."
        )
    if nodes.hash_from(held, (0, last.size)) != last.root:
        raise LogUnusable(
            f"The log's first {last.size} entries are not the ones that were signed. Run `manage.py verify_log`, which"
            " names the first that differs, and restore the database from a backup that verifies."
        )


def opened_checkpoint(note: str) -> Checkpoint:
    """The checkpoint in a signed note, once a key of this log has verified it. Raises ValueError saying why not."""
    lines = opened(note, keys.verifiers(origin())).split("\n")
    if len(lines) < 4 or not lines[1].isdecimal():
        raise ValueError("its text is not an origin, a size and a root hash")
    if lines[0] != origin():
        raise ValueError(f"it is of the log {lines[0]}, and this is {origin()}")
    return Checkpoint(lines[0], int(lines[1]), b64decode(lines[2], validate=True))


def last_signed() -> Checkpoint | None:
    """The longest checkpoint that was signed; None when there is none yet."""
    held = _first_line()
    if not held:
        return None
    tail = _tail()
    return _remembered(held, tail[: tail.rfind(b"\n") + 1].splitlines()[-1])


def all_signed() -> Iterator[Checkpoint]:
    """Every checkpoint that was signed, the shortest first."""
    held = _first_line()
    if not held:
        return
    with _memory().open("rb") as file:
        file.readline()
        yield from (_remembered(held, line) for line in file if line.endswith(b"\n"))


def _remember(present: Checkpoint) -> None:
    """Add a checkpoint to the memory, durably, unless a longer one is there by now."""
    path = _memory()
    with only_one(keys.directory()):
        last = last_signed()
        if last is not None and last.size >= present.size:
            return
        with path.open("ab") as file:
            tail = _tail()
            file.truncate(path.stat().st_size - len(tail) + tail.rfind(b"\n") + 1)  # a power cut may leave half a line
            if not path.stat().st_size:
                file.write(f"{present.origin}\n".encode("ascii"))
            file.write(present.line)
            file.flush()
            os.fsync(file.fileno())
        sync(path.parent)


def _remembered(name: str, line: bytes) -> Checkpoint:
    size, _, root = line.partition(b" ")
    try:
        return Checkpoint(name, int(size), b64decode(root.strip(), validate=True))
    except ValueError as error:
        raise LogUnusable(f"{_memory()} holds a line that is no size and root: {line!r}. Restore it.") from error


def _memory() -> Path:
    return keys.directory() / keys.ROOTS


def _first_line() -> str:
    """The log's name from the memory; empty while nothing was ever remembered."""
    try:
        with _memory().open("rb") as file:
            name, first = file.readline(), file.readline()
    except FileNotFoundError:
        return ""
    return name.decode("ascii").rstrip("\n") if first.endswith(b"\n") else ""


def _tail() -> bytes:
    with _memory().open("rb") as file:
        file.seek(max(0, os.fstat(file.fileno()).st_size - _LAST_LINE))
        return file.read()
