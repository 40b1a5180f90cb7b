"""What is looked for in a text, and what was found: passages with the words around them."""

import re
from dataclasses import dataclass
from typing import Final

CONTEXT: Final = 64
"""Characters kept before and after a quotation."""

_LONGEST_WORD = 24
_SPACE: Final = re.compile(r"\s+")


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


def select(text: str, start: int, end: int, context: int = CONTEXT) -> Quotation:
    """The quotation of text[start:end] with up to `context` characters around it, cut at the ends of words.

    Raises ValueError unless 0 <= start < end <= len(text).
    """
    if not 0 <= start < end <= len(text):
        raise ValueError(f"no passage from {start} to {end} in a text of {len(text)} characters")
    return Quotation(text[start:end], _before(text, start, context), _after(text, end, context))


def located(
    outcome: str,
    text: str,
    span: tuple[int, int],
    *,
    similarity: float | None = None,
    diff: tuple[tuple[str, str], ...] = (),
) -> Match:
    """A match that stands at these offsets of the text."""
    start, end = span
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
