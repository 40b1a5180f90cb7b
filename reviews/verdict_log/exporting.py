"""The log as a directory that any static server can serve: the same paths, the same bytes."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

from reviews.verdict_log import checkpoints, keys, nodes, tiles
from reviews.verdict_log.checkpoints import Checkpoint
from reviews.verdict_log.files import write_whole
from reviews.verdict_log.refusals import LogUnusable
from reviews.verdict_log.tiles import HEIGHT, Resource
from reviews.verdict_log.verifying import Difference


def export(directory: Path, *, since: int | None = None, tell: Callable[[int], None] = lambda done: None) -> Checkpoint:
    """Bring a directory up to the log as it stands, and return its checkpoint.

    What is there already stays, so an export that was stopped is continued; with `since` only what the first
    `since` entries do not have is looked at. Each file is whole or not there, and the checkpoint comes last:
    the directory can be served all the while. Raises LogUnusable when the directory holds another log, or more.
    """
    present, note = checkpoints.checkpoint()
    directory.mkdir(parents=True, exist_ok=True)
    _check_extends(directory, present)
    done = 0
    for resource in tiles.resources_of(present.size):
        if _is_new(resource, since or 0) and _write(directory, resource):
            done += 1
            tell(done)
    write_whole(directory / "vkey", f"{checkpoints.verifier_key()}\n".encode())
    write_whole(directory / "vkeys", keys.vkeys_note(present.origin).encode())
    write_whole(directory / "checkpoint", note.encode())
    return present


def first_difference(directory: Path) -> Difference | None:
    """The first entry of an exported directory that is not the database's, or its first other fault.

    The directory's checkpoint says how much of the log it must hold.
    """
    try:
        held = checkpoints.opened_checkpoint((directory / "checkpoint").read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        return Difference(None, f"the checkpoint of {directory} cannot be taken: {error}")
    if held.size > nodes.size():
        return Difference(nodes.size(), f"is absent, and {directory} has a checkpoint over {held.size} entries")
    if nodes.root(held.size) != held.root:
        return next(_differences(directory, held), None) or Difference(None, f"{directory} has another root hash")
    return next(_differences(directory, held), None)


def _differences(directory: Path, held: Checkpoint) -> Iterator[Difference]:
    for resource in tiles.resources_of(held.size):
        ours = tiles.read(resource)
        path = directory / resource.path
        theirs = path.read_bytes() if path.is_file() else None
        if ours != theirs:
            yield _difference(resource, ours or b"", theirs)


def _difference(resource: Resource, ours: bytes, theirs: bytes | None) -> Difference:
    """Where a resource of the directory differs from ours: as far as possible, in which entry."""
    start, end = resource.span
    if theirs is None:
        return Difference(None, f"{resource.path} is absent")
    if resource.level is not None:
        return Difference(None, f"{resource.path} holds other hashes")
    try:
        pairs = zip(tiles.unbundled(ours), tiles.unbundled(theirs), strict=False)
    except ValueError as error:
        return Difference(None, f"{resource.path}: {error}")
    first = next((at for at, (one, other) in enumerate(pairs, start) if one != other), None)
    return Difference(end if first is None else first, f"is another one in {resource.path}")


def _is_new(resource: Resource, since: int) -> bool:
    """Whether a resource holds anything of the entries behind the first `since`."""
    level = resource.level or 0
    return resource.span[1] << HEIGHT * level > since


def _write(directory: Path, resource: Resource) -> bool:
    """Write a resource unless it is there; return whether it was written."""
    path = directory / resource.path
    if path.is_file():
        return False
    data = tiles.read(resource)
    if data is None:
        raise LogUnusable(f"{resource.path} cannot be put together. Run `manage.py verify_log`.")
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, data)
    partial = path.with_name(f"{path.name}.p")
    if resource.width is None and partial.is_dir():  # the full one serves every size that they served
        shutil.rmtree(partial)
    return True


def _check_extends(directory: Path, present: Checkpoint) -> None:
    path = directory / "checkpoint"
    if not path.exists():
        if any(directory.iterdir()) and not (directory / "tile").is_dir():
            raise LogUnusable(f"{directory} holds other files. Give an empty directory or an earlier export.")
        return
    try:
        held = checkpoints.opened_checkpoint(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise LogUnusable(f"{path} cannot be taken: {error}. Export into another directory.") from error
    if held.size > present.size or nodes.root(held.size) != held.root:
        raise LogUnusable(f"{path} is over {held.size} entries that this log does not begin with. Run verify_log.")
