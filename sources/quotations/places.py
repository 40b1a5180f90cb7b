"""Where a quotation stands word for word in a text, and whether that is where it stood."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from typing import Final, NamedTuple

from rapidfuzz.distance import Indel

from sources.quotations.selectors import Quotation
from sources.quotations.wording import SEPARATOR, Wording, has_vowel_signs, without_line_hyphens

SAME_CONTEXT: Final = 0.6
"""Similarity from which the words before, or those after, count as the same place."""

_MOST_PLACES = 2_000
_MOST_CHAINS = 50
_FARTHEST_PART = 3_000
_LETTER_LAST: Final = re.compile(r"[^\W\d_]\Z")
_LETTER_FIRST: Final = re.compile(r"[^\W\d_]")
_OMISSION: Final = re.compile(r"\s*(?:[\[(]\s*(?:\.{2,}|…)\s*[\])]|…|\.{3,})\s*")
# Marks of footnotes, quotation marks that a browser draws but nobody can copy, and labels of advertisements.
_PASSED_OVER: Final = re.compile(
    r"(?<=\S)\[(?:\d{1,3}(?:\s*[,–-]\s*\d{1,3})*|[a-zA-Z]|[*†‡§¶]{1,3}|(?:note|nb|fn|n)\.? ?\d{1,3}"
    r"|citation needed|source needed|by whom\?|who\?|when\?|update)\]|[“”]\u2063"
    r"|^(?:advertisement|advertising|anzeige|werbung|reklam|реклама|إعلان|广告|廣告|広告|פרסומת"
    r"|(?:article|story) continues (?:below|after \w+(?: \w+)?))$",
    re.I | re.M,
)
# fmt: off
_PASSED_HINTS: Final = (
    "[", "\u2063", "dvertis", "ADVERT", " continues ", "nzeige", "erbung", "eklam", "еклам", "إعلان", "广告", "廣告",
    "広告", "פרסומת",
)
# fmt: on


class Place(NamedTuple):
    """First and last word of a passage, how well the words around it agree (each side 0 to 1), and if enough."""

    first: int
    last: int
    agreement: float
    is_same: bool


@dataclass(frozen=True)
class Wanted:
    """A quotation made ready for being looked for."""

    quotation: Quotation

    @cached_property
    def wording(self) -> Wording:
        """The words quoted."""
        return Wording(without_line_hyphens(self.quotation.exact, None))

    @cached_property
    def words(self) -> frozenset[str]:
        """The words quoted, each once, in normal form."""
        return frozenset(self.wording.words)

    @cached_property
    def context(self) -> tuple[str, str]:
        """The words before and after, as a key without its outer separators."""
        before, after = (Wording(side).key.strip(SEPARATOR) for side in (self.quotation.prefix, self.quotation.suffix))
        return before, after

    @cached_property
    def needles(self) -> list[str]:
        """What to look for in a text's key: with hyphens at line ends joined, and as they are."""
        keys = [self.wording.key]
        if self.wording.text != self.quotation.exact:
            keys.append(Wording(self.quotation.exact).key)
        return list(dict.fromkeys(map(self.needle, keys)))

    def needle(self, key: str) -> str:
        """The key to look for: from word edge to word edge, except where the quotation was cut out of a word.

        Only letters may go on outside ("Ankara" of "Ankara'ya"): "5 million" is not in "15 million".
        """
        quotation = self.quotation
        is_open_before = _LETTER_LAST.search(quotation.prefix) and _LETTER_FIRST.match(quotation.exact)
        is_open_after = _LETTER_LAST.search(quotation.exact) and _LETTER_FIRST.match(quotation.suffix)
        return key[1 if is_open_before else 0 : -1 if is_open_after else len(key)]

    @cached_property
    def parts(self) -> list["Wanted"]:
        """The parts of a quotation that leaves something out ("…", "[...]"); one part for any other."""
        quotation = self.quotation
        pieces = [piece for piece in _OMISSION.split(quotation.exact) if Wording(piece).key != SEPARATOR]
        if pieces in ([], [quotation.exact]):
            return [self]
        last = len(pieces) - 1
        return [
            Wanted(Quotation(piece, quotation.prefix if not number else "", quotation.suffix if number == last else ""))
            for number, piece in enumerate(pieces)
        ]

    @cached_property
    def is_unmarked(self) -> bool:
        """Whether nothing in the quotation is passed over."""
        return passed_over(self.quotation.exact) == self.quotation.exact

    def without_marks(self) -> "Wanted":
        """The same quotation without the marks that matching passes over."""
        exact, prefix, suffix = (
            passed_over(side) for side in (self.quotation.exact, self.quotation.prefix, self.quotation.suffix)
        )
        return Wanted(Quotation(exact, prefix, suffix))


def passed_over(text: str) -> str:
    """The text with all that is passed over blanked out, letter for letter, so that offsets stay."""
    if not any(hint in text for hint in _PASSED_HINTS):
        return text
    return _PASSED_OVER.sub(lambda mark: "\u2063" * len(mark[0]), text)


def exact_place(wanted: Wanted, page: Wording) -> Place | None:
    """The best of the places where the quotation stands word for word, or None."""
    for needle in wanted.needles:
        found = _best(wanted, page.key, _spans(needle, page.key))
        if found is not None:
            return found
    return _unvowelled_place(wanted, page)


def place_of_parts(wanted: Wanted, page: Wording) -> Place | None:
    """Where the parts of a quotation with omissions stand one after the other, not far apart, or None."""
    first, *rest = wanted.parts
    chains: list[tuple[int, int]] = []
    for start in islice(_occurrences(first.needles[0], page.key), _MOST_CHAINS):
        end = start + len(first.needles[0])
        for part in rest:
            at = page.key.find(part.needles[0], end - 1, end + _FARTHEST_PART)
            if at < 0:
                break
            end = at + len(part.needles[0])
        else:
            chains.append((start, end))
    return _best(wanted, page.key, chains)


def agreement(context: tuple[str, str], key: str, start: int, end: int) -> tuple[float, float]:
    """How similar the words around key[start:end] are to these: the better side, and both added up."""
    before, after = context
    ahead = key[max(start - len(before) - 1, 0) : start].strip(SEPARATOR)
    following = key[end : end + len(after) + 1].strip(SEPARATOR)
    sides = [_similarity(before, ahead)] if before else []
    sides += [_similarity(after, following)] if after else []
    return (max(sides), sum(sides)) if sides else (1.0, 1.0)


def word_at(key: str, place: int) -> int:
    """Number of the word that the key has at or right behind this offset."""
    return key.count(SEPARATOR, 0, place + 1) - 1


def _unvowelled_place(wanted: Wanted, page: Wording) -> Place | None:
    """The place where the words stand without signs of vowels, or where only the text writes them."""
    key = page.unvowelled_key
    needle = wanted.needle(wanted.wording.unvowelled_key)
    if key == page.key and needle == wanted.needles[0]:
        return None
    is_plain = needle == wanted.needles[0]

    def may_differ(span: tuple[int, int]) -> bool:
        start, end = page.span(word_at(key, span[0]), word_at(key, span[1] - 2))
        return is_plain or not has_vowel_signs(page.text[start:end])

    return _best(wanted, key, filter(may_differ, islice(_spans(needle, key), _MOST_CHAINS)))


def _best(wanted: Wanted, key: str, spans: Iterable[tuple[int, int]]) -> Place | None:
    """There where the context agrees best, else the first."""
    best: tuple[float, float, int, int] | None = None
    for start, end in islice(spans, _MOST_PLACES):
        better, both = agreement(wanted.context, key, start, end)
        if best is None or both > best[0]:
            best = (both, better, start, end)
        if not any(wanted.context):
            break
    if best is None:
        return None
    both, better, start, end = best
    return Place(word_at(key, start), word_at(key, end - 2), both, better >= SAME_CONTEXT)


def _occurrences(needle: str, key: str) -> Iterator[int]:
    place = key.find(needle)
    while place >= 0:
        yield place
        place = key.find(needle, place + 1)


def _spans(needle: str, key: str) -> Iterator[tuple[int, int]]:
    return ((place, place + len(needle)) for place in _occurrences(needle, key))


def _similarity(one: str, other: str) -> float:
    """How similar two contexts are, without separators: of scripts without spaces they are half of the key."""
    one, other = one.replace(SEPARATOR, ""), other.replace(SEPARATOR, "")
    return float(Indel.normalized_similarity(one, other)) if one and other else 0.0
