"""A directory as a Django storage whose files are either whole or not there."""

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import Storage

from sources.stages import Stage, reached

_PIECE = 1 << 20


class AtomicDirectory(Storage):
    """Writes and syncs a file under another name before it gets its own; existing files are not replaced.

    Names are relative, with `/`; SuspiciousFileOperation for one that leads elsewhere. Without a `location`:
    settings.SNAPSHOT_DIR.
    """

    def __init__(self, location: str | Path = "") -> None:
        self._location = str(location)

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return os.path.isfile(self.path(name))

    def size(self, name: str) -> int:
        """Bytes of a file. Raises FileNotFoundError."""
        return os.path.getsize(self.path(name))

    def get_modified_time(self, name: str) -> datetime:
        """When a file was written. Raises FileNotFoundError."""
        return datetime.fromtimestamp(os.path.getmtime(self.path(name)), UTC)

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Names of the directories and of the files in a directory, both empty when there is none.

        What a killed process has not finished writing is among them: its name begins with a dot.
        """
        try:
            with os.scandir(self.path(path)) as entries:
                found = sorted((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries)
        except FileNotFoundError:
            return [], []
        return [name for name, is_directory in found if is_directory], [name for name, is_it in found if not is_it]

    def delete(self, name: str) -> None:
        """Remove a file for good; it may be gone already."""
        path = self.path(name)
        try:
            os.unlink(path)
        except FileNotFoundError:
            return
        _sync(os.path.dirname(path))

    def path(self, name: str) -> str:
        """Where a file lies."""
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\0" in name:
            raise SuspiciousFileOperation(f"{name!r} is no name within the storage")
        return os.path.join(self._location or settings.SNAPSHOT_DIR, name)

    def get_available_name(self, name: str, max_length: int | None = None) -> str:
        """The name itself: whoever keeps a snapshot chooses one that is free, and another would not be found again."""
        return name

    def _open(self, name: str, mode: str = "rb") -> "File[bytes]":
        if mode != "rb":
            raise ValueError("files are written with save")
        return File(open(self.path(name), "rb"), name)

    def _save(self, name: str, content: Any) -> str:
        """Write a file, durably before this returns. Raises FileExistsError, or OSError if the disk fails."""
        path = self.path(name)
        directory, last = os.path.split(path)
        temporary = os.path.join(directory, f".{last}.{secrets.token_hex(6)}")
        with _new_file(temporary) as file:
            while piece := content.read(_PIECE):
                _write(file, piece)
            reached(Stage.FILE_WRITTEN)
            os.fsync(file)
            reached(Stage.FILE_SYNCED)
            # Unlike a rename, a link never replaces what is there.
            os.link(temporary, path)
            reached(Stage.FILE_RENAMED)
        _sync(directory)
        return name


@contextmanager
def _new_file(path: str) -> Iterator[int]:
    """A descriptor of a new file, in directories made as needed; the name is gone afterwards."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    try:
        descriptor = os.open(path, flags, 0o666)
    except FileNotFoundError:
        _make_directory(os.path.dirname(path))
        descriptor = os.open(path, flags, 0o666)
    try:
        yield descriptor
    finally:
        os.close(descriptor)
        os.unlink(path)


def _write(descriptor: int, data: bytes) -> None:
    left = memoryview(data)
    while left:
        left = left[os.write(descriptor, left) :]


def _make_directory(path: str) -> None:
    """Create a directory and those above it, and sync every parent that got a new entry."""
    missing = []
    while not os.path.isdir(path):
        missing.append(path)
        path = os.path.dirname(path)
    for directory in reversed(missing):
        try:
            os.mkdir(directory)
        except FileExistsError:
            pass  # another process was first; it may not have synced the parent yet
        _sync(os.path.dirname(directory))


def _sync(directory: str) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
