"""Files that are either whole or not there, in the shape of a Django storage."""

import os
import secrets
from pathlib import Path, PurePosixPath
from typing import IO, Protocol


class Storage(Protocol):
    """What of a Django storage the archive uses; `save` returns the name under which the file is kept."""

    def open(self, name: str, mode: str = "rb") -> IO[bytes]: ...

    def exists(self, name: str) -> bool: ...

    def save(self, name: str, content: IO[bytes]) -> str: ...

    def listdir(self, path: str) -> tuple[list[str], list[str]]: ...


class AtomicDirectory:
    """A directory as a storage: a file is written and synced under another name before it gets its own.

    Names are relative, with `/`; ValueError for one that leads elsewhere. Existing files are not replaced.
    """

    def __init__(self, root: Path) -> None:
        self._root = root

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        """Open a file for reading. Raises FileNotFoundError."""
        if mode != "rb":
            raise ValueError("files are written with save")
        return self._path(name).open("rb")

    def exists(self, name: str) -> bool:
        """Whether there is such a file."""
        return self._path(name).is_file()

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Names of the directories and of the files in a directory, both empty when there is none."""
        directory = self._path(path)
        entries = sorted(directory.iterdir()) if directory.is_dir() else []
        visible = [entry for entry in entries if not entry.name.startswith(".")]
        return (
            [entry.name for entry in visible if entry.is_dir()],
            [entry.name for entry in visible if entry.is_file()],
        )

    def save(self, name: str, content: IO[bytes]) -> str:
        """Write a file, durably before this returns. Raises FileExistsError, or OSError if the disk fails."""
        path = self._path(name)
        self._make_directories(path.parent)
        temporary = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
        try:
            with temporary.open("xb") as file:
                while piece := content.read(1 << 20):
                    file.write(piece)
                file.flush()
                os.fsync(file.fileno())
            # Unlike a rename, a link never replaces what is there.
            os.link(temporary, path)
        finally:
            temporary.unlink(missing_ok=True)
        _sync(path.parent)
        return name

    def _make_directories(self, directory: Path) -> None:
        """Create a directory and sync every parent that got a new entry."""
        missing = [directory, *directory.parents]
        missing = [parent for parent in missing if not parent.exists()]
        directory.mkdir(parents=True, exist_ok=True)
        for created in reversed(missing):
            _sync(created.parent)

    def _path(self, name: str) -> Path:
        parts = PurePosixPath(name).parts
        if not parts or name.startswith("/") or ".." in parts or "\0" in name:
            raise ValueError(f"{name!r} is no name within the storage")
        return self._root.joinpath(*parts)


def _sync(directory: Path) -> None:
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
