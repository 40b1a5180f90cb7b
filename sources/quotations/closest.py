"""Where a text comes closest to a passage that is not in it word for word; this locates and never decides.

How similar "altered" must be was measured on sentences in nine languages, in texts of up to 27,000 characters
(`tests/sources/test_quotation_thresholds.py` measures anew). With one word exchanged, 95 of 100 passages of eight
words and more stay above 0.82 (Chinese and Japanese, of sixteen characters: 0.94), with a fifth of the words
exchanged above 0.70 (0.76); the closest passage to one whose sentence was taken out is below 0.71 in 99 of 100
cases (0.47). Hence 0.7. Passages of five to seven words come to 0.74 and 0.79, of three and four to 0.59 and 0.84:
hence 0.8, and for these the words around the passage are asked first. Two sentences that stand in the same place
and have nothing to do with each other come to 0.44 in 99 of 100 cases and never above 0.50, hence 0.55 there.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, takewhile
from typing import Final

from rapidfuzz import fuzz
from rapidfuzz.distance import Indel

from sources.quotations.wording import SEPARATOR, Wording

MOST_SIMILAR: Final = 0.99
"""What is not there word for word is never quite the same, whatever its score."""

_MOST_ANCHORS = 48
_MOST_PLACES = 400
_MOST_WINDOWS = 6
_MOST_WORDS = 4_000
_SLOW_TEXT = 100_000
_SLOW_PASSAGE = 500
_FARTHEST_STRETCH = 8
_ALIKE = 0.4
_SHORT_REST = 3


@dataclass(frozen=True, slots=True)
class Closest:
    """The passage from word `first` to word `last` of the text, and how similar it is (0 to 0.99)."""

    first: int
    last: int
    similarity: float


def closest(wanted: Wording, text: Wording) -> Closest | None:
    """The passage of `text` most similar to `wanted`, or None when they have nothing in common.

    Case and diacritics do not count. Only places are compared where the passage's rarest words, or pairs of
    them, stand at the right distance from each other, so that the time hardly depends on the text's length.
    """
    passage = wanted.folded_key.split(SEPARATOR)[1:-1][:_MOST_WORDS]
    best: Closest | None = None
    for place in _places(passage, text.folded_key):
        found = _compare(passage, text.folded_key, place)
        if found is not None and (best is None or found.similarity > best.similarity):
            best = found
    return best


def _places(passage: Sequence[str], key: str) -> list[int]:
    """Offsets in the key near which the passage may start, most likely first."""
    votes: Counter[int] = Counter()
    grain = max(sum(map(len, passage)) // 2, 24)
    for offset, anchor in _rarest(passage, key):
        votes.update({max(place - offset, 0) // grain for place in _occurrences(anchor, key)})
    if not votes:
        return _place_of_letters(passage, key)
    # Changes shift what follows them, so neighbouring buckets speak for each other.
    support = {bucket: votes[bucket] + votes[bucket - 1] + votes[bucket + 1] for bucket in list(votes)}
    likely = sorted(support, key=lambda bucket: (-support[bucket], -votes[bucket], bucket))
    return [bucket * grain for bucket in likely[:_MOST_WINDOWS]]


def _rarest(passage: Sequence[str], key: str) -> list[tuple[int, str]]:
    """Words and pairs of words of the passage that the text has, rarest first, each with its offset in it."""
    offsets = [0]
    for word in passage:
        offsets.append(offsets[-1] + len(word) + 1)
    singles = [(offsets[place], f"{SEPARATOR}{word}{SEPARATOR}") for place, word in enumerate(passage)]
    pairs = [
        (offsets[place], SEPARATOR.join(("", first, second, "")))
        for place, (first, second) in enumerate(pairwise(passage))
    ]
    anchors = _spread([single for single in singles if len(single[1]) > 3]) + _spread(pairs)
    counted = [(key.count(anchor), offset, anchor) for offset, anchor in dict.fromkeys(anchors)]
    chosen, places = [], 0
    for count, offset, anchor in sorted(counted):
        if count and places < _MOST_PLACES:
            chosen.append((offset, anchor))
            places += count
    return chosen


def _spread(anchors: list[tuple[int, str]]) -> list[tuple[int, str]]:
    step = -(-len(anchors) // (_MOST_ANCHORS // 2)) or 1
    return anchors[::step]


def _occurrences(anchor: str, key: str) -> Iterator[int]:
    place, seen = key.find(anchor), 0
    while place >= 0 and seen < _MOST_PLACES:
        yield place
        place, seen = key.find(anchor, place + 1), seen + 1


def _place_of_letters(passage: Sequence[str], key: str) -> list[int]:
    """Where no word is the same (inflection, misreadings): the place by letters, in texts short enough."""
    joined = SEPARATOR.join(passage)
    if not joined or len(joined) > _SLOW_PASSAGE or len(key) > _SLOW_TEXT:
        return []
    found = fuzz.partial_ratio_alignment(joined, key)
    return [found.dest_start] if found is not None else []


def _compare(passage: Sequence[str], key: str, place: int) -> Closest | None:
    """The best passage near an offset of the key: where words match most densely, stretched at both ends."""
    length = sum(map(len, passage)) + len(passage)
    start = key.rfind(SEPARATOR, 0, max(place - length // 2 - 16, 0) + 1)
    end = key.find(SEPARATOR, min(place + 2 * length + 48, len(key)))
    base = key.count(SEPARATOR, 0, start + 1) - 1
    window = key[start + 1 : end if end >= 0 else len(key)].split(SEPARATOR)
    while window and not window[-1]:
        window.pop()
    if not window:
        return None
    first, last, before, after = _densest(passage, window)
    first -= _replacing(passage[:before][::-1], window[:first][::-1])
    last += _replacing(passage[len(passage) - after :], window[last + 1 :])
    similarity = Indel.normalized_similarity("".join(passage), "".join(window[first : last + 1]))
    return Closest(base + first, base + last, min(similarity, MOST_SIMILAR))


def _densest(passage: Sequence[str], window: Sequence[str]) -> tuple[int, int, int, int]:
    """First and last word of the window's densest part; the passage's words left over before and after it.

    A matching word counts its letters, another word counts half of its letters against.
    """
    matched: dict[int, int] = {}
    for block in Indel.opcodes(passage, window):
        if block.tag == "equal":
            here, there = range(block.dest_start, block.dest_end), range(block.src_start, block.src_end)
            matched.update(zip(here, there, strict=True))
    best = (0.0, 0, min(len(passage), len(window)) - 1)
    total, start = 0.0, 0
    for place, word in enumerate(window):
        if total <= 0:
            total, start = 0.0, place
        total += len(word) + 1 if place in matched else -(len(word) + 1) / 2
        if place in matched and total > best[0]:
            best = (total, start, place)
    _, first, last = best
    return first, last, matched.get(first, 0), len(passage) - 1 - matched.get(last, len(passage) - 1)


def _replacing(left_over: Sequence[str], following: Sequence[str]) -> int:
    """How many of the words that follow stand where the passage's left-over words were.

    As many as make them most alike; up to three words that are not alike at all still count as replaced, so
    that the number at the end of a quotation is shown with the one that took its place.
    """
    wanted = "".join(left_over[:_FARTHEST_STRETCH])
    if not wanted:
        return 0
    sizes = range(1, min(len(left_over) + 2, len(following), _FARTHEST_STRETCH) + 1)
    alike = {size: Indel.normalized_similarity(wanted, "".join(following[:size])) for size in sizes}
    best = max(alike, key=lambda size: alike[size], default=0)
    if best and alike[best] >= _ALIKE:
        return best
    replaced = takewhile(lambda word: word.isalnum(), following[: len(left_over)])
    return len(list(replaced)) if len(left_over) <= _SHORT_REST else 0
