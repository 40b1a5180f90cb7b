"""Finds quotations in a paragraph, marks included."""

from __future__ import annotations

import re

from claims.extraction.records import Span

LONGEST = 4000
MARK = re.compile("[\"“”„«»]|''|``|(?<![^\\W_])[‘'](?=\\w)|(?<=[\\w.,!?…])[’'](?![^\\W_])")
PAIRS = {"“": "”", "«": "»", "„": "“", "``": "''", "‘": "’", "'": "'"}
BOTH_WAYS = ('"', "''", "“", "”")


def _opens(text: str, match: re.Match[str]) -> bool:
    mark = match[0]
    if mark in ("“", "«", "„", "``", "‘"):
        return True
    if mark in ("”", "»", "’"):
        return False
    before = text[match.start() - 1] if match.start() else " "
    return before.isspace() or before in "([—–-:"


def _closes(opening: str, mark: str) -> bool:
    if opening in ('"', "“"):
        return mark in ('"', "”")
    if opening == "''":
        return mark == "''"
    return mark in (PAIRS.get(opening, opening), "'" if opening == "‘" else "")


def quotations(text: str, paragraph: Span) -> tuple[list[Span], Span | None]:
    """Closed quotations of a paragraph in order, and one left open at its end, if any.

    Only the outer of nested quotations counts. An open quotation is how a speech that runs over several
    paragraphs is printed; a single mark that never closes is taken for an apostrophe.
    """
    closed: list[Span] = []
    opening: re.Match[str] | None = None
    for match in MARK.finditer(text, paragraph.start, paragraph.end):
        if opening is None:
            opening = match if _opens(text, match) else None
        elif _closes(opening[0], match[0]):
            closed.append(Span(opening.start(), match.end()))
            opening = None
        elif opening[0] in ("'", "‘") and match[0] not in ("'", "’", "‘") and _opens(text, match):
            opening = match
        elif match.start() - opening.start() > LONGEST:
            opening = None
    if opening is None or opening[0] in ("'", "‘"):
        return closed, None
    return closed, Span(opening.start(), paragraph.end)
