"""One fetched document as text: what kind it is, what it says, and why that may not be all of it."""

import re
from dataclasses import dataclass, field
from typing import Final

from sources.reading import html_metadata
from sources.reading.article_body import unseen_sentences
from sources.reading.charsets import decode_web
from sources.reading.document_text import drawn, feed_text, json_text
from sources.reading.html_metadata import Metadata
from sources.reading.html_text import visible_text
from sources.reading.html_tree import END_MARK, Page, lost_text, parse
from sources.reading.marks import UNSURE
from sources.reading.pdf_text import pdf_text
from sources.reading.unread import machinery, signs

_CHARSET: Final = re.compile(r";\s*charset\s*=\s*[\"']?([^\s\"';]+)", re.I)
_PROLOGUE: Final = r"\s*(?:<\?.*?\?>\s*|<!--.*?-->\s*)*"
_HTML_START: Final = re.compile(_PROLOGUE + r"<(?:!doctype\s+html|html|head|body|title|meta)\b", re.I | re.S)
_FEED_START: Final = re.compile(_PROLOGUE + r"(?:<!doctype[^>]*>\s*)?<(?:rss|feed|rdf:RDF)\b", re.I | re.S)
_CONTROL: Final = re.compile(r"[\x00-\x08\x0e-\x1a]")
_PROLOGUE_REACH: Final = 4_096
_TAIL: Final = 2_000
_HTML_TYPES: Final = ("text/html", "application/xhtml+xml")
_FEED_TYPES: Final = ("application/rss+xml", "application/atom+xml", "application/rdf+xml")
_XML_TYPES: Final = ("text/xml", "application/xml")
_VAGUE_TYPES: Final = ("", "application/octet-stream", "binary/octet-stream", "unknown/unknown")


@dataclass(slots=True)
class Text:
    """What was read; `markup` is the decoded HTML, for whoever wants the main text of it."""

    kind: str
    text: str = ""
    charset: str = ""
    problems: list[str] = field(default_factory=list)
    about: Metadata = field(default_factory=Metadata)
    markup: str = ""


def read_document(body: bytes, *, content_type: str, url: str) -> Text:
    """Read a body of any kind. Raises for nothing that is in it, save MemoryError."""
    media_type = content_type.partition(";")[0].strip().lower()
    if body[:1024].lstrip().startswith(b"%PDF-") or media_type == "application/pdf":
        text, title, problems = pdf_text(body)
        return Text("pdf", text, "", problems, Metadata(title=title))
    declared = _CHARSET.search(content_type)
    decoded = decode_web(body, http_charset=declared[1] if declared else None)
    kind = kind_of(media_type, decoded.text)
    if kind == "unsupported":
        return Text(kind, problems=["unsupported_type"])
    if kind == "html":
        found = _read_html(decoded.text, is_xhtml="xhtml" in media_type, url=url)
    else:
        found = _read_plain(kind, decoded.text)
    found.charset = decoded.charset
    if kind != "html":
        found.text = found.text.replace(UNSURE, " ")
    if decoded.damaged:
        found.problems.append("undecodable_characters")
    if decoded.guessed:
        found.problems.append("guessed_charset")
    if not found.text.strip() and not found.problems:
        found.problems.append("empty")
    return found


def kind_of(media_type: str, text: str) -> str:
    """Kind of a decoded document: by media type, or by its first characters where that is vague or wrong."""
    start = text[:_PROLOGUE_REACH]
    if media_type not in ("text/plain", *_FEED_TYPES) and _FEED_START.match(start):
        return "feed"
    if media_type in _HTML_TYPES:
        return "html"
    if media_type in _FEED_TYPES:
        return "feed"
    if len(_CONTROL.findall(start)) > len(start) / 100:
        return "unsupported"
    if media_type.endswith(("/json", "+json")):
        return "json"
    if media_type in _XML_TYPES or media_type in _VAGUE_TYPES:
        if _HTML_START.match(start):
            return "html"
        if media_type in _XML_TYPES:
            return "unsupported"
        return "json" if start.lstrip()[:1] in ("{", "[") else "text"
    return "text" if media_type.startswith("text/") else "unsupported"


def _read_plain(kind: str, source: str) -> Text:
    if kind == "text":
        return Text(kind, source.replace("\r\n", "\n").replace("\r", "\n"))
    text, title, problems = json_text(source) if kind == "json" else feed_text(source)
    return Text(kind, text, "", problems, Metadata(title=title))


def _read_html(markup: str, *, is_xhtml: bool, url: str) -> Text:
    def again() -> Page:
        return Page.of(parse(markup, is_xhtml=is_xhtml))

    page = again()
    data = html_metadata.json_ld(page)
    about = html_metadata.metadata(page, data, url=url)
    undrawn = page.undrawn_length()
    seen, beside, unsure, length = visible_text(page)
    problems = ["parser_limit"] if lost_text(markup, length + undrawn, again) else []
    text, is_closed = _without_end_mark(seen)
    found = signs(text, about.title, lambda: machinery(again()))
    if not (is_closed or "frames" in found) or _is_cut(markup):
        problems.append("unclosed_markup")
    problems += found
    if "empty_script_shell" in problems:
        without_scripts = visible_text(again(), with_noscript=True)
        text = max(text, _without_end_mark(without_scripts.seen)[0], key=len)
    if html_metadata.is_behind_paywall(data) and "paywall" not in problems:
        problems.append("paywall")
    bodies = (unseen_sentences(drawn(body), text) for body in html_metadata.article_bodies(data))
    text = "\n".join(part for part in (text, *bodies, beside) if part)
    if unsure:
        text = f"{text}\n{UNSURE}\n{unsure}"
    return Text("html", text, problems=problems, about=about, markup=markup)


def _is_cut(markup: str) -> bool:
    """Whether the page opens what every page closes, and never closes it: it broke off between two tags."""
    tail = markup[-_TAIL:].lower()
    if "</html" in tail or "</body" in tail:
        return False
    lower = markup.lower()
    is_opened = "<html" in lower or "<body" in lower
    return is_opened and "</html" not in lower and "</body" not in lower


def _without_end_mark(text: str) -> tuple[str, bool]:
    """The text before the end mark, and whether the mark stands at the end by itself, as it was put there."""
    is_closed = text == END_MARK or text.endswith(f"\n{END_MARK}")
    if is_closed:
        return text[: -len(END_MARK)].rstrip("\n"), True
    return text.replace(END_MARK, ""), False
