"""Says how much a statement is worth checking, and why, as a sum of factors that can be shown."""

from __future__ import annotations

import math
import tomllib
from functools import cache
from pathlib import Path

from claims.extraction.lexicon import Lexicon, empty, load
from claims.extraction.records import Factor
from claims.extraction.tokens import Token, tokenise

WEIGHTS = Path(__file__).parent / "weights.toml"
LISTED = (
    "percent", "quantity", "comparison", "event", "causation", "public_matter", "past_act", "opinion",
    "future", "promise", "demand", "personal", "collective", "address",
)  # fmt: skip
CURRENCIES = frozenset("$€£¥₺₽₴")
LONG = 18
SHORT = 6
SHOWN = 4


@cache
def weights() -> dict[str, float]:
    """The weight of every factor by its name, and of "bias"."""
    data = tomllib.loads(WEIGHTS.read_text(encoding="utf-8"))
    return {"bias": float(data["bias"]), **data["factors"], **data["context"]}


def _index(lexicon: Lexicon) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    found: dict[str, list[tuple[str, tuple[str, ...]]]] = {}
    for name, phrases in lexicon.worthiness.items():
        for phrase in phrases:
            words = tuple(phrase.split())
            found.setdefault(words[0], []).append((name, words))
    return found


@cache
def _index_of(language: str) -> dict[str, list[tuple[str, tuple[str, ...]]]]:
    return _index(load(language) if language else empty())


def _listed(tokens: list[Token], language: str) -> dict[str, list[str]]:
    """The words of the text that the lexicon lists, by factor."""
    index = _index_of(language)
    lowered = [token.lower for token in tokens]
    found: dict[str, list[str]] = {}
    for i, word in enumerate(lowered):
        for name, words in index.get(word, ()):
            if len(words) == 1 or tuple(lowered[i : i + len(words)]) == words:
                found.setdefault(name, []).append(" ".join(token.text for token in tokens[i : i + len(words)]))
    return found


def _numbers(tokens: list[Token]) -> list[str]:
    return [token.text for token in tokens if token.text[0].isdigit()]


def _actors(tokens: list[Token], lexicon: Lexicon) -> list[str]:
    """Names of people, bodies and states: capitals that are not only the sentence's first letter."""
    found: list[str] = []
    for i, token in enumerate(tokens):
        if not token.is_capital or len(token.text) < 2 or token.text == "I":
            continue
        state = lexicon.state_of(token.text)
        if state or (i and tokens[i - 1].text not in '"“.:' and not lexicon.has("times", token.lower)):
            found.append(token.text)
    return found


def evidence(text: str, lexicon: Lexicon) -> dict[str, list[str]]:
    """The factors that the words of a statement show, each with those words."""
    tokens = tokenise(text, 0, len(text))
    found = {name: words for name, words in _listed(tokens, lexicon.language).items() if name in LISTED}
    months = _listed(tokens, lexicon.language).get("months", [])
    numbers = _numbers(tokens)
    years = [number for number in numbers if len(number) == 4 and number[:2] in ("18", "19", "20")]
    if numbers:
        found["number"] = numbers
    if len(numbers) > 1:
        found["many_numbers"] = numbers
    if "%" in text:
        found.setdefault("percent", []).append("%")
    money = [token.text for token in tokens if token.text in CURRENCIES]
    if money:
        found["money"] = money
    if months or years:
        found["date"] = [*months, *years]
    actors = _actors(tokens, lexicon)
    if actors:
        found["named_actor"] = actors
    words = sum(token.is_word for token in tokens)
    if words >= LONG:
        found["long"] = [f"{words} words"]
    if words < SHORT:
        found["short"] = [f"{words} words"]
    if text.rstrip("\"”'’ ").endswith("?"):
        found["question"] = ["?"]
    return found


def factors(text: str, lexicon: Lexicon, context: dict[str, str] | None = None) -> tuple[Factor, ...]:
    """Every factor of a statement, the weightiest first; `context` adds factors of its place, with words."""
    table = weights()
    shown = [
        Factor(name, table[name], ", ".join(dict.fromkeys(words[:SHOWN])))
        for name, words in evidence(text, lexicon).items()
        if table.get(name)
    ]
    shown += [Factor(name, table[name], words) for name, words in (context or {}).items()]
    return tuple(sorted(shown, key=lambda factor: (-abs(factor.weight), factor.name)))


def score(shown: tuple[Factor, ...]) -> float:
    """The check-worthiness from 0 to 1: the logistic function of the bias and the factors' weights."""
    total = weights()["bias"] + sum(factor.weight for factor in shown)
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, total))))
