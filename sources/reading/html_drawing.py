"""What browsers draw of elements beyond the text between their tags: fields, frames, readings, raised signs."""

import re
from collections.abc import Callable
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sources.reading.html_tree import Page

BREAK: Final = "\x01"
"""Stands for a line break until the text is tidied."""

DRAWN: Final = "\u2063"
"""Behind a quotation mark, or before the mark of a footnote, that matching passes over; invisible itself."""

_TEXT_FIELDS: Final = frozenset(["", "text", "search", "url", "email", "tel", "number", "button", "submit", "reset"])
_FRACTIONS: Final = ("mfrac", "msup", "msub", "msubsup", "mroot", "munder", "mover", "munderover", "mtr")
_RAISED_DIGITS: Final = str.maketrans("0123456789+-−", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻")
_MARK: Final = re.compile(r"\s*(?:\d{1,3}(?:\s*[,–-]\s*\d{1,3})*|[a-zA-Z]|[*†‡§¶]{1,3})\s*$")
_NOTE_NAMES: Final = re.compile(r"foot-?note|note-?ref|reference|citation|cite|\bfn|endnote", re.I)
_WORD_BEFORE: Final = re.compile(r"(?:[^\W\d_]{3}|[.,;:!?)\]”’\"'»%])\s?$")
_DIGIT_BEFORE: Final = re.compile(r"\d$")


def draw(page: Page, set_aside: Callable[[LexborNode], None]) -> list[str]:
    """Put into the tree what browsers draw, and have elements set aside whose text is drawn in another way.

    Returns texts that stand beside others: the readings of `<ruby>`.
    """
    for field in page.tagged("input"):
        attributes = field.attributes
        shown = attributes.get("value") or attributes.get("placeholder")
        if shown and (attributes.get("type") or "").lower() in _TEXT_FIELDS:
            field.insert_before(f"{BREAK}{shown}")
    for quoted in page.tagged("q"):
        quoted.insert_before(f"“{DRAWN}")
        quoted.insert_after(f"”{DRAWN}")
    for raised in page.tagged("sup"):
        if drawn := _raised(raised):
            raised.insert_before(drawn)
            set_aside(raised)
    for tag in _FRACTIONS:
        for node in page.tagged(tag):
            _set_apart(node)
    for line in page.tagged("tspan"):
        if line.attributes.keys() & {"x", "y", "dy"}:
            line.insert_before(BREAK)
    for node in page.tagged("pre", "textarea", "listing", "xmp", "plaintext"):
        _keep_lines(node)
    return [" ".join(node.text().split()) for node in page.tagged("rt", "rtc")]


def _raised(node: LexborNode) -> str:
    """How to write the mark of a footnote (in brackets, which matching passes over) or an exponent, else "".

    Run into what stands before it, 10² would read as 102, and a word with its footnote as another word.
    """
    text = node.text()
    if not _MARK.match(text):
        return ""
    before = node.prev.text() if node.prev is not None else ""
    links = [node.css_first("a[href]"), node.parent]
    leads_down = any((link.attributes.get("href") or "").startswith("#") for link in links if link is not None)
    names = " ".join(str(node.attributes.get(name) or "") for name in ("class", "id", "role", "epub:type"))
    if leads_down or _NOTE_NAMES.search(names) or _WORD_BEFORE.search(before):
        return f"{DRAWN}[{text.strip()}]"
    return text.strip().translate(_RAISED_DIGITS) if _DIGIT_BEFORE.search(before) else ""


def _set_apart(node: LexborNode) -> None:
    for child in node.iter():
        child.insert_before(" ")


def _keep_lines(node: LexborNode) -> None:
    pieces = [piece for piece in node.traverse(include_text=True) if piece.tag == "-text"]
    for piece in pieces:
        text = piece.text()
        if "\n" in text:
            piece.replace_with(text.replace("\n", BREAK))


def draw_fragment(before: LexborNode, text: str) -> None:
    """Put the lines of another document's text before an element."""
    before.insert_before(f"{BREAK}{text.replace(chr(10), BREAK)}{BREAK}")


def frame_of(frame: LexborNode) -> Page | None:
    """The page that a frame carries within itself (`srcdoc`)."""
    source = frame.attributes.get("srcdoc")
    return Page.of(LexborHTMLParser(source)) if source else None
