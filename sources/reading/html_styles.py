"""What the style sheets inside a page do to its text: hide it, add words to it, draw it in capitals."""

import re
from collections.abc import Iterator
from typing import Final

from selectolax.lexbor import LexborNode

from sources.reading import stylesheets
from sources.reading.html_tree import Page
from sources.reading.stylesheets import Rule

_BLOCK_STYLE: Final = re.compile(r"(?:^|;)\s*display\s*:\s*(?:block|flex|grid|table|list-item|flow-root|inline)", re.I)
_BLOCKS: Final = frozenset(["p", "div", "li", "td", "th", "blockquote", "section", "article", "main", "body", "html"])

_Hiding = dict[int, tuple[LexborNode, Rule]]


def apply_styles(page: Page) -> tuple[list[LexborNode], list[str]]:
    """Evaluate the simple rules of the page's own style sheets, and draw the words that they generate.

    Returns the elements that they hide, and the text that a browser draws or copies in another
    way than the markup has it: in other letters, or without the generated words.
    """
    sheets = [node.text() for node in page.tagged("style") if _is_for_screens(node)]
    hiding: _Hiding = {}
    variants: list[str] = []
    for rule in stylesheets.rules_of(sheets):
        for node in _selected(page, rule.selector):
            if rule.effect == "hide":
                _note_hiding(hiding, node, rule)
            elif rule.effect == "case":
                variants.append(stylesheets.transformed(node.text(), rule.value))
            elif rule.is_sure:
                variants += _generate(node, rule)
    shown = set(_shown_again(page, sheets, hiding)) if hiding else set()
    return [node for mem_id, (node, _) in hiding.items() if mem_id not in shown], variants


def _is_for_screens(style: LexborNode) -> bool:
    if style.parent is not None and style.parent.tag == "noscript":
        return False
    media = (style.attributes.get("media") or "").lower()
    return not media or "screen" in media or "all" in media


def _selected(page: Page, selector: str) -> list[LexborNode]:
    """The elements that a selector means, save the body; none when the parser does not know it."""
    if page.top is None:
        return []
    try:
        return [node for node in page.top.css(selector) if node.mem_id != page.top.mem_id]
    except Exception:  # selectolax raises several kinds for what it cannot parse, and pages hold anything
        return []


def _note_hiding(hiding: _Hiding, node: LexborNode, rule: Rule) -> None:
    known = hiding.get(node.mem_id)
    if rule.is_sure and (known is None or known[1].weight < rule.weight):
        hiding[node.mem_id] = (node, rule)


def _shown_again(page: Page, sheets: list[str], hiding: _Hiding) -> Iterator[int]:
    """Which of the hidden elements a stronger rule shows, or one for another kind of screen."""
    tokens: set[str] = set()
    for node, rule in hiding.values():
        names = {*(node.attributes.get("class") or "").split(), node.id or ""} - {""}
        # A rule for a kind of element is weaker than one for a class of them.
        tokens.update(names if any(rule.weight[1:3]) else {*names, node.tag or ""})
    shown: dict[int, Rule | None] = {}
    for rule in stylesheets.showing_rules(sheets, tokens):
        for node in _selected(page, rule.selector):
            known = hiding.get(node.mem_id)
            if known is not None and (not rule.is_sure or rule.weight > known[1].weight):
                shown[node.mem_id] = rule
    for mem_id, (node, _) in hiding.items():
        is_important = bool(hiding[mem_id][1].weight[0])
        if mem_id in shown or (not is_important and _BLOCK_STYLE.search(node.attributes.get("style") or "")):
            yield mem_id


def _generate(node: LexborNode, rule: Rule) -> Iterator[str]:
    """Draw generated words; yields the sentence without them, as it is copied from a browser."""
    text = rule.value
    if text.startswith("attr:"):
        text = node.attributes.get(text[5:]) or ""
    if not text.strip():
        return
    block = node
    while block.tag not in _BLOCKS and block.parent is not None:
        block = block.parent
    yield block.text()
    if rule.effect == "before" and node.first_child is not None:
        node.first_child.insert_before(text)
    else:
        node.insert_child(text)
