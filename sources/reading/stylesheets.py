"""What a page's own style sheets may hide, add or draw in other letters: their simple rules, and no others."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Final

_COMMENT: Final = re.compile(r"/\*.*?(?:\*/|$)", re.S)
# What the blocks of interest contain: looked for first, as a page may bring hundreds of kilobytes of sheets.
_NEEDLES: Final = {
    f"{name}:": tuple(f"{name}:{space}{value}" for value in values.split() for space in ("", " "))
    for name, values in (
        ("display", "none"),
        ("visibility", "hidden collapse"),
        ("opacity", "0 ."),
        ("font-size", "0"),
        ("height", "0"),
        ("text-indent", "-"),
        ("left", "-"),
        ("top", "-"),
        ("clip", "rect"),
        ("clip-path", "inset"),
        ("transform", "scale upper lower capital"),
        ("content", "\" ' attr"),
    )
}
_ICON: Final = re.compile(r"content:\s?[\"']\\[ef][0-9a-f]{3}[\"']")
_WIDE_COLON: Final = re.compile(r"\s+:\s+")
_HIDING: Final = re.compile(
    r"(?<![\w-])(?:display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|content-visibility\s*:\s*hidden"
    r"|opacity\s*:\s*0*\.?0+%?\s*(?=[;!}]|$)|font-size\s*:\s*0(?:\.0*)?[a-z%]*\s*(?=[;!}]|$)"
    r"|(?:left|top|text-indent)\s*:\s*-(?:\d{4,}|999)(?:\.\d+)?(?:px|r?em|vw|vh|pt|%)"
    r"|clip\s*:\s*rect\(\s*[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?[\s,]+[01](?:px)?\s*\)"
    r"|clip-path\s*:\s*inset\(\s*(?:50|100)%\s*\)|transform\s*:\s*scale\(\s*0\s*\)"
    r"|(?:max-)?height\s*:\s*0(?:px)?\s*(?=[;!}]|$))",
    re.I,
)
_CASING: Final = re.compile(r"(?<![\w-])text-transform\s*:\s*(uppercase|lowercase|capitalize)", re.I)
_CONTENT: Final = re.compile(
    r"(?<![\w-])content\s*:\s*(?:\"((?:\\.|[^\"\\])*)\"|'((?:\\.|[^'\\])*)'|attr\(\s*([\w-]+)\s*\))", re.I | re.S
)
_SHOWING: Final = re.compile(
    r"(?<![\w-])(?:display\s*:\s*(?!none)[\w-]+|visibility\s*:\s*visible|opacity\s*:\s*(?:1|0?\.\d*[1-9]))", re.I
)
_MOVING: Final = re.compile(r"(?<![\w-])(?:-webkit-)?(?:animation|transition)(?:-name)?\s*:", re.I)
_COLLAPSING: Final = re.compile(r"(?<![\w-])(?:max-)?height\s*:\s*0", re.I)
_CLIPPING: Final = re.compile(r"(?<![\w-])overflow(?:-[xy])?\s*:\s*(?:hidden|clip)", re.I)
_IMPORTANT: Final = re.compile(r"!\s*important", re.I)
_NAME: Final = re.compile(r"[\w-]")
_BLOCK_END: Final = re.compile(r"[};]")
_STEP: Final = re.compile(r"@([\w-]+)([^{};]*)\{|[{}]")
# Not looked at: what depends on what the reader does, on scripts, or hides the whole page until it is drawn.
_PASSING: Final = re.compile(
    r":(?:hover|focus|active|visited|link|target|checked|disabled|enabled|placeholder|invalid|valid|required|open"
    r"|autofill|fullscreen|root|host|has)|::|\[v-cloak\]|\.(?:no-?)?js\b|(?:^|[\s>+~])(?:html|body)\s*$",
    re.I,
)
_DRAWN_PART: Final = re.compile(r"::?(before|after)\s*$", re.I)
_ESCAPE: Final = re.compile(r"\\([0-9a-fA-F]{1,6})\s?|\\(.)", re.S)
_DEVICES: Final = re.compile(r"^\s*(?:only\s+)?(?:screen|all)?\s*$", re.I)
_MOST_RULES = 400
_MOST_CONDITIONS = 5_000


@dataclass(frozen=True, slots=True)
class Rule:
    """One selector and what its declarations do; `weight` orders rules as the cascade does.

    `effect` is "hide", "show", "case" (with the transformation as `value`), "before" or "after" (with the text,
    or with "attr:" and an attribute's name). `is_sure` is False inside conditions such as a screen's width.
    """

    selector: str
    effect: str
    value: str
    weight: tuple[int, int, int, int, int]
    is_sure: bool


def rules_of(sheets: Iterable[str]) -> list[Rule]:
    """The rules that hide, add or transform text in these sheets: 400 at most, none of a sheet that makes no sense."""
    found: list[Rule] = []
    for number, sheet in enumerate(sheets):
        found.extend(islice(_rules(_tidy(sheet), number), _MOST_RULES - len(found)))
    return found


def showing_rules(sheets: Iterable[str], tokens: Iterable[str]) -> Iterator[Rule]:
    """The rules that would show an element again which has one of these classes, ids or tag names."""
    wanted = set(tokens)
    for number, sheet in enumerate(sheets):
        plain = _tidy(sheet)
        starts = sorted({start for token in wanted for start in _blocks_of(plain, token)})
        conditions = _conditions(plain) if starts else []
        for start in starts:
            yield from _of_block(plain, start, conditions, number, show=True)


def _blocks_of(sheet: str, token: str) -> Iterator[int]:
    """Where the blocks begin whose selectors have this name."""
    place = sheet.find(token)
    while place >= 0:
        end = place + len(token)
        is_whole = not (_NAME.match(sheet[place - 1 : place]) or _NAME.match(sheet[end : end + 1]))
        brace = sheet.find("{", end) if is_whole else -1
        if brace >= 0 and not _BLOCK_END.search(sheet, end, brace):
            yield brace + 1
        place = sheet.find(token, end)


def hides(style: str) -> bool:
    """Whether these declarations take text out of sight, as far as can be told from them alone."""
    found = [match[0] for match in _HIDING.finditer(style)]
    if found and all(_COLLAPSING.match(one) for one in found):
        return bool(_CLIPPING.search(style))
    if found and all(one.lower().startswith("opacity") for one in found):
        # What fades in is there a moment later.
        return not _MOVING.search(style)
    return bool(found)


def case_of(style: str) -> str:
    """The text transformation that these declarations ask for, or ""."""
    found = _CASING.search(style)
    return found[1].lower() if found else ""


def transformed(text: str, case: str) -> str:
    """Text as it is drawn in that case."""
    match case:
        case "uppercase":
            return text.upper()
        case "lowercase":
            return text.lower()
        case _:
            return re.sub(r"(?<!\w)\w", lambda letter: letter[0].upper(), text)


def _tidy(sheet: str) -> str:
    plain = _COMMENT.sub(" ", sheet) if "/*" in sheet else sheet
    return _WIDE_COLON.sub(":", plain) if " : " in plain else plain


def _rules(sheet: str, number: int) -> Iterator[Rule]:
    starts = sorted(set(_blocks(sheet)))
    conditions = _conditions(sheet) if starts else []
    for start in starts if len(conditions) <= _MOST_CONDITIONS else ():
        yield from _of_block(sheet, start, conditions, number)


def _blocks(sheet: str) -> Iterator[int]:
    """Where the blocks begin that contain something of interest."""
    lower = sheet.lower()
    lower = lower if len(lower) == len(sheet) else sheet
    for needle in (needle for name, needles in _NEEDLES.items() if name in lower for needle in needles):
        place = lower.find(needle)
        while place >= 0:
            start = lower.rfind("{", 0, place) + 1
            if start and not _ICON.match(lower, place):
                yield start
            place = lower.find(needle, place + len(needle))


def _of_block(
    sheet: str, start: int, conditions: list[tuple[int, int, bool | None]], number: int, *, show: bool = False
) -> Iterator[Rule]:
    """The rules of the declarations that begin behind this brace, one for each selector before it."""
    end = sheet.find("}", start)
    block = sheet[start : end if end >= 0 else len(sheet)]
    is_sure = _is_sure(conditions, start)
    if is_sure is None or "{" in block:
        return
    head = max(sheet.rfind(sign, 0, start - 1) for sign in "{};") + 1
    for selector in _selectors(sheet[head : start - 1]):
        for effect, value in _effects(block, selector, show=show):
            bare = _DRAWN_PART.sub("", selector).strip()
            if bare and not _PASSING.search(bare):
                weight = (bool(_IMPORTANT.search(block)), *_specificity(bare), number * 10_000_000 + start)
                yield Rule(bare, effect, value, weight, is_sure)


def _effects(block: str, selector: str, *, show: bool) -> Iterator[tuple[str, str]]:
    part = _DRAWN_PART.search(selector)
    if show:
        if part is None and _SHOWING.search(block) and not hides(block):
            yield "show", ""
        return
    if part is not None:
        content = _CONTENT.search(block)
        text = _content(content) if content else ""
        if text and not hides(block):
            yield part[1].lower(), text
        return
    if hides(block):
        yield "hide", ""
    if case := case_of(block):
        yield "case", case


def _content(found: re.Match[str]) -> str:
    """The words that generated content adds; signs and pictures of icon fonts are no words."""
    if found[3]:
        return f"attr:{found[3].lower()}"
    text = _ESCAPE.sub(_unescaped, found[1] or found[2] or "")
    return text if any(letter.isalnum() for letter in text) else ""


def _unescaped(escape: re.Match[str]) -> str:
    if not escape[1]:
        return "" if escape[2] == "\n" else escape[2]
    point = int(escape[1], 16)
    return chr(point) if 0 < point < 0x110000 and not 0xD800 <= point < 0xE000 else "\ufffd"


def _selectors(prelude: str) -> list[str]:
    """The selectors of a list, split at its commas outside brackets."""
    parts, depth, last = [], 0, 0
    for place, sign in enumerate(prelude):
        depth += (sign in "([") - (sign in ")]")
        if sign == "," and depth == 0:
            parts.append(prelude[last:place])
            last = place + 1
    return [part.strip() for part in (*parts, prelude[last:]) if part.strip() and "@" not in part][:40]


def _specificity(selector: str) -> tuple[int, int, int]:
    """Ids, classes and elements of a selector (W3C Selectors, "Calculating a selector's specificity")."""
    ids = len(re.findall(r"#[\w-]+", selector))
    classes = len(re.findall(r"\.[\w-]+|\[[^\]]*\]|(?<!:):(?!not|is|where|:)[\w-]+", selector))
    tags = len(re.findall(r"(?:^|[\s>+~(,])[a-zA-Z][\w-]*", selector))
    return ids, classes, tags


def _conditions(sheet: str) -> list[tuple[int, int, bool | None]]:
    """Where at-rules reach from and to: True: always in force here; False: sometimes; None: no rules of a page."""
    found: list[tuple[int, int, bool | None]] = []
    opened: list[tuple[int, bool | None] | None] = []
    for step in _STEP.finditer(sheet):
        if step[0] == "{":
            opened.append(None)
        elif step[0] != "}":
            opened.append((step.end(), _in_force(step[1].lower(), step[2])))
        elif opened and (rule := opened.pop()) is not None:
            found.append((rule[0], step.start(), rule[1]))
    return [*found, *((rule[0], len(sheet), rule[1]) for rule in opened if rule is not None)]


def _in_force(name: str, prelude: str) -> bool | None:
    if name == "media":
        return any(_DEVICES.match(query) for query in prelude.split(",")) or (False if "(" in prelude else None)
    return {"supports": True, "layer": True, "container": False}.get(name)


def _is_sure(conditions: list[tuple[int, int, bool | None]], place: int) -> bool | None:
    around = [is_sure for start, end, is_sure in conditions if start <= place <= end]
    return None if None in around else all(around)
