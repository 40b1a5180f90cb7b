"""The arithmetic of the tree, after RFC 6962 section 2.1: SHA-256, 0x00 before a leaf, 0x01 before a node."""

from collections.abc import Iterator, Sequence
from hashlib import sha256

EMPTY_ROOT = sha256(b"").digest()

# A full subtree: level l and index i cover the entries from i·2ˡ up to (i+1)·2ˡ.
Place = tuple[int, int]
# Entries from the first up to, and without, the second.
Span = tuple[int, int]


def leaf_hash(entry: bytes) -> bytes:
    """The hash of an entry."""
    return sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees side by side."""
    return sha256(b"\x01" + left + right).digest()


def fold(subtrees: Sequence[bytes]) -> bytes:
    """The root over full subtrees of falling size, from left to right; the empty tree's root over none."""
    if not subtrees:
        return EMPTY_ROOT
    digest = subtrees[-1]
    for left in reversed(subtrees[:-1]):
        digest = node_hash(left, digest)
    return digest


def full_subtrees(span: Span) -> list[Place]:
    """The full subtrees that make up a span, from left to right; its start is a multiple of each one's size."""
    start, end = span
    places = []
    for level in reversed(range((end - start).bit_length())):
        if end - start >> level & 1:
            places.append((level, start >> level))
            start += 1 << level
    return places


def completed_by(index: int) -> list[Place]:
    """The leaf of an entry and the subtrees that it completes as their last one, the smallest first."""
    places = [(0, index)]
    while places[-1][1] % 2 == 1:  # a right child completes its parent
        level, place = places[-1]
        places.append((level + 1, place // 2))
    return places


def last_entry_of(place: Place) -> int:
    """The entry that completes a subtree."""
    level, index = place
    return (index + 1 << level) - 1


def inclusion_spans(index: int, size: int) -> list[Span]:
    """The spans whose hashes prove that an entry is in a tree (RFC 6962 2.1.1), the lowest first."""
    return list(_path(index, (0, size)))


def _path(index: int, span: Span) -> Iterator[Span]:
    start, end = span
    if end - start == 1:
        return
    middle = _middle(span)
    near, far = ((start, middle), (middle, end)) if index < middle else ((middle, end), (start, middle))
    yield from _path(index, near)
    yield far


def consistency_spans(old: int, new: int) -> list[Span]:
    """The spans whose hashes prove that a tree extends an older one (RFC 6962 2.1.2); none for 0 or the same size."""
    return list(_extension(old, (0, new), is_known=True)) if 0 < old < new else []


def _extension(old: int, span: Span, *, is_known: bool) -> Iterator[Span]:
    start, end = span
    if old == end:
        if not is_known:
            yield span
        return
    middle = _middle(span)
    if old <= middle:
        yield from _extension(old, (start, middle), is_known=is_known)
        yield (middle, end)
    else:
        yield from _extension(old, (middle, end), is_known=False)
        yield (start, middle)


def _middle(span: Span) -> int:
    """Where a span is split: after the largest power of two below its length."""
    start, end = span
    return start + (1 << (end - start - 1).bit_length() - 1)
