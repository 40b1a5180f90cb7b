"""The text of an HTML page that a reader can see, and text of which only style sheets know whether it is seen."""

import re
import secrets
from typing import Final, NamedTuple

from selectolax.lexbor import LexborHTMLParser, LexborNode

from sources.reading.html_drawing import BREAK, draw, draw_fragment, frame_of
from sources.reading.html_styles import apply_styles
from sources.reading.html_tree import Page
from sources.reading.stylesheets import case_of, hides, transformed

# fmt: off
_BREAKING: Final = frozenset([
    "address", "article", "aside", "blockquote", "br", "button", "caption", "center", "dd",
    "details", "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "input", "legend", "li",
    "listing", "main", "marquee", "menu", "nav", "ol", "optgroup", "option", "p", "plaintext", "pre",
    "search", "section", "select", "summary", "table", "tbody", "td", "text", "textarea", "tfoot", "th",
    "thead", "tr", "ul", "video", "iframe", "object", "xmp",
])
# Never drawn, or drawn only where the browser lacks a feature that every browser has; `rt` is drawn beside.
_UNSEEN: Final = frozenset([
    "head", "script", "style", "template", "noembed", "noframes", "iframe", "audio", "video", "canvas",
    "object", "datalist", "rp", "rt", "rtc", "title", "desc", "metadata", "annotation", "annotation-xml",
    "progress", "meter",
])
# Struck out, or drawn only where something else in the page asks for it.
_UNSURE_TAGS: Final = frozenset(["del", "s", "strike", "defs", "symbol", "clippath", "mask", "pattern", "marker"])
# fmt: on
_MAYBE_UNSEEN: Final = (*sorted(_UNSEEN), *sorted(_UNSURE_TAGS), "noscript", "dialog")
_DISPLAY: Final = re.compile(r"(?:^|;)\s*display\s*:\s*([\w-]+)", re.I)
_VISIBILITY: Final = re.compile(r"(?:^|;)\s*visibility\s*:\s*([\w-]+)", re.I)
_STRUCK: Final = re.compile(r"(?:^|;)\s*text-decoration(?:-line)?\s*:[^;]*line-through", re.I)
_BLOCK_STYLE: Final = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item|flow-root)", re.I)
_INLINE_STYLE: Final = re.compile(r"(?:^|;)\s*display\s*:\s*(?:inline|contents)", re.I)
_DEEPEST_FRAME = 3
# No page can know the name of our own attribute.
_SET_ASIDE: Final = f"data-{secrets.token_hex(8)}"
_UNSURE: Final = "unsure"
_DROPPED: Final = "dropped"


class Visible(NamedTuple):
    """`seen` is text that readers see, `beside` the readings beside it; `unsure` may be seen or may not.

    `length` counts the characters of all three as they stood in the page, white space and all.
    """

    seen: str
    beside: str = ""
    unsure: str = ""
    length: int = 0


def fragment_text(html: str) -> str:
    """Visible text of a piece of HTML, as it stands in feeds and in JSON."""
    found = visible_text(Page.of(LexborHTMLParser(html)))
    return f"{found.seen}\n{found.beside}" if found.beside else found.seen


def visible_text(page: Page, *, with_noscript: bool = False, depth: int = 0) -> Visible:
    """The visible text of a parsed page, a line a block, white space collapsed. Consumes the page.

    Inline tags do not split words, block tags and `<br>` do. Quotation marks of `<q>`, values of fields and
    the text of `srcdoc` frames and declarative shadow roots are drawn; the readings of `<ruby>` come behind
    the page. Left out: what is never drawn (scripts, styles, templates, `noscript` unless asked for, the head)
    and what is hidden by the `hidden` attribute or an inline `display: none` or `visibility: hidden`.
    `aria-hidden` text and closed `<details>` count as seen: everybody can see or open them.

    *Unsure* is what the page's own style sheets hide by simple rules (a closed tab, words for screen readers),
    what inline styles make transparent, tiny or put off the page, closed dialogs and popovers; also the
    capitals that `text-transform` draws, and sentences without the words that generated content adds. A
    passage that stands in such text only is neither found nor missing. Style sheets from elsewhere are not
    read: what they hide counts as seen.
    """
    top = page.top
    if top is None:
        return Visible("")
    hidden, unsure = apply_styles(page) if "style" in page.by_tag else ([], [])
    for node in hidden:
        node.attrs[_SET_ASIDE] = _UNSURE
    beside = draw(page, _set_aside)
    _draw_others(page, with_noscript=with_noscript, depth=depth)
    maybe = _maybe_unseen(page, top)
    _break_lines(page, {node.mem_id: style for node in maybe if (style := node.attributes.get("style"))})
    _drop_unseen(maybe, top, unsure, with_noscript=with_noscript)
    marked = top.text()
    lines = dict.fromkeys(line for line in map(_tidy, unsure) if line)
    length = len(marked) - marked.count(BREAK) + sum(map(len, unsure))
    return Visible(_tidy(marked), "\n".join(beside), "\n".join(lines), length)


def _set_aside(node: LexborNode) -> None:
    """Have a node dropped later: a node must not go while others hold a handle to what is in it."""
    node.attrs[_SET_ASIDE] = _DROPPED


def _draw_others(page: Page, *, with_noscript: bool, depth: int) -> None:
    """Draw the documents within this one: shadow roots, and frames that carry their page with them."""
    if depth >= _DEEPEST_FRAME:
        return
    for template in page.tagged("template"):
        if "shadowrootmode" in template.attributes:
            for fragment in template.template_fragments():
                inner = visible_text(Page(fragment, fragment), with_noscript=with_noscript, depth=depth + 1)
                draw_fragment(template, inner.seen)
    for frame in page.tagged("iframe"):
        inside = frame_of(frame)
        if inside is not None:
            draw_fragment(frame, visible_text(inside, depth=depth + 1).seen)


def _maybe_unseen(page: Page, top: LexborNode) -> list[LexborNode]:
    """The elements that may have to go, in the page's order."""
    tags = [tag for tag in _MAYBE_UNSEEN if tag in page.by_tag]
    return top.css(", ".join([*tags, "[hidden]", "[style]", "[popover]", f"[{_SET_ASIDE}]"]))


def _break_lines(page: Page, styled: dict[int, str]) -> None:
    """Put break marks around blocks. Elements that a site defines itself mostly stand for blocks, too."""
    for tag, nodes in page.by_tag.items():
        if tag == "br":
            for node in nodes:
                node.insert_before(BREAK)
        elif tag in _BREAKING or "-" in tag:
            for node in nodes:
                if not (styled and _INLINE_STYLE.search(styled.get(node.mem_id, ""))):
                    node.insert_before(BREAK)
                    node.insert_after(BREAK)
        elif styled:
            for node in nodes:
                if _BLOCK_STYLE.search(styled.get(node.mem_id, "")):
                    node.insert_before(BREAK)
                    node.insert_after(BREAK)


def _drop_unseen(maybe: list[LexborNode], top: LexborNode, unsure: list[str], *, with_noscript: bool) -> None:
    """Take the unseen out of the tree, and keep the text of what may be seen."""
    # Backwards: a node must be gone before its parent is, or its handle would point at freed memory.
    for node in reversed(maybe):
        if node.mem_id == top.mem_id:
            continue
        attributes = node.attributes
        style = attributes.get("style") or ""
        tag = node.tag or ""
        is_invisible = _last(_VISIBILITY, style) in ("hidden", "collapse")
        if _is_unseen(tag, attributes, style, with_noscript=with_noscript) or (
            is_invisible and not node.css('[style*="visible" i]')
        ):
            node.decompose()
            continue
        if style and (case := case_of(style)):
            unsure.append(transformed(node.text(), case))
        if _is_unsure(tag, attributes, style):
            unsure.append(node.text())
            node.decompose()


def _is_unseen(tag: str, attributes: dict[str, str | None], style: str, *, with_noscript: bool) -> bool:
    if tag in _UNSEEN:
        return True
    if tag == "noscript":
        return not with_noscript
    display = _last(_DISPLAY, style)
    if "hidden" in attributes and (attributes["hidden"] or "").lower() != "until-found":
        return display in ("", "none")
    return display == "none" or attributes.get(_SET_ASIDE) == _DROPPED


def _is_unsure(tag: str, attributes: dict[str, str | None], style: str) -> bool:
    if tag in _UNSURE_TAGS or "popover" in attributes or attributes.get(_SET_ASIDE) == _UNSURE:
        return True
    if tag == "dialog" and "open" not in attributes:
        return True
    return bool(style) and (hides(_DISPLAY.sub(";", style)) or _STRUCK.search(style) is not None)


def _last(declaration: re.Pattern[str], style: str) -> str:
    """The value of a property that counts: of several declarations the last."""
    values = declaration.findall(style) if style else []
    return values[-1].lower() if values else ""


def _tidy(marked: str) -> str:
    """Marked text with one line break a mark and one space between words."""
    lines = [
        # Printable text has no white space but spaces.
        line.strip() if "  " not in line and line.isprintable() else " ".join(line.split())
        for line in marked.split(BREAK)
    ]
    return "\n".join([line for line in lines if line])
