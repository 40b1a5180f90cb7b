"""Reading the tree's rows: its size, the hashes of full subtrees, roots and proofs, each with one query."""

from collections.abc import Iterable, Sequence

from django.db.models import Max, Q

from reviews.models import LogEntry, LogNode
from reviews.verdict_log.refusals import LogUnusable
from reviews.verdict_log.tree import Place, Span, consistency_spans, fold, full_subtrees, inclusion_spans


def size() -> int:
    """The number of entries."""
    last: int | None = LogEntry.objects.aggregate(last=Max("index"))["last"]
    return 0 if last is None else last + 1


def hashes_at(places: Iterable[Place]) -> dict[Place, bytes]:
    """The stored hashes of these subtrees; those that have none are left out."""
    wanted = Q()
    for level, index in set(places):
        wanted |= Q(level=level, index=index)
    if not wanted:
        return {}
    rows = LogNode.objects.filter(wanted).order_by().values_list("level", "index", "hash")
    return {(level, index): bytes.fromhex(digest) for level, index, digest in rows}


def hashes_of(spans: Sequence[Span]) -> list[bytes]:
    """The Merkle tree hash of each span. Raises LogUnusable where a row is absent."""
    held = hashes_at(place for span in spans for place in full_subtrees(span))
    return [hash_from(held, span) for span in spans]


def hash_from(held: dict[Place, bytes], span: Span) -> bytes:
    """The Merkle tree hash of a span from the hashes of its full subtrees. Raises LogUnusable where one is absent."""
    places = full_subtrees(span)
    missing = next((place for place in places if place not in held), None)
    if missing is not None:
        raise lacking(missing)
    return fold([held[place] for place in places])


def lacking(place: Place) -> LogUnusable:
    """The refusal where the hash of a subtree is absent."""
    return LogUnusable(
        f"The log's tree lacks the hash {place[0]}/{place[1]}. Run `manage.py verify_log`, and restore the database"
        " from a backup that verifies."
    )


def root(tree_size: int) -> bytes:
    """The Merkle tree hash of the first `tree_size` entries."""
    [digest] = hashes_of([(0, tree_size)])
    return digest


def proofs(index: int, *, tree_size: int, since: int | None = None) -> tuple[list[bytes], list[bytes]]:
    """The proof that entry `index` is in the tree, and the one that the tree extends its first `since` entries."""
    inclusion = inclusion_spans(index, tree_size)
    consistency = consistency_spans(since or 0, tree_size)
    hashes = hashes_of([*inclusion, *consistency])
    return hashes[: len(inclusion)], hashes[len(inclusion) :]
