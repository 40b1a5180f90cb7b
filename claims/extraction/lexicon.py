"""Reads a language's lexicon and answers which words are cues, names, negators or roles."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "lexicons"
BARE_CLAUSE = ("says", "predicts", "tells", "admits", "believes")


class UnknownLanguage(LookupError):
    """There is no lexicon for the language asked for."""


@dataclass(frozen=True, slots=True)
class Form:
    """One form of a cue: its words, its base form and the groups of verbs that it belongs to."""

    words: tuple[str, ...]
    lemma: str
    groups: frozenset[str]
    is_base: bool


@dataclass(frozen=True, slots=True)
class State:
    """A state with the words for its people and the cities that stand for its government."""

    name: str
    people: tuple[str, ...]
    seats: tuple[str, ...]


@dataclass(frozen=True)
class Lexicon:
    """One language's words, as sets and tables ready for look-up; every word is in lower case."""

    language: str
    name: str
    verbs: dict[str, tuple[Form, ...]] = field(repr=False)
    nouns: dict[str, tuple[Form, ...]] = field(repr=False)
    sets: dict[str, frozenset[str]] = field(repr=False)
    tables: dict[str, dict[str, tuple[str, ...]]] = field(repr=False)
    states: dict[str, State] = field(repr=False)
    seats: dict[str, State] = field(repr=False)
    worthiness: dict[str, tuple[str, ...]] = field(repr=False)
    phrases: dict[str, str] = field(repr=False)

    def has(self, name: str, word: str) -> bool:
        """Whether the word is in the set of this name; an absent set is empty."""
        return word in self.sets.get(name, frozenset())

    def state_of(self, word: str) -> State | None:
        """The state that a name, an adjective or a seat of government stands for."""
        lowered = word.lower()
        return self.states.get(lowered) or self.seats.get(lowered)


def _forms(groups: dict[str, list[str]]) -> dict[str, tuple[Form, ...]]:
    """Cue forms by their first word, the longest first, so that "called on" wins over "called"."""
    found: dict[tuple[str, ...], tuple[str, set[str], bool]] = {}
    for group, lines in groups.items():
        for line in lines:
            forms = [form.strip() for form in line.split(",")]
            for form in forms:
                words = tuple(form.split())
                lemma, names, base = found.setdefault(words, (forms[0], set(), True))
                names.add(group)
                found[words] = (lemma, names, base and form == forms[0])
    by_first: dict[str, list[Form]] = {}
    for words, (lemma, names, base) in found.items():
        by_first.setdefault(words[0], []).append(Form(words, lemma, frozenset(names), base))
    return {first: tuple(sorted(forms, key=lambda f: -len(f.words))) for first, forms in by_first.items()}


def _states(lines: Iterable[str]) -> tuple[dict[str, State], dict[str, State]]:
    names: dict[str, State] = {}
    seats: dict[str, State] = {}
    for line in lines:
        name, people, cities = line.split("|")
        state = State(name, tuple(filter(None, people.split(","))), tuple(filter(None, cities.split(","))))
        for word in (state.name, *state.people):
            names[word.lower()] = state
        for city in state.seats:
            seats[city.lower()] = state
    return names, seats


def _tables(rewording: dict[str, Any]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Tables by name, from a word to its one or two values; a line holds them with "|" or a space between."""
    found: dict[str, dict[str, tuple[str, ...]]] = {}
    for name in ("irregular_past", "nominal_predicates", "nominal_events"):
        rows = [line.split("|") if "|" in line else line.split() for line in rewording.get(name, ())]
        found[name] = {row[0]: tuple(row[1:]) for row in rows}
    return found


def _build(data: dict[str, Any]) -> Lexicon:
    sets: dict[str, frozenset[str]] = {}
    phrases: dict[str, str] = {}
    for section in ("attribution", "nominal", "polarity", "rewording", "speakers", "sentences"):
        for name, value in data[section].items():
            if isinstance(value, str):
                phrases[name] = value
            else:
                sets[f"{section}.{name}" if section == "nominal" and name != "pointers" else name] = frozenset(value)
    verbs = _forms(data["verbs"])
    nominal = {name: data["nominal"][name] for name in ("asserts", "beliefs", "denies")}
    sets["verb_forms"] = frozenset(form.words[0] for forms in verbs.values() for form in forms if not form.is_base)
    heads = (phrase.split()[0] for phrase in data["attribution"]["presuppositions"])
    sets["presupposition_heads"] = frozenset(heads)
    names, seats = _states(data["speakers"]["states"])
    worthiness = {name: tuple(words) for name, words in data.get("worthiness", {}).items()}
    return Lexicon(
        data["language"],
        data["name"],
        verbs,
        _forms(nominal),
        sets,
        _tables(data["rewording"]),
        names,
        seats,
        worthiness,
        phrases,
    )


def languages() -> tuple[str, ...]:
    """The codes of the languages that have a lexicon, sorted."""
    return tuple(sorted(path.stem for path in FOLDER.glob("*.toml")))


@cache
def load(language: str) -> Lexicon:
    """The lexicon of a language by its code ("en", also "en-GB"); raises `UnknownLanguage`."""
    code = language.strip().lower().replace("_", "-").split("-")[0]
    if code not in languages():
        raise UnknownLanguage(language)
    return _build(tomllib.loads((FOLDER / f"{code}.toml").read_text(encoding="utf-8")))


def empty() -> Lexicon:
    """A lexicon without words: what there is for an unknown language."""
    return Lexicon("", "", {}, {}, {}, {}, {}, {}, {}, {})
