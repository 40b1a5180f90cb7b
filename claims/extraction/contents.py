"""Finds what a cue reports: after it, before it, or on both sides of it."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.cues import Cue
from claims.extraction.parsed import QUOTE_MARKS, STOPS, Parsed

REACH = 16
HEARD = ("tells", "demands", "says_guarded")


@dataclass(frozen=True, slots=True)
class Complement:
    """What follows a cue: from which token, and its kind.

    Kinds are that, quote, clause, infinitive, gerund, noun and end (nothing follows).
    """

    start: int
    kind: str


def _skip_phrase(parsed: Parsed, i: int) -> int | None:
    """After a preposition at i: the position after a phrase of time or occasion, or None."""
    for k in range(i + 1, min(i + 10, len(parsed.tokens))):
        if parsed.quote[k] >= 0 or parsed.lower(k) in (",", ":", "that") or parsed.tokens[k].text in STOPS:
            return None
        if parsed.is_in(k, "times") or parsed.is_in(k, "circumstances"):
            if parsed.is_in(k + 1, "times") or parsed.is_in(k + 1, "circumstances"):
                continue
            return k + 1
        if parsed.is_verb(k):
            return None
    return None


def _that_ahead(parsed: Parsed, i: int, hears: bool) -> int | None:
    """A "that", colon or quotation soon after i, with nothing but a hearer or an occasion before it.

    Only some verbs name their hearer without a preposition (`hears`); after the others an object follows, and
    "that" belongs to it ("answered shelling that killed seven").
    """
    opens = parsed.is_in(i, "prepositions") or parsed.is_in(i, "times") or parsed.is_in(i, "adverbs")
    if not (hears or opens or parsed.lower(i) in ("that", "whether", ",", ":") or parsed.opens_quote(i)):
        return None
    for k in range(i, min(i + REACH, len(parsed.tokens))):
        word = parsed.lower(k)
        if word in ("that", "whether") or (parsed.lower(k - 1) in (",", ":") and parsed.opens_quote(k)):
            bare = parsed.is_verb(k + 1) or parsed.lower(k + 1) in (",", ".")
            return None if bare and word == "that" else k
        if word == ":":
            return k + 1
        if parsed.is_verb(k) or parsed.quote[k] >= 0 or parsed.tokens[k].text in STOPS:
            return None
        if word == "to" and parsed.tokens[k + 1 : k + 2] and not _is_hearer(parsed, k + 1):
            return None
        if word == "," and parsed.lower(k + 1) not in ("a", "the") and not parsed.opens_quote(k + 1):
            return None
    return None


def _is_hearer(parsed: Parsed, i: int) -> bool:
    named = parsed.tokens[i].is_capital or parsed.is_in(i, "determiners") or parsed.is_in(i, "hearers")
    return named or parsed.is_in(i, "pronouns_objects") or parsed.is_in(i, "circumstances")


def _skip_circumstances(parsed: Parsed, i: int) -> int:
    moved = True
    while moved and i < len(parsed.tokens):
        moved = False
        if parsed.quote[i] >= 0:
            break
        if parsed.is_in(i, "prepositions"):
            after = _skip_phrase(parsed, i)
            if after is not None:
                i, moved = after, True
        elif parsed.is_in(i, "times") and parsed.lower(i) not in (
            "this",
            "last",
            "there",
            "here",
            "may",
            "march",
        ):
            i, moved = i + 1, True
        elif parsed.lower(i) in ("this", "last", "early", "late") and parsed.is_in(i + 1, "times"):
            i, moved = i + 2, True
        elif parsed.is_in(i, "times") and parsed.lower(i + 1) in ("that", ",", "in", "on", "."):
            i, moved = i + 1, True
    return i


def _skip_hearer(parsed: Parsed, i: int) -> int:
    """The position after the person told: "him", "reporters in Ankara", "The Daily News"."""
    if parsed.is_in(i, "pronouns_objects") or parsed.lower(i) in ("you", "it"):
        return i + 1
    start = i
    if parsed.is_in(i, "determiners"):
        i += 1
        while i - start < 6 and parsed.tokens[i : i + 1] and not _starts_clause(parsed, i, start + 1):
            i += 1
        return i
    while i - start < 6 and i < len(parsed.tokens) and parsed.tokens[i].is_capital:
        i += 1
    if i == start and parsed.is_in(i, "hearers"):
        i += 1
        while i - start < 4 and parsed.is_in(i, "hearers") and not parsed.is_in(i, "determiners"):
            i += 1
    return i


def _starts_clause(parsed: Parsed, i: int, after: int) -> bool:
    word = parsed.lower(i)
    if i <= after - 1:
        return False
    turn = i > after and parsed.tokens[i].is_capital and not parsed.tokens[i - 1].is_capital
    return (
        parsed.is_pronoun(i)
        or turn
        or parsed.is_in(i, "prepositions")
        or word in (",", ".")
        or parsed.quote[i] >= 0
        or (i > after and parsed.is_in(i, "determiners"))
    )


def complement(parsed: Parsed, cue: Cue) -> Complement:
    """What follows the cue, after hearers, times and occasions are passed over."""
    i = cue.end
    hears = bool(cue.groups & {"tells", "demands"}) or "clear" in cue.lemma
    ahead = _that_ahead(parsed, i, hears)
    if ahead is not None:
        i = ahead
    else:
        if "tells" in cue.groups and not cue.passive:
            i = _skip_hearer(parsed, i)
        i = _skip_circumstances(parsed, i)
    if parsed.lower(i) in (",", ":", "—", "–") and parsed.opens_quote(i + 1):
        i += 1
    return Complement(i, _kind(parsed, i))


def _kind(parsed: Parsed, i: int) -> str:
    word = parsed.lower(i)
    last = parsed.last()
    if i >= last or word in (",", ")", "—", "–", "--") or parsed.tokens[i].text in STOPS:
        return "end"
    if parsed.opens_quote(i):
        end = parsed.quote_end(i)
        return "quote" if end >= last or parsed.lower(end) in (",", ".", "—", "and", "adding") else "clause"
    if parsed.is_in(i, "that"):
        return "noun" if i + 1 >= last or parsed.lower(i + 1) == "," else "that"
    if word == "to":
        return "infinitive"
    if parsed.is_pronoun(i) or word == "there":
        return "clause"
    if word.endswith("ing") and len(word) > 5:
        return "gerund"
    reach = min(i + REACH, last)
    for k in range(i, reach):
        if k > i and parsed.lower(k) in (",", "that", "who", "which") and not parsed.has_verb(i, k):
            return "noun" if not parsed.has_verb(k, reach) or parsed.lower(k) != "," else "clause"
        if k > i and (parsed.is_verb(k) or parsed.is_in(k, "auxiliaries") or _is_present(parsed, k)):
            return "clause"
    return "noun"


def _is_present(parsed: Parsed, i: int) -> bool:
    """A guess whether the word is a verb in the present: "favors a plan", "depends on"."""
    word = parsed.lower(i)
    if not word.endswith("s") or word.endswith(("ss", "us", "is")) or not parsed.tokens[i].text.islower():
        return False
    follows = parsed.lower(i + 1)
    return (parsed.is_in(i + 1, "determiners") or follows in ("to", "that", "on")) and parsed.lower(i - 1) != "of"


def content_end(parsed: Parsed, start: int, limit: int) -> int:
    """Where a content that begins at `start` ends, at the latest at token `limit`: no trailing signs."""
    end = min(limit, parsed.last())
    while (
        end > start
        and parsed.quote[end - 1] < 0
        and (
            parsed.tokens[end - 1].text in STOPS | {",", "—", "–", "--", "("}
            or parsed.tokens[end - 1].text in QUOTE_MARKS
        )
    ):
        end -= 1
    return end


def content_before(parsed: Parsed, end: int, floor: int) -> tuple[int, int] | None:
    """The content that ends before token `end` (its comma dropped): None without a clause or a quotation."""
    stop = content_end(parsed, floor, end)
    start = floor
    while start < stop and parsed.tokens[start].text in {",", "—", "–", "--", ";", ":"}:
        start += 1
    if stop - start < 2:
        return None
    return start, stop
