"""The text of an HTML page that a reader can see, and whether the parser kept all of it."""

import re
from collections.abc import Iterable
from html.parser import HTMLParser
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

BREAK: Final = "\x1e"
END_MARK: Final = "factcheck-end-of-document-7d1f0c"
"""Appended to a page before parsing: where it does not come out as text, the parser did not get there."""

# fmt: off
_BREAKING: Final = frozenset([
    "address", "article", "aside", "blockquote", "body", "br", "button", "caption", "center", "dd",
    "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "input", "legend", "li",
    "listing", "main", "marquee", "menu", "nav", "ol", "optgroup", "option", "p", "plaintext", "pre",
    "search", "section", "select", "summary", "table", "tbody", "td", "textarea", "tfoot", "th",
    "thead", "tr", "ul", "video", "iframe", "object", "xmp",
])
# Never drawn, or drawn only where the browser lacks a feature that every browser has.
_UNSEEN: Final = frozenset([
    "head", "script", "style", "template", "noembed", "noframes", "iframe", "audio", "video", "canvas",
    "object", "datalist", "rp", "title", "desc", "metadata", "annotation", "annotation-xml",
])
# fmt: on
_MAYBE_UNSEEN: Final = ", ".join([*sorted(_UNSEEN), "noscript", "dialog", "[hidden]", "[style]"])
_HIDING_STYLE: Final = re.compile(r"(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse))", re.I)
_TAG: Final = re.compile(r"<[^>]*>")
_XHTML_SHORT: Final = re.compile(r"<(script|style|title|textarea|iframe|noscript|template)\b([^<>]*)/>", re.I)


def parse(html: str, *, is_xhtml: bool = False) -> LexborHTMLParser:
    """Parse a page with the end mark behind it; XHTML's self-closed raw-text elements are closed first."""
    if is_xhtml:
        html = _XHTML_SHORT.sub(r"<\1\2></\1>", html)
    return LexborHTMLParser(f"{html}<p>{END_MARK}</p>")


def fragment_text(html: str) -> str:
    """Visible text of a piece of HTML, as it stands in feeds and in JSON."""
    return visible_text(LexborHTMLParser(html))


def visible_text(tree: LexborHTMLParser, *, with_noscript: bool = False) -> str:
    """The visible text of a parsed page, a line a block, white space collapsed. Consumes the tree.

    Inline tags do not split words, block tags and `<br>` do. Left out: what is never drawn (scripts, styles,
    templates, `noscript` unless asked for, closed dialogs, the head) and what is hidden by the `hidden`
    attribute or an inline `display: none` or `visibility: hidden`. `aria-hidden` is visible. Declarative
    shadow roots are read, as browsers draw them. Style sheets are not evaluated.
    """
    top = tree.body or tree.root
    if top is None:
        return ""
    _prepare(top, with_noscript=with_noscript)
    return _tidy(top.text())


def lost_text(html: str, tree: LexborHTMLParser) -> bool:
    """Whether clearly less text came out of the parser than stands between the tags.

    A parser that stops, or that skips what is nested too deeply (as lxml does below some 255 levels), would
    make passages seem to be missing. Lengths are compared first, a second tokenizer is asked on suspicion.
    """
    root = tree.root
    kept = len(root.text()) if root is not None else 0
    if kept >= _expected(len(_TAG.sub("", html))):
        return False
    counter = _TextCounter()
    counter.feed(html)
    counter.close()
    return kept + _template_length(tree.template_fragments()) < _expected(counter.length)


def _expected(length: int) -> float:
    return length * 0.9 - 500


class _TextCounter(HTMLParser):
    length = 0

    def handle_data(self, data: str) -> None:
        self.length += len(data)


def _template_length(fragments: Iterable[LexborNode]) -> int:
    pending, length = list(fragments), 0
    while pending:
        fragment = pending.pop()
        length += len(fragment.text())
        pending.extend(fragment.template_fragments())
    return length


def _prepare(top: LexborNode, *, with_noscript: bool) -> None:
    """Take the unseen out of the tree and put break marks around blocks."""
    _draw_shadow_roots(top, with_noscript=with_noscript)
    # Backwards: a node must be gone before its parent is, or its handle would point at freed memory.
    for node in reversed(top.css(_MAYBE_UNSEEN)):
        if node != top and _is_unseen(node, with_noscript=with_noscript):
            _drop(node)
    for node in top.css("pre, textarea, listing, xmp, plaintext"):
        _keep_lines(node)
    for node in top.css("*"):
        tag = node.tag or ""
        # Elements that a site defines itself ("news-title") mostly stand for blocks.
        if tag in _BREAKING or "-" in tag:
            node.insert_before(BREAK)
            if tag != "br":
                node.insert_after(BREAK)


def _is_unseen(node: LexborNode, *, with_noscript: bool) -> bool:
    attributes = node.attributes
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return True
    if _HIDING_STYLE.search(attributes.get("style") or ""):
        return True
    match node.tag:
        case "noscript":
            return not with_noscript
        case "dialog":
            return "open" not in attributes
        case tag:
            return tag in _UNSEEN


def _drop(node: LexborNode) -> None:
    if node.tag in _BREAKING:
        node.insert_before(BREAK)
    node.decompose()


def _draw_shadow_roots(top: LexborNode, *, with_noscript: bool) -> None:
    for template in top.css("template[shadowrootmode]"):
        for fragment in template.template_fragments():
            _prepare(fragment, with_noscript=with_noscript)
            template.insert_before(f"{BREAK}{fragment.text()}{BREAK}")


def _keep_lines(node: LexborNode) -> None:
    pieces = [piece for piece in node.traverse(include_text=True) if piece.tag == "-text"]
    for piece in pieces:
        text = piece.text()
        if "\n" in text:
            piece.replace_with(text.replace("\n", BREAK))


def _tidy(marked: str) -> str:
    lines = (" ".join(line.split()) for line in marked.split(BREAK))
    return "\n".join(line for line in lines if line)
