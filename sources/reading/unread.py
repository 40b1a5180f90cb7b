"""Signs that what came back is not the page a reader would see, so that nothing may be called missing."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborNode

from sources.reading.html_tree import Page
from sources.reading.interstitials import PAYWALL_HINTS, WORDS, says_it_is_not_there

BARE = 120
SHORT = 400
WALL = 1_000
LONG = 4_000
"""Lengths of the visible text, in characters (two for a letter of scripts that need fewer of them)."""

_WIDE = 0x2E80
_MOUNTS: Final = "div, section, article, main, app-root, [ng-app], [data-reactroot]"
_MOUNT_NAME: Final = re.compile(
    r"(?:^|[\s_-])(?:root|app|__next|__nuxt|gatsby|svelte|content|article|story|main|post|body|text)(?:$|[\s_-])", re.I
)
_GUARDS: Final = re.compile(
    r"challenge-platform|cf-chl|_cf_chl|captcha-delivery\.com|px-captcha|_Incapsula_Resource|awswaf|distil_r_captcha"
    r"|g-recaptcha|h-captcha|hcaptcha\.com|cf-turnstile|geetest|smartcaptcha",
    re.I,
)
_LEAVING: Final = re.compile(r"(?:\blocation(?:\.href)?\s*=(?!=)|\blocation\.(?:replace|assign)\s*\()")
_LOADING: Final = re.compile(
    r"(?:loading|please wait|wird geladen|lädt|yükleniyor|загрузка|завантаження|идёт загрузка|جار(?:ي|ٍ)? التحميل"
    r"|(?:正在)?加载中?|載入中|読み込み中|טוען)\s*(?:…|\.{1,3})?",
    re.I,
)
_CONSENT: Final = re.compile(
    r"cookies?|consent|einwilligung|zustimm\w*|datenschutz|privacy|tracking|partners?|personali[sz]ed|werbe\w*"
    r"|çerez\w*|gizlilik|куки|согласи\w*|конфиденциальн\w*|الخصوصية|الارتباط|隐私|隱私|同意|クッキー|プライバシー|עוגיות|פרטיות",
    re.I,
)
_CAPTION = 40
_LONGEST_NOTICE = 200
_PROSE_LINE = 100
_LITTLE_PROSE = 300
_MUCH_PROSE = 3_000
_WHOLE_ARTICLE = 6_000
_MUCH_CONSENT = 6
_WORDS_A_MENTION = 25
# These stand alone on a page; a long page that mentions them is about something else.
_ALONE: Final = ("bot_wall", "login_wall", "region_block", "maintenance", "server_error", "parked_domain")


@dataclass(frozen=True, slots=True)
class Machinery:
    """What in a page could draw or fetch more than its markup shows; `scripts` in characters."""

    scripts: int
    has_empty_mount: bool
    is_frameset: bool
    has_frames: bool
    has_pictures: bool
    leads_on: bool
    leaves: bool
    is_guarded: bool


def machinery(page: Page) -> Machinery:
    """Measure a parsed page before its text is taken; a script from elsewhere weighs 2,000 characters."""
    scripts = page.tagged("script")
    mounts = page.root.css(_MOUNTS) if page.root is not None else []
    refreshing = (node.attributes for node in page.tagged("meta"))
    return Machinery(
        scripts=sum(_script_weight(node) for node in scripts),
        has_empty_mount=any(_is_empty_mount(node) for node in mounts),
        is_frameset="frameset" in page.by_tag,
        has_frames=any(_is_frame(node) for node in page.tagged("iframe", "embed", "object")),
        has_pictures=bool(page.tagged("img", "picture", "canvas", "video", "audio")),
        leads_on=any(
            (one.get("http-equiv") or "").lower() == "refresh" and "url" in (one.get("content") or "").lower()
            for one in refreshing
        ),
        leaves=any(_LEAVING.search(node.text()) for node in scripts),
        is_guarded=page.root is not None and bool(_GUARDS.search(page.root.html or "")),
    )


def signs(text: str, title: str, measure: Callable[[], Machinery]) -> list[str]:
    """Problems of a page with this visible text and title; `measure` is asked only where little text came.

    Shells that scripts would fill, walls, refusals, errors, framesets, and pages that only lead on.
    """
    lines = text.split("\n")
    prose = _prose(lines)
    if prose >= _WHOLE_ARTICLE:
        return []
    length = weight(text, LONG)
    problems = ["paywall"] if _asks_for_money(text) else []
    if length < LONG:
        problems += _machine_signs(length, lines, prose, measure())
        if length < WALL:
            notices = "\n".join(line for line in lines if len(line) <= _LONGEST_NOTICE)
            problems += [name for name in _ALONE if WORDS[name].search(text if length < SHORT else notices)]
            problems += ["empty_script_shell"] if WORDS["empty_script_shell"].search(text) else []
        if _speaks_of_consent(text, lines, length):
            problems.append("cookie_wall")
    if _is_not_found(text, title, lines, length, prose):
        problems.append("not_found_page")
    return list(dict.fromkeys(problems))


def weight(text: str, limit: int) -> int:
    """Length of a text up to a limit, letters of Chinese, Japanese and Korean counted twice."""
    if len(text) >= limit:
        return limit
    return len(text) if text.isascii() else sum(2 if ord(letter) > _WIDE else 1 for letter in text)


def _machine_signs(length: int, lines: list[str], prose: int, found: Machinery) -> list[str]:
    problems = ["frames"] if found.is_frameset or (found.has_frames and length < SHORT) else []
    is_bare = length < BARE
    if length < SHORT:
        if found.leads_on or (is_bare and found.leaves):
            problems.append("meta_refresh")
        if found.scripts > (10 if is_bare else 50) * length:
            problems.append("empty_script_shell")
        if found.is_guarded:
            problems.append("bot_wall")
    if length < _CAPTION and found.has_pictures:
        problems.append("only_pictures")
    is_loading = any(_LOADING.fullmatch(line) for line in lines)
    if found.scripts and prose < _LITTLE_PROSE and (found.has_empty_mount or is_loading):
        problems.append("empty_script_shell")
    return problems


def _is_empty_mount(node: LexborNode) -> bool:
    """Whether an element is there for a script to put the page, or its article, into."""
    if node.text(strip=True) or node.css_first("img, video, svg, input, form, iframe") is not None:
        return False
    attributes = node.attributes
    names = f"{attributes.get('id') or ''} {attributes.get('class') or ''}"
    is_named = bool(_MOUNT_NAME.search(names)) or "ng-app" in attributes or "data-reactroot" in attributes
    return is_named or node.tag in ("article", "main", "app-root")


def _is_frame(node: LexborNode) -> bool:
    attributes = node.attributes
    source = attributes.get("src") or attributes.get("data") or ""
    is_small = (attributes.get("width") or "") in ("0", "1") or (attributes.get("height") or "") in ("0", "1")
    return bool(source) and not source.startswith("about:") and not is_small


def _asks_for_money(text: str) -> bool:
    """Whether a line of its own says that the rest is for those who pay or register."""
    for hint in PAYWALL_HINTS:
        place = text.find(hint)
        while place >= 0:
            start, end = text.rfind("\n", 0, place) + 1, text.find("\n", place)
            end = end if end >= 0 else len(text)
            if end - start <= _LONGEST_NOTICE and WORDS["paywall"].search(text, start, end):
                return True
            place = text.find(hint, end)
    return False


def _speaks_of_consent(text: str, lines: list[str], length: int) -> bool:
    """Whether a page is about consent to cookies and little else; most pages only mention it."""
    if not WORDS["cookie_wall"].search(text):
        return False
    if length < WALL:
        return _prose([line for line in lines if not _CONSENT.search(line)]) < _LITTLE_PROSE
    words = len(text.split()) + sum(ord(letter) > _WIDE for letter in text) // 2
    named = len(_CONSENT.findall(text))
    return named >= _MUCH_CONSENT and named * _WORDS_A_MENTION >= words


def _is_not_found(text: str, title: str, lines: list[str], length: int, prose: int) -> bool:
    """Whether the page says in its title, in a heading line or in all of its few words that it is not there."""
    if length < SHORT and WORDS["not_found_page"].search(text):
        return True
    if prose >= _MUCH_PROSE:
        return False
    if says_it_is_not_there(title, loosely=prose < _LITTLE_PROSE):
        return True
    return prose < _LITTLE_PROSE and any(says_it_is_not_there(line) for line in lines if len(line) < _PROSE_LINE)


def _prose(lines: list[str]) -> int:
    """Characters in lines that are long enough to be sentences; counted up to a whole article's worth."""
    prose = sum(len(line) for line in lines if len(line) >= _PROSE_LINE)
    if prose < _WHOLE_ARTICLE:
        short = (line for line in lines if _PROSE_LINE > len(line) >= _PROSE_LINE // 2 and not line.isascii())
        prose += sum(length for line in short if (length := weight(line, LONG)) >= _PROSE_LINE)
    return prose


def _script_weight(node: LexborNode) -> int:
    attributes = node.attributes
    if (attributes.get("type") or "").lower().endswith("json"):
        return 0
    return 2_000 if "src" in attributes else len(node.text())
