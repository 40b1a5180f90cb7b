"""A parsed HTML page and its elements by name, gathered in one walk."""

import re
from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from typing import Final, Self

from selectolax.lexbor import LexborHTMLParser, LexborNode, SelectolaxError

END_MARK: Final = "factcheck-end-of-document-7d1f0c"
"""Appended to a page before parsing: where it does not come out as text, the parser did not get there."""

_TAG: Final = re.compile(r"<[^>]*>")
_XHTML_SHORT: Final = re.compile(r"<(script|style|title|textarea|iframe|noscript|template)\b([^<>]*)/>", re.I)


class Page:
    """A parsed page, or a fragment of one: `root` is all of it, `top` what is drawn.

    Its elements may be read until the text is taken, which consumes the tree.
    """

    def __init__(self, root: LexborNode | None, top: LexborNode | None, tree: LexborHTMLParser | None = None) -> None:
        self.root, self.top = root, top
        self._tree = tree  # elements live no longer than their tree
        self.by_tag: dict[str, list[LexborNode]] = {}
        for node in root.css("*") if root is not None else ():
            tag = node.tag or ""
            known = self.by_tag.get(tag)
            if known is None:
                self.by_tag[tag] = [node]
            else:
                known.append(node)

    @classmethod
    def of(cls, tree: LexborHTMLParser) -> Self:
        """The page of a whole document."""
        return cls(tree.root, tree.body or tree.root, tree)

    def tagged(self, *names: str) -> list[LexborNode]:
        """Elements of these names: all of the first name, then all of the second, each in the page's order."""
        by_tag = self.by_tag
        return [node for name in names if name in by_tag for node in by_tag[name]]

    def text_length(self) -> int:
        """Characters of text anywhere in the page, scripts included, templates too."""
        if self.root is None:
            return 0
        length = len(self.root.text())
        return length + (_template_length(self.root.template_fragments()) if "template" in self.by_tag else 0)

    def undrawn_length(self) -> int:
        """Characters in scripts, styles and titles."""
        return sum(len(node.text()) for node in self.tagged("script", "style", "title"))


def parse(html: str, *, is_xhtml: bool = False) -> LexborHTMLParser:
    """Parse a page with the end mark behind it; XHTML's self-closed raw-text elements are closed first.

    Raises MemoryError: to want of memory alone the parser answers with an error.
    """
    if is_xhtml:
        html = _XHTML_SHORT.sub(r"<\1\2></\1>", html)
    try:
        return LexborHTMLParser(f"{html}<p>{END_MARK}</p>")
    except SelectolaxError as error:
        raise MemoryError from error


def lost_text(html: str, kept: int, again: Callable[[], Page]) -> bool:
    """Whether clearly less text came out of the parser than stands between the tags.

    A parser that stops, or that skips what is nested too deeply (as lxml does below some 255 levels), would
    make passages seem to be missing. `kept` is how much came out, hidden text not counted: lengths are compared
    first; on suspicion all of the text is counted, in the page parsed `again` and by a second tokenizer.
    """
    if kept >= _expected(len(_TAG.sub("", html))):
        return False
    counter = _TextCounter()
    counter.feed(html)
    counter.close()
    return again().text_length() < _expected(counter.length)


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
