"""Whether a quotation still stands in a text: found, moved, altered, missing or inconclusive."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

from rapidfuzz.distance import Indel

from sources.quotations.closest import closest
from sources.quotations.wording import SEPARATOR, Wording, without_line_hyphens, wording_of

SAME_CONTEXT: Final = 0.6
"""Similarity from which the words before, or those after, count as the same place."""

ALTERED_FROM: Final = 0.7
SHORT_ALTERED_FROM: Final = 0.8
"""Similarity from which the closest passage counts as the quotation, altered; the second up to seven words.

Measured on sentences in English, Turkish, Russian, Arabic and Chinese (40 to 110 of each): with a fifth of
its words changed a passage stays above 0.72 in 95 of 100 cases, while the closest passage to an unrelated one
has a median of 0.47 to 0.57 (short ones 0.68). Unrelated contexts of 16 letters stay below 0.57 in 99 of 100.
"""

CONTEXT: Final = 64
"""Characters kept before and after a quotation."""

_MOST_PLACES = 2_000
_LONG_ENOUGH = 8
_LONGEST_WORD = 24
_SPACE: Final = re.compile(r"\s+")
_LETTER_LAST: Final = re.compile(r"[^\W\d_]\Z")
_LETTER_FIRST: Final = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True)
class Quotation:
    """A W3C TextQuoteSelector: the words quoted, and what stands right before and right after them."""

    exact: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, slots=True)
class Match:
    """What became of a quotation in a text.

    `outcome` is found, moved, altered, missing or inconclusive. `start` and `end` are offsets into the text
    as it was given, `passage` what stands there, `prefix` and `suffix` what stands around it; they are None
    and "" when nothing was located. `similarity` (0 to 0.99) and `diff` come with *altered* only; the parts
    of `diff` are ("equal" | "delete" | "insert", words), where deleted words are the quotation's, others
    the text's.
    """

    outcome: str
    start: int | None = None
    end: int | None = None
    prefix: str = ""
    suffix: str = ""
    similarity: float | None = None
    passage: str = ""
    diff: tuple[tuple[str, str], ...] = ()


def find(quotation: Quotation, text: str, *, complete: bool) -> Match:
    """Look for a quotation in a text; `complete` says that the text is all there is to read.

    The words must be the same after normalisation (`wording.normal_form`): letters, case, digits, signs of
    numbers and diacritics matter; typographic variants, white space, hyphens at line ends and what no
    reader sees do not. *Found*: where the words before or the words after are still the same by at least
    0.6, or no such context was kept. *Moved*: elsewhere only. *Altered*: no exact match, but a passage that
    is similar by at least 0.7 (0.8 up to seven words); a difference in case alone is altered, by 0.99. A
    score never says found or moved. An exact match counts in an incomplete text as well; otherwise that is
    *inconclusive*. Never raises.
    """
    start = _literal_start(quotation, text)
    if start is not None:
        return _located("found", text, start, start + len(quotation.exact))
    return _find_words(quotation, text, complete=complete)


def select(text: str, start: int, end: int, context: int = CONTEXT) -> Quotation:
    """The quotation of text[start:end] with up to `context` characters around it, cut at the ends of words.

    Raises ValueError unless 0 <= start < end <= len(text).
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no passage from {start} to {end} in a text of {len(text)} characters")
    return Quotation(text[start:end], _before(text, start, context), _after(text, end, context))


def _literal_start(quotation: Quotation, text: str) -> int | None:
    """Where the quotation stands letter for letter with its context; None when it does not.

    Most pages never changed, and this costs next to nothing. Without context on a side only that end of the
    text will do, since the quotation could otherwise begin or end inside a word or number.
    """
    if not quotation.exact:
        return None
    whole = quotation.prefix + quotation.exact + quotation.suffix
    if quotation.prefix and quotation.suffix:
        at = text.find(whole)
    elif quotation.prefix:
        at = len(text) - len(whole) if text.endswith(whole) else -1
    else:
        at = 0 if text.startswith(whole) and (quotation.suffix or text == whole) else -1
    return at + len(quotation.prefix) if at >= 0 else None


def _find_words(quotation: Quotation, text: str, *, complete: bool) -> Match:
    """The way that normalises."""
    wanted = Wording(without_line_hyphens(quotation.exact, None))
    if wanted.key == SEPARATOR:
        return Match("inconclusive")
    page = wording_of(without_line_hyphens(text, frozenset(wanted.words)))
    needles = dict.fromkeys((_needle(quotation, wanted.key), _needle(quotation, Wording(quotation.exact).key)))
    for needle in needles:
        places = list(islice(_occurrences(needle, page.key), _MOST_PLACES))
        if places:
            outcome, place = _best_place(quotation, places, len(needle), page.key)
            start, end = page.span(_word_at(page.key, place), _word_at(page.key, place + len(needle) - 2))
            return _located(outcome, text, start, end)
    if not complete:
        return Match("inconclusive")
    near = closest(wanted, page)
    threshold = ALTERED_FROM if len(wanted.words) >= _LONG_ENOUGH else SHORT_ALTERED_FROM
    if near is None or near.similarity < threshold:
        return Match("missing")
    start, end = page.span(near.first, near.last)
    diff = _diff(quotation.exact, text[start:end])
    return _located("altered", text, start, end, similarity=near.similarity, diff=diff)


def _needle(quotation: Quotation, key: str) -> str:
    """The key to look for: from word edge to word edge, except where the quotation was cut out of a word.

    Only letters may go on outside ("Ankara" of "Ankara'ya"): "5 million" is not in "15 million".
    """
    is_open_before = _LETTER_LAST.search(quotation.prefix) and _LETTER_FIRST.match(quotation.exact)
    is_open_after = _LETTER_LAST.search(quotation.exact) and _LETTER_FIRST.match(quotation.suffix)
    return key[1 if is_open_before else 0 : -1 if is_open_after else len(key)]


def _occurrences(needle: str, key: str) -> Iterator[int]:
    place = key.find(needle)
    while place >= 0:
        yield place
        place = key.find(needle, place + 1)


def _word_at(key: str, place: int) -> int:
    """Number of the word that the key has at or right behind this offset."""
    return key.count(SEPARATOR, 0, place + 1) - 1


def _best_place(quotation: Quotation, places: list[int], length: int, key: str) -> tuple[str, int]:
    """Found or moved, and at which of the places: there where the context agrees best, else at the first."""
    before, after = (Wording(side).key.strip(SEPARATOR) for side in (quotation.prefix, quotation.suffix))
    if not (before or after):
        return "found", places[0]

    def agreement(place: int) -> tuple[float, float]:
        behind = place + length
        ahead = key[max(place - len(before) - 1, 0) : place].strip(SEPARATOR)
        following = key[behind : behind + len(after) + 1].strip(SEPARATOR)
        sides = [_similarity(before, ahead)] if before else []
        sides += [_similarity(after, following)] if after else []
        return max(sides), sum(sides)

    agreed = {place: agreement(place) for place in places}
    best = max(places, key=lambda place: (agreed[place][1], -place))
    return "found" if agreed[best][0] >= SAME_CONTEXT else "moved", best


def _similarity(one: str, other: str) -> float:
    return float(Indel.normalized_similarity(one, other)) if one and other else 0.0


def _diff(exact: str, passage: str) -> tuple[tuple[str, str], ...]:
    """Word for word what was deleted from the quotation and inserted into it, in the texts' own spelling."""
    old = Wording(without_line_hyphens(exact, None))
    new = Wording(without_line_hyphens(passage, frozenset(old.words)))
    parts: list[tuple[str, str]] = []
    for block in Indel.opcodes(old.words, new.words):
        if block.tag == "delete":
            part = ("delete", _slice(exact, old.span(block.src_start, block.src_end - 1)))
        else:
            part = (str(block.tag), _slice(passage, new.span(block.dest_start, block.dest_end - 1)))
        # What was there comes before what replaced it.
        is_late = part[0] == "delete" and parts and parts[-1][0] == "insert"
        parts.insert(len(parts) - 1 if is_late else len(parts), part)
    return tuple(parts)


def _slice(text: str, span: tuple[int, int]) -> str:
    return " ".join(text[span[0] : span[1]].split())


def _located(
    outcome: str,
    text: str,
    start: int,
    end: int,
    *,
    similarity: float | None = None,
    diff: tuple[tuple[str, str], ...] = (),
) -> Match:
    before, after = _before(text, start, CONTEXT), _after(text, end, CONTEXT)
    return Match(outcome, start, end, before, after, similarity, text[start:end], diff)


def _before(text: str, start: int, context: int) -> str:
    """Up to `context` characters before an offset, from the start of a word (where words have spaces)."""
    piece = text[max(start - context, 0) : start]
    if start > context and not text[start - context - 1].isspace():
        edge = _SPACE.search(piece, 0, _LONGEST_WORD)
        piece = (piece[edge.end() :] if edge else "") or piece
    return piece


def _after(text: str, end: int, context: int) -> str:
    """Up to `context` characters behind an offset, to the end of a word."""
    piece = text[end : end + context]
    if end + context < len(text) and not text[end + context].isspace():
        edges = list(_SPACE.finditer(piece, max(len(piece) - _LONGEST_WORD, 0)))
        piece = (piece[: edges[-1].start()] if edges else "") or piece
    return piece
