"""Finds the noun phrase that a cue belongs to: before the verb, after it, or earlier in the sentence."""

from __future__ import annotations

from claims.extraction.parsed import PAUSES, QUOTE_MARKS, STOPS, Parsed

LONGEST = 40
APPOSITION_OPENERS = frozenset(
    ("a", "an", "the", "one", "who", "which", "whose", "'s", "his", "her", "its", "now", "then")
)


def _trim_front(parsed: Parsed, start: int, end: int) -> int:
    """Drops openers ("However,") and a leading time or place ("On Monday Ana said")."""
    while start < end:
        word = parsed.lower(start)
        sign = parsed.tokens[start].text in PAUSES | QUOTE_MARKS or word in ("'", "’", "‘")
        adverb = parsed.is_in(start, "adverbs") and not parsed.is_in(start, "determiners")
        if sign or (end - start > 1 and (adverb or parsed.is_in(start, "openers"))):
            start += 1
        elif parsed.is_in(start, "prepositions") and end - start > 1:
            after = _after_adjunct(parsed, start, end)
            if after is None:
                return start
            start = after
        elif parsed.is_in(start, "times") and end - start > 1 and parsed.is_in(start + 1, "times"):
            start += 1
        else:
            return start
    return start


def _after_adjunct(parsed: Parsed, start: int, end: int) -> int | None:
    """Where a leading prepositional phrase ends: at a comma, or after a time word."""
    for i in range(start + 1, min(end, start + 12)):
        if parsed.lower(i) == ",":
            return i + 1
    for i in range(start + 1, min(end - 1, start + 5)):
        if parsed.is_in(i, "times") and not parsed.is_in(i + 1, "times"):
            return i + 1
    return None


def _is_edge(parsed: Parsed, i: int) -> bool:
    token = parsed.tokens[i]
    if token.text in STOPS or (token.text in PAUSES and token.text != "-") or parsed.quote[i] >= 0:
        return True
    return token.lower == ":" or token.text in QUOTE_MARKS


def _breaks(parsed: Parsed, i: int, end: int) -> bool:
    """Whether the word at i begins a new clause, so that the subject starts after it."""
    if parsed.is_in(i, "conjunctions"):
        begin = i
        while begin > 0 and not _is_edge(parsed, begin - 1) and i - begin < 12:
            begin -= 1
        return parsed.has_verb(begin, i) or parsed.lower(i) in ("but", "while", "so", "yet", "whereas") or begin == i
    word = parsed.lower(i)
    if word in ("after", "before", "since", "than", "until", "where", "once"):
        return parsed.has_verb(max(i - 8, 0), i)
    return parsed.is_in(i, "subordinators")


def _segment_start(parsed: Parsed, end: int, floor: int) -> int:
    """Walks left from `end` to the edge of the phrase or clause; never over a verb."""
    i = end
    while i > floor and end - i < LONGEST:
        if _is_edge(parsed, i - 1) or _breaks(parsed, i - 1, end):
            break
        if parsed.is_verb(i - 1) and not parsed.is_in(i - 1, "roles"):
            break
        if parsed.lower(i - 1).endswith("ing") and parsed.is_in(i - 1, "verb_forms"):
            break
        i -= 1
    return i


def _is_apposition(parsed: Parsed, start: int, end: int) -> bool:
    """Whether the words between two commas explain the name before the first."""
    if start >= end:
        return False
    first = parsed.lower(start)
    if first.isdigit():
        return end - start <= 2
    if first in APPOSITION_OPENERS or first in ("of", "in", "at", "from"):
        return True
    if first in ("speaking", "citing", "referring", "writing", "asked") or parsed.is_in(start, "times"):
        return True
    words = range(start, min(end, start + 10))
    possessive = any(parsed.lower(i) == "'s" for i in words)
    return possessive or any(parsed.is_in(i, "roles") or parsed.is_in(i, "modifiers") for i in words)


def _comma_before(parsed: Parsed, i: int, floor: int) -> int | None:
    for at in range(i - 1, max(floor, i - LONGEST) - 1, -1):
        if parsed.lower(at) == "," and parsed.quote[at] < 0:
            return at
        if parsed.tokens[at].text in STOPS or parsed.quote[at] >= 0:
            return None
    return None


def _over_appositions(parsed: Parsed, end: int, floor: int) -> int | None:
    """For "Ana Berg, the mayor, said": where the name begins, or None when no name stands before."""
    comma = end - 1
    for _ in range(4):
        previous = _comma_before(parsed, comma, floor)
        if previous is None:
            return None
        inner = _is_apposition(parsed, previous + 1, comma) or comma - previous <= 2
        if not inner:
            return None
        start = _segment_start(parsed, previous, floor)
        start = _trim_front(parsed, start, previous)
        if start < previous and not _is_apposition(parsed, start, previous):
            return start
        if start < previous and (start == floor or _is_edge(parsed, start - 1)) and parsed.tokens[start].is_capital:
            return start
        comma = previous
    return None


def left_subject(parsed: Parsed, end: int, floor: int = 0) -> tuple[int, int] | None:
    """Tokens of the subject that ends right before `end`, not left of `floor`; None when there is none.

    A comma before the verb is crossed when appositions lie between it and the name.
    """
    if end <= floor:
        return None
    if parsed.lower(end - 1) == ")":
        opening = next((k for k in range(end - 2, max(floor, end - 14), -1) if parsed.lower(k) == "("), None)
        before = left_subject(parsed, opening, floor) if opening else None
        return (before[0], end) if before else None
    if parsed.lower(end - 1) in (",", "—", "–", "--", "-"):
        start = _over_appositions(parsed, end, floor)
        return None if start is None else (start, end - 1)
    if parsed.is_in(end - 1, "relatives"):
        return end - 1, end
    start = _trim_front(parsed, _segment_start(parsed, end, floor), end)
    end = _without_time(parsed, start, end)
    if start >= end or parsed.is_in(end - 1, "conjunctions") or parsed.is_in(end - 1, "prepositions"):
        return None
    if not any(parsed.tokens[i].is_word for i in range(start, end)) or parsed.lower(start) == "to":
        return None
    return _with_name_before(parsed, start, end, floor)


def _without_time(parsed: Parsed, start: int, end: int) -> int:
    """The end of a subject without a time at its end: "Officials on Friday"."""
    while end - start > 1 and parsed.is_in(end - 1, "times"):
        end -= 1
    return end - 1 if end - start > 1 and parsed.lower(end - 1) in ("on", "in", "late", "early") else end


def _with_name_before(parsed: Parsed, start: int, end: int, floor: int) -> tuple[int, int]:
    """For a role that a name precedes ("a spokesman, Ivo Lund said"): both; otherwise as given."""
    comma = start - 1
    if comma <= floor or parsed.lower(comma) != "," or not parsed.tokens[start].is_capital:
        return start, end
    before = _trim_front(parsed, _segment_start(parsed, comma, floor), comma)
    is_role = any(parsed.is_in(i, "roles") for i in range(before, comma)) and comma - before <= 12
    is_whole = before == floor or _is_edge(parsed, before - 1)
    return (before, end) if before < comma and is_role and is_whole else (start, end)


def right_subject(parsed: Parsed, start: int) -> tuple[int, int] | None:
    """Tokens of the subject that follows an inverted verb ("said Ana Berg, the mayor"); None without one."""
    end = _right_end(parsed, start)
    if end == start or not any(parsed.tokens[i].is_word for i in range(start, end)):
        return None
    for _ in range(3):
        if parsed.lower(end) != "," or parsed.quote_at(end + 1) >= 0:
            break
        further = _right_end(parsed, end + 1, in_apposition=True)
        clause = parsed.has_verb(end + 1, further) and not parsed.is_in(end + 1, "relatives")
        if further <= end + 1 or clause or not _is_apposition(parsed, end + 1, further):
            break
        end = further
    return start, end


def _right_end(parsed: Parsed, start: int, in_apposition: bool = False) -> int:
    i = start
    while i < len(parsed.tokens) and i - start < LONGEST:
        token = parsed.tokens[i]
        if token.text in STOPS or parsed.quote[i] >= 0 or token.lower in (",", ":", "—", "–", "--", "(", ")"):
            break
        if not in_apposition and i > start and (_is_circumstance(parsed, i) or parsed.is_verb(i)):
            break
        if i > start and parsed.is_in(i, "subordinators") and not in_apposition:
            break
        i += 1
    return i


def _is_circumstance(parsed: Parsed, i: int) -> bool:
    if parsed.is_in(i, "times") and not parsed.tokens[i - 1].text[0].isdigit():
        return parsed.lower(i) not in ("this", "last", "late", "may", "march")
    near = range(i + 1, i + 5)
    return parsed.is_in(i, "prepositions") and any(
        parsed.is_in(k, "times") or parsed.is_in(k, "circumstances") for k in near
    )


def main_subject(parsed: Parsed, floor: int = 0) -> tuple[int, int] | None:
    """Tokens of the sentence's first subject: what stands before its first verb."""
    start = _trim_front(parsed, floor, min(len(parsed.tokens), floor + LONGEST))
    for i in range(start, min(len(parsed.tokens), start + LONGEST)):
        if parsed.quote[i] >= 0:
            return None
        cue = parsed.lower(i) in parsed.lexicon.verbs and not parsed.is_in(i, "groups")
        if cue or parsed.is_verb(i) or parsed.is_in(i, "auxiliaries"):
            while i > start and (parsed.is_in(i - 1, "adverbs") or parsed.lower(i - 1) == ","):
                i -= 1
            return (start, i) if i > start else None
    return None
