"""Signs that what came back is not the page a reader would see, so that nothing may be called missing."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from selectolax.lexbor import LexborHTMLParser, LexborNode

BARE_CHARACTERS = 120
SHELL_CHARACTERS = 400
WALL_CHARACTERS = 1_000
_WIDE = 0x2E80
_MOUNTS: Final = "#root, #app, #__next, #__nuxt, #___gatsby, #svelte, app-root, [ng-app], [data-reactroot]"
_SENTENCE: Final = re.compile(r"[^.!?。！？؟\n]+[.!?。！？؟]*")
_FOLD: Final = re.compile(r"[\W_]+")
_SHORTEST_SENTENCE = 12
_UNSEEN_RUN = 3

# What an interstitial says, in the languages of the desks; counted only on pages with little else on them.
_WALLS: Final = {
    "cookie_wall": (
        r"(?:accept|consent|agree)\b.{0,60}\bcookies?",
        r"cookies?\b.{0,80}\b(?:accept|consent|agree|akzeptier|accepte|acepta|kabul|onay|zustimm)",
        r"(?:accepter|aceptar) .{0,12}cookies",
        r"çerez\w*.{0,80}(?:kabul|onay|izin)",
        r"файл\w* cookie",
        r"ملفات تعريف الارتباط",
        r"接受.{0,12}cookie",
    ),
    "bot_wall": (
        r"just a moment|checking your browser|are you a robot|unusual traffic|javascript and cookies",
        r"verif(?:y|ying) (?:that )?you are (?:a )?human|(?<!re)captcha|access denied|ddos protection|ray id",
        r"robot olmadığınızı|insan olduğunuzu doğrula",
        r"вы не робот|подтвердите, что (?:вы|запросы)",
        r"لست روبوت",
        r"人机验证|安全验证|您不是机器人",
    ),
    "empty_script_shell": (
        r"(?:enable|requires?|turn on|activate) javascript",
        r"javascript (?:is )?(?:required|disabled|must be enabled)",
        r"javascript'?i etkinleştir|включите javascript|启用 ?javascript",
        r"تفعيل (?:جافا ?سكريبت|javascript)",
    ),
}
_WALL_WORDS: Final = {name: re.compile("|".join(words), re.I | re.S) for name, words in _WALLS.items()}


@dataclass(frozen=True, slots=True)
class Machinery:
    """What in a page could draw or fetch more than its markup shows; `scripts` in characters."""

    scripts: int
    has_empty_mount: bool
    is_frameset: bool
    leads_on: bool


def machinery(tree: LexborHTMLParser) -> Machinery:
    """Measure a parsed page before its text is taken; a script from elsewhere weighs 2,000 characters."""
    return Machinery(
        scripts=sum(_script_weight(node) for node in tree.css("script")),
        has_empty_mount=any(not node.text(strip=True) for node in tree.css(_MOUNTS)),
        is_frameset=tree.css_first("frameset") is not None,
        leads_on=tree.css_first('meta[http-equiv="refresh" i][content*="url=" i]') is not None,
    )


def signs(text: str, found: Machinery) -> list[str]:
    """Problems of a page with this visible text: shells, walls, framesets, pages that only lead on.

    An *empty script shell* shows next to nothing while scripts are there to draw the page.
    """
    problems = ["frames"] if found.is_frameset else []
    length = sum(2 if ord(letter) > _WIDE else 1 for letter in text[:WALL_CHARACTERS])
    if length < SHELL_CHARACTERS:
        if found.leads_on:
            problems.append("meta_refresh")
        heavy = found.scripts > (10 if length < BARE_CHARACTERS else 50) * length
        if found.scripts and (heavy or found.has_empty_mount):
            problems.append("empty_script_shell")
    if length < WALL_CHARACTERS:
        problems += [name for name, words in _WALL_WORDS.items() if words.search(text) and name not in problems]
    return problems


def _script_weight(node: LexborNode) -> int:
    attributes = node.attributes
    if (attributes.get("type") or "").lower().endswith("json"):
        return 0
    return 2_000 if "src" in attributes else len(node.text())


def unseen_sentences(body: str, visible: str) -> str:
    """What a page's structured `articleBody` says beyond its visible text, or "".

    Only runs of three and more unseen sentences count (or all of them): a single sentence that differs is an
    edit of the page, and a copy of its old wording in the data must not hide that.
    """
    seen = _folded(visible)
    sentences = [piece for piece in _SENTENCE.findall(body) if piece.strip()]
    known = [len(key := _folded(piece)) < _SHORTEST_SENTENCE or key in seen for piece in sentences]
    if not any(known):
        return body.strip()
    runs = (run for run in _false_runs(known) if len(run) >= _UNSEEN_RUN)
    return "\n".join("".join(sentences[place] for place in run).strip() for run in runs)


def _folded(text: str) -> str:
    return _FOLD.sub("", text).casefold()


def _false_runs(flags: Iterable[bool]) -> list[list[int]]:
    runs: list[list[int]] = [[]]
    for place, flag in enumerate(flags):
        if flag:
            runs.append([])
        else:
            runs[-1].append(place)
    return runs
