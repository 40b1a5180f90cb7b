"""Finds runs of words that may be a name or a role, and compares roles by their telling words."""

from __future__ import annotations

from claims.extraction.lexicon import Lexicon
from claims.extraction.tokens import Token

LONGEST_NAME = 5


def may_name(token: Token, lexicon: Lexicon) -> bool:
    """Whether the word may be part of a proper name: no role, state, month or function word."""
    word = token.lower.rstrip(".")
    if not token.is_capital or not token.text[0].isalpha():
        return False
    functional = (
        "determiners",
        "prepositions",
        "openers",
        "pronouns_person",
        "pronouns_thing",
        "pronouns_plural",
    )
    if any(lexicon.has(name, word) for name in (*functional, "pronouns_self", "times")):
        return False
    outside = ("roles", "organisations", "modifiers", "groups", "hearers", "subordinators")
    return not any(lexicon.has(name, word) for name in outside) and lexicon.state_of(token.text) is None


def _is_month_as_name(tokens: list[Token], i: int, lexicon: Lexicon) -> bool:
    """Whether "Jan" or "April" is a first name here: a name follows."""
    follows = i + 1 < len(tokens) and tokens[i].is_capital and may_name(tokens[i + 1], lexicon)
    return follows and lexicon.has("months_as_names", tokens[i].lower)


def runs(tokens: list[Token], lexicon: Lexicon) -> list[tuple[int, int]]:
    """Runs of tokens that may be a person's name, particles between its parts included."""
    found: list[tuple[int, int]] = []
    i = 0
    while i < len(tokens):
        if not may_name(tokens[i], lexicon) and not _is_month_as_name(tokens, i, lexicon):
            i += 1
            continue
        end = i + 1
        while end < len(tokens) and end - i < LONGEST_NAME:
            particle = lexicon.has("name_particles", tokens[end].lower) and end + 1 < len(tokens)
            if may_name(tokens[end], lexicon) or (particle and may_name(tokens[end + 1], lexicon)):
                end += 1
            else:
                break
        found.append((i, end))
        i = end
    return found


def words(tokens: list[Token], lexicon: Lexicon) -> set[str]:
    """A role's telling words; adjectives of a state become the state, so that Turkish equals Turkey's."""
    found: set[str] = set()
    for token in tokens:
        word = token.lower.rstrip(".")
        state = lexicon.state_of(token.text)
        if state:
            found.add(state.name)
        elif lexicon.has("roles", word) or lexicon.has("modifiers", word) or token.is_capital:
            found.add(word)
    return found


def text(tokens: list[Token]) -> str:
    """The tokens as running text, with one space where the text had any."""
    parts: list[str] = []
    for number, token in enumerate(tokens):
        if number and tokens[number - 1].end != token.start:
            parts.append(" ")
        parts.append(token.text)
    return "".join(parts)


def has_role(tokens: list[Token], lexicon: Lexicon) -> bool:
    """Whether one of the tokens names a role, such as minister or spokeswoman."""
    return any(lexicon.has("roles", token.lower.rstrip(".")) for token in tokens)


def real_role(role: list[Token], lexicon: Lexicon) -> bool:
    """Whether the role is more than a form of courtesy such as "Mrs."."""
    return any(
        lexicon.has("roles", t.lower.rstrip(".")) and not lexicon.has("courtesy", t.lower.rstrip(".")) for t in role
    )
