"""Finds reporting cues in a sentence and tells a verb ("claims that") from a noun ("the claims")."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.lexicon import Form
from claims.extraction.parsed import Parsed

MOST_CUES = 12


@dataclass(frozen=True, slots=True)
class Cue:
    """A reporting verb with its auxiliaries: tokens `start` up to `end`, the verb itself from `verb`."""

    start: int
    verb: int
    end: int
    lemma: str
    groups: frozenset[str]
    negated: bool
    passive: bool
    gerund: bool


def _matches(parsed: Parsed, i: int, form: Form) -> bool:
    return all(parsed.lower(i + k) == word for k, word in enumerate(form.words))


def _before(parsed: Parsed, i: int) -> int:
    """The position of the nearest token left of i that is no adverb."""
    at = i - 1
    while at >= 0 and i - at < 4 and parsed.is_in(at, "adverbs") and not parsed.is_in(at, "determiners"):
        at -= 1
    return at


def _is_noun(parsed: Parsed, i: int, form: Form) -> bool:
    """Whether the word is a noun or an adjective here, from its neighbours."""
    word, previous, following = parsed.lower(i), parsed.lower(i - 1), parsed.lower(i + len(form.words))
    if parsed.is_in(i - 1, "determiners") and previous not in (
        "all",
        "both",
        "many",
        "some",
        "most",
        "few",
        "that",
    ):
        return True
    if previous in ("'s", "'", "-") and not word.endswith(("ed", "ing", "said", "told")):
        return True
    if parsed.is_in(i - 1, "prepositions") and not word.endswith("ing") and previous != "since":
        return previous != "to" or not form.is_base
    lexicon = parsed.lexicon
    if form.is_base:
        near = parsed.lower(_before(parsed, i))
        plural = (
            lexicon.has("subjects", near) or lexicon.has("modals", near) or near == "to" or lexicon.has("groups", near)
        )
        plural = plural or (near.endswith("s") and not near.endswith("ss") and near.isalpha() and near != "'s")
        after_comma = near == "," and form.groups & {"accuses", "says"} and parsed.tokens[i + 1 : i + 2]
        plural = plural or bool(after_comma and parsed.tokens[i + 1].is_capital)
        return not plural or following in ("of", "by", "are", "were", "is", "was")
    if not word.endswith("s") or len(form.words) > 1:
        return False
    adjective = parsed.is_in(i - 1, "modifiers") or previous.endswith(("ing", "ed"))
    return lexicon.has("after_noun", following) or (word in lexicon.nouns and adjective)


def _chain(parsed: Parsed, i: int) -> tuple[int, bool, bool]:
    """Where the auxiliaries before the verb at i begin; whether they negate it; whether it is passive."""
    start, negated, passive = i, False, False
    at = i - 1
    while at >= 0 and i - at <= 6:
        word = parsed.lower(at)
        if parsed.is_in(at, "not_words") or word.endswith("n't") or word == "cannot":
            negated = True
            start = at
        elif any(parsed.is_in(at, name) for name in ("be", "have", "modals")):
            passive = passive or (parsed.is_in(at, "be") and not parsed.lower(i).endswith("ing"))
            start = at
        elif not parsed.is_in(at, "adverbs") or parsed.is_in(at, "times"):
            break
        at -= 1
    return start, negated, passive


def _may_be_capital(parsed: Parsed, i: int) -> bool:
    """Whether a capitalised word may be a verb: first in its sentence, or in a headline and no name."""
    if parsed.sentence.kind == "headline":
        return parsed.lower(i) != "states"
    return i == 0


def _infinitive(parsed: Parsed, start: int) -> bool:
    return parsed.lower(start - 1) == "to" and not parsed.is_in(start, "be")


def _cue(parsed: Parsed, i: int, form: Form) -> Cue | None:
    if _is_noun(parsed, i, form) or (parsed.tokens[i].is_capital and not _may_be_capital(parsed, i)):
        return None
    start, negated, passive = _chain(parsed, i)
    if start == i and (_infinitive(parsed, i) or (form.is_base and parsed.tokens[i].is_capital)):
        return None
    end = i + len(form.words)
    word = parsed.lower(i)
    if "no_comment" not in form.groups and parsed.lower(end) == "by" and not passive:
        return None
    gerund = word.endswith("ing") and start == i
    return Cue(start, i, end, form.lemma, form.groups, negated, passive, gerund)


def find_cues(parsed: Parsed) -> list[Cue]:
    """Cues outside quotations, from left to right, at most `MOST_CUES` in a sentence."""
    found: list[Cue] = []
    i = 0
    while i < len(parsed.tokens) and len(found) < MOST_CUES:
        cue = None
        if parsed.quote[i] < 0:
            forms = parsed.lexicon.verbs.get(parsed.lower(i), ())
            form = next((f for f in forms if _matches(parsed, i, f)), None)
            cue = _cue(parsed, i, form) if form else None
        if cue:
            found.append(cue)
        i = cue.end if cue else i + 1
    return found
