"""Every file of a storage, one after another, and those among them that no row points to."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from django.core.files.storage import Storage

from sources.archiving.names import DIRECTORY


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file's name within the storage, and when it was written."""

    path: str
    written_at: datetime


@runtime_checkable
class Walkable(Protocol):
    """A storage with a faster way to list all its files than directory by directory."""

    def walk(self, below: str) -> Iterator[KeptFile]: ...


def files_of(storage: Storage) -> Iterator[KeptFile]:
    """The archive's files in the order of their names, unfinished ones included, few of them held in memory."""
    if isinstance(storage, Walkable):
        yield from storage.walk(DIRECTORY)
    else:
        yield from _below(storage, DIRECTORY)


def not_among(files: Iterable[KeptFile], paths: Iterable[str]) -> Iterator[KeptFile]:
    """The files whose path is not among these; both must come in the order of their bytes."""
    rest = iter(paths)
    path = next(rest, None)
    for file in files:
        while path is not None and path < file.path:
            path = next(rest, None)
        if path != file.path:
            yield file


def _below(storage: Storage, directory: str) -> Iterator[KeptFile]:
    try:
        directories, names = storage.listdir(directory)
    except FileNotFoundError:
        return
    # "ab/" and not "ab": the order must be that of whole paths.
    for name in sorted([f"{name}/" for name in directories] + names):
        path = f"{directory}/{name}"
        if name.endswith("/"):
            yield from _below(storage, path.removesuffix("/"))
            continue
        try:
            written_at = storage.get_modified_time(path)
        except FileNotFoundError:
            continue  # an unfinished file that has been finished meanwhile
        yield KeptFile(path, written_at)
