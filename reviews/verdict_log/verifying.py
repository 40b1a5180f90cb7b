"""Recomputing the whole log from the database, and finding the first entry that differs."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from reviews.models import LogEntry, LogNode, Verdict
from reviews.verdict_log import comparing
from reviews.verdict_log.checkpoints import Checkpoint
from reviews.verdict_log.nodes import size
from reviews.verdict_log.records import Records
from reviews.verdict_log.tree import Place, completed_by, fold, last_entry_of, leaf_hash, node_hash

BATCH = 256  # entries in memory at once


@dataclass(frozen=True, slots=True)
class Difference:
    """The first thing that is not as it must be; `index` is the entry, None when it is in no entry."""

    index: int | None
    what: str

    def __str__(self) -> str:
        return self.what if self.index is None else f"entry {self.index} {self.what}"


@dataclass
class Verification:
    """One pass over the log. `signed` are roots that were signed, by size, the smallest first."""

    signed: Iterable[Checkpoint] = ()
    tell: Callable[[int], None] = lambda done: None
    size: int = 0
    checkpoints: int = 0  # how many of the signed roots were compared
    earlier: int = 0  # entries of an earlier time than the one before them: replayed or imported histories

    def __post_init__(self) -> None:
        self._edge: list[tuple[int, bytes]] = []  # level and hash of the full subtrees so far, the largest first
        self._signed = iter(self.signed)
        self._next = next(self._signed, None)
        self._agreed = 0  # so many entries are those of a signed root
        self._last_at: datetime | None = None

    @property
    def root(self) -> bytes:
        """The Merkle tree hash of the entries so far, recomputed."""
        return fold([digest for _, digest in self._edge])

    def first_difference(self) -> Difference | None:
        """Compare everything, entry by entry; None when all agrees."""
        difference = next(self._differences_in_signed(), None)  # over no entry at all
        for batch in _batches():
            difference = difference or next(self._differences(batch), None)
            if difference:
                return difference
            self.tell(self.size)
        return difference or self._left_over()

    def _differences(self, batch: Sequence[LogEntry]) -> Iterator[Difference]:
        records = Records(batch)
        stored = _stored_nodes(self.size, batch[-1].index + 1)
        for entry in batch:
            if entry.index != self.size:
                yield Difference(self.size, "is absent")
            for what in self._faults(entry, stored):
                yield Difference(entry.index, what)
            self.size += 1
            yield from self._differences_in_signed()
            fault = comparing.fault_of(entry, records)
            if fault:
                yield Difference(entry.index, fault)
            self.earlier += self._last_at is not None and entry.at < self._last_at
            self._last_at = entry.at

    def _faults(self, entry: LogEntry, stored: dict[Place, str]) -> Iterator[str]:
        """The leaf and the subtrees that it completes, recomputed, beside the stored ones."""
        digest = leaf_hash(entry.entry.encode())
        if entry.leaf_hash != digest.hex():
            yield "has another leaf hash"
        for place in completed_by(entry.index):
            if place[0] and self._edge:
                digest = node_hash(self._edge.pop()[1], digest)
            if stored.get(place) != digest.hex():
                yield f"completes the subtree {place[0]}/{place[1]}, whose stored hash is another one or absent"
        self._edge.append((completed_by(entry.index)[-1][0], digest))

    def _differences_in_signed(self) -> Iterator[Difference]:
        """The root so far beside what was signed over as many entries."""
        while self._next is not None and self._next.size <= self.size:
            if self._next.size == self.size and self._next.root != self.root:
                first, last = self._agreed, max(self.size - 1, 0)
                which = "it" if first >= last else f"one of the entries {first} to {last}"
                yield Difference(last, f"is not what was signed: {which} was changed, tree and all")
            self.checkpoints += 1
            self._agreed = self._next.size
            self._next = next(self._signed, None)

    def _left_over(self) -> Difference | None:
        """What belongs to no entry: signed roots over more entries, hashes beyond the tree, versions not logged."""
        if self._next is not None:
            what = f"is absent: a checkpoint over {self._next.size} entries was signed, and there are {self.size}"
            return Difference(self.size, what)
        stray = _stray_node()
        if stray is not None:
            return Difference(None, f"a hash is stored for the subtree {stray[0]}/{stray[1]}, which no entry completes")
        unlogged = Verdict.objects.filter(log_entry__isnull=True).order_by("published_at", "pk").first()
        if unlogged is not None:
            return Difference(None, f"version {unlogged.number} of verdict {unlogged.verdict_id} is not in the log")
        return None


def first_difference(signed: Iterable[Checkpoint] = ()) -> Difference | None:
    """The first entry that differs from what was published or signed; None when all agrees."""
    return Verification(signed).first_difference()


def _batches() -> Iterator[list[LogEntry]]:
    rows = LogEntry.objects.select_related("verdict__rating__scale", "verdict__round").order_by("index")
    batch = list(rows[:BATCH])
    while batch:
        yield batch
        batch = list(rows.filter(index__gt=batch[-1].index)[:BATCH])


def _stored_nodes(start: int, end: int) -> dict[Place, str]:
    """The stored hashes of all subtrees that these entries complete."""
    wanted = Q()
    for level in range(end.bit_length()):
        wanted |= Q(level=level, index__gte=start >> level, index__lt=end >> level)
    rows = LogNode.objects.filter(wanted).order_by().values_list("level", "index", "hash")
    return {(level, index): digest for level, index, digest in rows}


def _stray_node() -> Place | None:
    """A stored subtree that no entry completes. The size is read last: whoever publishes meanwhile makes it larger."""
    newest = LogNode.objects.order_by("level", "-index").values_list("level", "index")
    candidates: list[Place] = []
    for level in LogNode.objects.order_by("level").values_list("level", flat=True).distinct():
        candidates += newest.filter(level=level)[:1]
    tree_size = size()
    return next((place for place in candidates if last_entry_of(place) >= tree_size), None)
