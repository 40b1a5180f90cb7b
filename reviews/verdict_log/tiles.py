"""The log as static resources: C2SP tlog-tiles, with tiles of height 8."""

import re
from dataclasses import dataclass

from reviews.models import LogEntry, LogNode

HEIGHT = 8
WIDTH = 1 << HEIGHT  # hashes in a full tile, entries in a full bundle
_HIGHEST = 63
_MOST = 2**54  # tiles a level can have before the number of an entry outgrows the database's
_PATH = re.compile(r"(?P<level>\d{1,2}|entries)/(?P<index>(?:x\d{3}/){0,5}\d{3})(?:\.p/(?P<width>\d{1,3}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Resource:
    """A tile of a level, or a bundle of entries (level None); with a width a partial one."""

    level: int | None
    index: int
    width: int | None = None

    @property
    def path(self) -> str:
        """Its address below the log's, `tile/<L>/<N>[.p/<W>]`."""
        digits = f"{self.index:03}"
        digits = digits.zfill(-(-len(digits) // 3) * 3)
        groups = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        number = "/".join([*(f"x{group}" for group in groups[:-1]), groups[-1]])
        level = "entries" if self.level is None else self.level
        return f"tile/{level}/{number}" + (f".p/{self.width}" if self.width else "")

    @property
    def span(self) -> tuple[int, int]:
        """The numbers of its hashes or entries within their level: from the first up to, and without, the second."""
        return self.index * WIDTH, self.index * WIDTH + (self.width or WIDTH)


def resource_at(path: str) -> Resource | None:
    """The resource of an address as `Resource.path` gives it, without `tile/`; None for every other text."""
    found = _PATH.fullmatch(path)
    if found is None:
        return None
    level = None if found["level"] == "entries" else int(found["level"])
    width = int(found["width"]) if found["width"] else None
    index = int(found["index"].replace("x", "").replace("/", ""))
    resource = Resource(level, index, width)
    is_possible = (level is None or level <= _HIGHEST) and (width is None or 1 <= width < WIDTH) and index < _MOST
    # One address each: leading zeros and empty groups are no other way to write it.
    return resource if is_possible and resource.path == f"tile/{path}" else None


def read(resource: Resource) -> bytes | None:
    """The bytes of a tile or a bundle, with one query; None where the log does not reach so far."""
    start, end = resource.span
    if resource.level is None:
        rows = LogEntry.objects.filter(index__gte=start, index__lt=end).order_by("index")
        entries = [entry.encode() for entry in rows.values_list("entry", flat=True)]
        return bundle(entries) if len(entries) == end - start else None
    nodes = LogNode.objects.filter(level=resource.level * HEIGHT, index__gte=start, index__lt=end).order_by("index")
    hashes = list(nodes.values_list("hash", flat=True))
    return bytes.fromhex("".join(hashes)) if len(hashes) == end - start else None


def bundle(entries: list[bytes]) -> bytes:
    """Entries as they are served: each behind its length in two bytes."""
    return b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)


def unbundled(data: bytes) -> list[bytes]:
    """The entries of a bundle. Raises ValueError when it ends within one."""
    entries, at = [], 0
    while at < len(data):
        end = at + 2 + int.from_bytes(data[at : at + 2], "big")
        if end > len(data) or at + 2 > len(data):
            raise ValueError("the bundle ends within an entry")
        entries.append(data[at + 2 : end])
        at = end
    return entries


def resources_of(size: int) -> list[Resource]:
    """Every full tile and bundle of a tree of this size, and the partial ones on its right edge."""
    found = [*_row(None, size)]
    level, hashes = 0, size
    while hashes:
        found += _row(level, hashes)
        level, hashes = level + 1, hashes // WIDTH
    return found


def _row(level: int | None, many: int) -> list[Resource]:
    full = [Resource(level, index) for index in range(many // WIDTH)]
    return [*full, Resource(level, many // WIDTH, many % WIDTH)] if many % WIDTH else full
