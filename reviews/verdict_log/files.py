"""Files that are whole or not there, and a directory that one process at a time changes."""

import fcntl
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

PUBLIC, PRIVATE = 0o644, 0o600


def write_whole(path: Path, data: bytes, *, mode: int = PUBLIC, is_new: bool = False) -> None:
    """Write a file durably under another name, then give it its own.

    An older file of that name is replaced, or with `is_new` left alone: then FileExistsError is raised.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        os.fchmod(file.fileno(), mode)
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    try:
        if is_new:
            os.link(draft, path)  # unlike a rename, a link never replaces what is there
        else:
            os.replace(draft, path)
    finally:
        draft.unlink(missing_ok=True)
    sync(path.parent)


def sync(directory: Path) -> None:
    """Make a directory's names durable."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def only_one(directory: Path) -> Iterator[None]:
    """Wait until no other process is in this block for the same directory."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)  # which unlocks it
