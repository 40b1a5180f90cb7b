"""Whether a quotation still stands in a text: found, moved, altered, missing or inconclusive."""

import re
from collections.abc import Iterable
from functools import cached_property
from typing import Final

from sources.quotations.closest import closest
from sources.quotations.differences import diff
from sources.quotations.places import Place, Wanted, exact_place, passed_over, place_of_parts
from sources.quotations.selectors import Match, Quotation, located
from sources.quotations.surroundings import between, differs_in_spaces, has_page_end_within, is_beside, spans_pages
from sources.quotations.wording import SEPARATOR, Wording, has_line_hyphens, without_line_hyphens
from sources.reading.marks import PAGE_END, seen_and_unsure

ALTERED_FROM: Final = 0.7
SHORT_ALTERED_FROM: Final = 0.8
"""Similarity from which the closest passage counts as the quotation, altered; the second for short ones."""

ALTERED_IN_PLACE_FROM: Final = 0.55
"""The same right beside the words that stood before the quotation, or right beside those that stood behind it."""

_LONG_ENOUGH = 8
_TOO_SHORT = 4
_ANCHORS = 3
_QUICK_PLACES = 6
_QUICK_MARGIN = 80
_SURE_SIDE = 0.8
_ANCHOR: Final = re.compile(r"\w{4,40}")


class Folded:
    """A text made ready for quotations to be looked for in it: its words are taken once, when first needed."""

    def __init__(self, text: str) -> None:
        self.seen, self._unsure_text = seen_and_unsure(text)
        self._joined: tuple[str, Wording] | None = None

    @cached_property
    def wording(self) -> Wording:
        """The words of what readers see."""
        return Wording(self.seen)

    @cached_property
    def unsure(self) -> "Folded | None":
        """What readers may see or may not."""
        return Folded(self._unsure_text) if self._unsure_text else None

    @cached_property
    def without_marks(self) -> "Folded":
        """The text without the marks of footnotes; offsets stay."""
        plain = passed_over(self.seen)
        return self if plain == self.seen else Folded(plain)

    @cached_property
    def _has_line_hyphens(self) -> bool:
        return has_line_hyphens(self.seen)

    def wording_for(self, wanted: Wanted) -> Wording:
        """The words of what readers see, with those at line ends joined that the quotation joins."""
        if not self._has_line_hyphens:
            return self.wording
        joined = without_line_hyphens(self.seen, wanted.words)
        if joined == self.seen:
            return self.wording
        if self._joined is None or self._joined[0] != joined:
            self._joined = joined, Wording(joined)
        return self._joined[1]


def find_all(quotations: Iterable[Quotation], text: str, *, complete: bool) -> list[Match]:
    """Look for several quotations in one text, whose words are taken once for all; see `find`."""
    folded = Folded(text)
    return [find(quotation, folded, complete=complete) for quotation in quotations]


def find(quotation: Quotation, text: str | Folded, *, complete: bool) -> Match:
    """Look for a quotation in a text; `complete` says that the text is all there is to read.

    The words must be the same after normalisation (`wording.normal_form`): letters, case, values of digits, signs
    of numbers and diacritics matter; typographic variants, white space, hyphens at line ends, marks of
    footnotes and what no reader sees do not. Signs of vowels may be written on one side and left out on the
    other, not differ. A quotation may leave something out ("[...]", "…").

    *Found*: where the words before or the words after are still the same by at least 0.6, or no such context
    was kept. *Moved*: elsewhere only. *Altered*: no exact match, but a similar passage, by the measure that
    `closest` gives reasons for; a difference in case alone is altered, by 0.99. A score never says found or
    moved. An exact match counts in an incomplete text as well; otherwise that is *inconclusive*, and so is a
    passage that stands only in text of which it is not sure that readers see it (`reading.marks`), and one that
    breaks off at the end of a page, or differs in nothing but spaces from a text drawn on pages, where no
    spaces are written. Never raises.
    """
    page = text if isinstance(text, Folded) else Folded(text)
    start = _literal_start(quotation, page.seen)
    if start is not None:
        return located("found", page.seen, (start, start + len(quotation.exact)))
    wanted = Wanted(quotation)
    if wanted.wording.key == SEPARATOR:
        return Match("inconclusive")
    match = _nearby(wanted, page.seen) or _exact(wanted, page)
    if match is not None:
        return match
    if not complete or (page.unsure and _exact(wanted, page.unsure)):
        return Match("inconclusive")
    match = _changed(wanted, page)
    if PAGE_END in page.seen and differs_in_spaces(wanted, page.wording):
        return Match("inconclusive")
    if match.outcome == "altered":
        return Match("inconclusive") if has_page_end_within(match) else match
    may_be_altered = page.unsure and _changed(wanted, page.unsure).outcome == "altered"
    return Match("inconclusive") if may_be_altered or spans_pages(wanted, page.seen) else match


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


def _nearby(wanted: Wanted, text: str) -> Match | None:
    """The quotation where one of its longest words stands, when words on both sides leave no doubt about the place.

    Spares the words of the whole text being taken where a page changed, but not near its quotations.
    """
    quotation = wanted.quotation
    longest = sorted(_ANCHOR.finditer(quotation.exact), key=lambda run: -len(run[0]))[:_ANCHORS]
    counted = [(text.count(run[0]), run.start(), run[0]) for run in longest]
    count, offset, anchor = min(counted, default=(0, 0, ""))
    if not 0 < count <= _QUICK_PLACES or not any(wanted.context):
        return None
    before = offset + len(quotation.prefix) + _QUICK_MARGIN
    behind = len(quotation.exact) - offset + len(quotation.suffix) + _QUICK_MARGIN
    best: tuple[float, int, int] = (_SURE_SIDE * sum(map(bool, wanted.context)), 0, 0)
    at = text.find(anchor)
    while at >= 0:
        start = _edge(text, max(at - before, 0), -1)
        piece = text[start : _edge(text, min(at + behind, len(text)), 1)]
        wording = Wording(without_line_hyphens(piece, wanted.words))
        place = exact_place(wanted, wording)
        if place is not None and place.agreement > best[0]:
            first, last = wording.span(place.first, place.last)
            best = (place.agreement, start + first, start + last)
        at = text.find(anchor, at + 1)
    return located("found", text, best[1:]) if best[2] else None


def _edge(text: str, place: int, step: int) -> int:
    """The white space, or the end of the text, that is next in this direction; not far away."""
    for _ in range(_QUICK_MARGIN):
        if not 0 < place < len(text) or text[place].isspace():
            return place
        place += step
    return place


def _exact(wanted: Wanted, page: Folded) -> Match | None:
    """The quotation word for word: as it is, without the marks of footnotes, or in parts that it names."""
    wording = page.wording_for(wanted)
    place = exact_place(wanted, wording)
    if place is None and wanted.parts[0] is not wanted:
        place = place_of_parts(wanted, wording)
    if place is None:
        wanted, plain = wanted.without_marks(), page.without_marks
        if plain is page and wanted.is_unmarked:
            return None
        wording = plain.wording_for(wanted)
        place = exact_place(wanted, wording)
    return _as_match(place, wording, page) if place is not None else None


def _as_match(place: Place, wording: Wording, page: Folded) -> Match:
    return located("found" if place.is_same else "moved", page.seen, wording.span(place.first, place.last))


def _changed(wanted: Wanted, page: Folded) -> Match:
    """Altered or missing: what stands where the quotation stood decides, else what is most similar anywhere."""
    wanted, plain = wanted.without_marks(), page.without_marks
    wording = plain.wording_for(wanted)
    here = between(wanted, wording)
    near = here if here is not None else closest(wanted.wording, wording)
    if near is None or near.similarity < ALTERED_IN_PLACE_FROM:
        return Match("missing")
    span = wording.span(near.first, near.last)
    differences = diff(wanted.quotation.exact, page.seen[span[0] : span[1]])
    match = located("altered", page.seen, span, similarity=near.similarity, diff=differences)
    is_close = near.similarity >= _threshold(wanted) or here is not None or is_beside(wanted, match)
    return match if is_close else Match("missing")


def _threshold(wanted: Wanted) -> float:
    """Short passages come close to others by chance; without words around them there is nothing else to go by."""
    count = len(wanted.wording.words)
    is_long = count >= _LONG_ENOUGH or (count > _TOO_SHORT and not any(wanted.context))
    return ALTERED_FROM if is_long else SHORT_ALTERED_FROM
