"""Splits a text into paragraphs and sentences, keeps quotations whole and sets junk lines apart."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass

from claims.extraction.lexicon import Lexicon
from claims.extraction.quotations import quotations
from claims.extraction.records import Span

LINE = re.compile(r"[^\r\n\u2028\u2029\x0b\x0c\x85]+")
TERMINATOR = re.compile(r"(?:[.!?…؟]+[\"'”’»)\]]*(?=\s|$)|[。！？]+[”’」』）]*)\s*")
DATELINE = re.compile(r"^[A-Z][A-Z.'’-]+(?:[ ,][^—–\n.]{0,48}?)?(?:\([^()\n]{1,30}\))?\s*(?:—|–|--|-)\s+")
CREDIT = re.compile(r"\(([^()\n]{3,90})\)\s*$")
COUNTER = re.compile(r"^\W*\d*\W*\d*\W*$")
LAST_WORD = re.compile(r"[^\s\"'“‘(\[]+$")
OPENING = "\"'“‘«„(["
HEADLINE_WORDS = 20
WRAPPED = 45
LONGEST_SENTENCE = 2000


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence: its span, where its own words begin after a dateline, its paragraph, its quotations.

    `kind` is body, headline (a line without a full stop), caption or junk.
    """

    span: Span
    body: int
    paragraph: int
    kind: str
    quotes: tuple[Span, ...]


def paragraphs(text: str) -> list[Span]:
    """Paragraphs in order: single lines, but hard-wrapped lines are put together again."""
    found: list[Span] = []
    previous_length = 0
    for match in LINE.finditer(text):
        stripped = match[0].strip()
        if not stripped:
            continue
        start = match.start() + len(match[0]) - len(match[0].lstrip())
        end = start + len(stripped)
        if found and _continues(text, found[-1], start, previous_length):
            found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
        previous_length = len(stripped)
    return found


def _continues(text: str, before: Span, start: int, previous_length: int) -> bool:
    between = text[before.end : start]
    if between.count("\n") > 1 or previous_length < WRAPPED:
        return False
    return text[before.end - 1] not in ".!?:”\"'’)" and (text[start].islower() or text[start].isdigit())


def _is_boundary(text: str, start: int, match: re.Match[str], lexicon: Lexicon) -> bool:
    following = text[match.end() : match.end() + 24]
    if not following or match[0][0] in "。！？":
        return True
    first = following.lstrip(OPENING)[:1]
    if not first or first.islower():
        return False
    if not match[0].startswith(".") or match[0].startswith(".."):
        return True
    word = LAST_WORD.search(text, max(start, match.start() - 30), match.start())
    if word is None:
        return True
    lowered = word[0].lower()
    starter = re.match(r"[^\W\d_]+", following)
    starts = starter is not None and starter[0] in lexicon.sets.get("starters", frozenset())
    if lexicon.has("abbreviations", lowered):
        return False
    if lexicon.has("soft_abbreviations", lowered) or "." in word[0][:-1] or len(word[0]) == 1:
        return starts or not word[0][0].isalpha()
    return True


def _asks_on(text: str, match: re.Match[str], quote: Span, lexicon: Lexicon) -> bool:
    """Whether a reporting verb follows a quotation that ends in a mark of its own: "Why now?" Ana asked."""
    if match[0][0] == "." and not match[0].startswith(".."):
        return False
    words = re.findall(r"[^\W\d_]+", text[quote.end : quote.end + 60])[:4]
    return any(word.lower() in lexicon.verbs for word in words)


def split(text: str, paragraph: Span, quotes: list[Span], lexicon: Lexicon) -> list[Span]:
    """Sentences of one paragraph; no boundary falls inside one of its closed quotations."""
    found: list[Span] = []
    start = paragraph.start
    starts = [quote.start for quote in quotes]
    for match in TERMINATOR.finditer(text, paragraph.start, paragraph.end):
        at = bisect_right(starts, match.start()) - 1
        within = at >= 0 and match.start() < quotes[at].end
        if within and match.start() + len(match[0].rstrip()) < quotes[at].end:
            continue
        if within and _asks_on(text, match, quotes[at], lexicon):
            continue
        if not _is_boundary(text, start, match, lexicon):
            continue
        found.append(Span(start, match.start() + len(match[0].rstrip())))
        start = match.end()
    if start < paragraph.end:
        found.append(Span(start, paragraph.end))
    return [part for span in found for part in _shortened(text, span)]


def _shortened(text: str, span: Span) -> list[Span]:
    """The span cut at white space into parts of a bearable length: text without full stops exists."""
    parts: list[Span] = []
    start = span.start
    while span.end - start > LONGEST_SENTENCE:
        space = text.rfind(" ", start + 1, start + LONGEST_SENTENCE)
        end = space if space > start else start + LONGEST_SENTENCE
        parts.append(Span(start, end))
        start = end + 1 if space > start else end
    if start < span.end:
        parts.append(Span(start, span.end))
    return parts


def _paragraph_kind(line: str, lexicon: Lexicon) -> str:
    lowered = line.lower().strip(" .:»>|•·-")
    if lexicon.has("junk", lowered) or COUNTER.match(line):
        return "junk"
    credit = CREDIT.search(line)
    if credit and any(word in credit[1].lower() for word in lexicon.sets.get("credits", ())):
        return "caption"
    if line.rstrip("\"'”’»)")[-1:] not in (".", "!", "?", "…", ":", ";", ",", "。", "！", "？", "؟"):
        return "headline" if len(line[:400].split()) <= HEADLINE_WORDS else "body"
    return "body"


def sentences(text: str, lexicon: Lexicon) -> list[Sentence]:
    """All sentences in order, headlines, captions and junk lines marked as such."""
    found: list[Sentence] = []
    for number, paragraph in enumerate(paragraphs(text)):
        line = paragraph.of(text)
        kind = _paragraph_kind(line, lexicon)
        if kind == "caption" and (credit := CREDIT.search(line)):
            paragraph = Span(paragraph.start, paragraph.start + max(credit.start(), 1))
        closed, is_open = quotations(text, paragraph)
        whole = [*closed, is_open] if is_open is not None else closed
        dateline = DATELINE.match(text[paragraph.start : min(paragraph.start + 80, paragraph.end)])
        spans = split(text, paragraph, closed, lexicon) if kind != "junk" else [paragraph]
        for position, span in enumerate(spans):
            body = paragraph.start + dateline.end() if dateline and position == 0 else span.start
            inside = tuple(q for q in whole if q.start < span.end and q.end > span.start)
            found.append(Sentence(span, min(body, span.end), number, kind, inside))
    return found
