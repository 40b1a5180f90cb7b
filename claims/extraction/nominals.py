"""Finds attributions without a reporting verb: "according to", "claims by X that", a name and a colon."""

from __future__ import annotations

from claims.extraction.attribution import Attribution
from claims.extraction.contents import content_end
from claims.extraction.cues import Cue
from claims.extraction.lexicon import Form
from claims.extraction.parsed import Parsed
from claims.extraction.records import Span
from claims.extraction.subjects import left_subject, right_subject

LABEL = 6
SOURCE_REACH = 14
MOST = 16


def according_to(parsed: Parsed) -> list[Attribution]:
    """Attributions such as "…, according to the ministry" and "According to the ministry, …"."""
    found: list[Attribution] = []
    for i in range(len(parsed.tokens) - 2):
        if parsed.lower(i) != "according" or parsed.lower(i + 1) != "to" or parsed.quote[i] >= 0:
            continue
        subject = right_subject(parsed, i + 2)
        if subject is None:
            continue
        comma = parsed.lower(i - 1) == ","
        before = content_end(parsed, 0, i - 1 if comma else i)
        after = (subject[1] + 1, content_end(parsed, subject[1] + 1, len(parsed.tokens)))
        if i <= 1:
            if after[1] <= after[0]:
                continue
            content = parsed.span(*after)
        elif before > 0:
            content = parsed.span(0, before)
        else:
            continue
        source, cue = parsed.span(*subject), parsed.span(i, i + 2)
        found.append(Attribution(source, cue, (content,), "according to", "says", "whole"))
        break
    return found


def label(parsed: Parsed) -> list[Attribution]:
    """A name and a colon at the start, as in headlines and transcripts: "Ana Berg: The bridge is safe"."""
    for i in range(1, min(LABEL, len(parsed.tokens) - 2)):
        if parsed.lower(i) != ":":
            continue
        words = range(i)
        named = all(parsed.tokens[k].is_capital or parsed.lower(k) in ("of", "the", "'s") for k in words)
        if not named or parsed.quote[0] >= 0 or parsed.lower(i - 1) in ("note", "update", "photo", "related"):
            return []
        end = content_end(parsed, i + 1, len(parsed.tokens))
        if end <= i + 2:
            return []
        content = parsed.span(i + 1, end)
        return [Attribution(parsed.span(0, i), parsed.span(i, i + 1), (content,), ":", "says", "whole")]
    return []


def _form_at(parsed: Parsed, i: int) -> Form | None:
    if parsed.quote[i] >= 0:
        return None
    forms = parsed.lexicon.nouns.get(parsed.lower(i), ())
    return forms[0] if forms else None


def _source_after(parsed: Parsed, i: int) -> tuple[tuple[int, int] | None, int]:
    """The source in "claims by X that", from the token after the noun, and where to look for "that"."""
    if parsed.lower(i) not in ("by", "from"):
        return None, i
    for k in range(i + 2, min(i + SOURCE_REACH, len(parsed.tokens))):
        if parsed.lower(k) == "that":
            return (i + 1, k), k
        if parsed.lower(k) in (",", ".") or parsed.quote[k] >= 0 or parsed.is_verb(k):
            break
    return None, i


def _source_before(parsed: Parsed, i: int) -> tuple[tuple[int, int] | None, int]:
    """The source in "X's claim", "his claim" and "Russian claims", and where the noun's phrase begins."""
    start = i
    while start > 0 and i - start < 3 and parsed.lower(start - 1).isalpha() and not (
        parsed.is_in(start - 1, "determiners") or parsed.lower(start - 1) in parsed.lexicon.verbs
        or parsed.lexicon.state_of(parsed.tokens[start - 1].text) or parsed.is_in(start - 1, "prepositions")
    ):  # fmt: skip
        start -= 1
    word = parsed.lower(start - 1)
    if word in ("'s", "'") and start > 1:
        subject = left_subject(parsed, start - 1)
        return subject, subject[0] if subject else start
    if word in ("his", "her", "its", "their"):
        return (start - 1, start), start - 1
    if start > 0 and parsed.lexicon.state_of(parsed.tokens[start - 1].text):
        return (start - 1, start), start - 1
    if parsed.is_in(start - 1, "determiners"):
        start -= 1
    return None, start


def _content_limit(parsed: Parsed, start: int, cues: list[Cue]) -> int:
    """Where the content of a noun ends: before the next verb of reporting that a conjunction sets off."""
    for cue in cues:
        if cue.start <= start:
            continue
        if parsed.is_in(cue.start - 1, "conjunctions") or parsed.lower(cue.start - 1) == ",":
            return cue.start - 1
        if cue.passive and cue.groups & {"dismisses", "denies"}:
            return cue.start
    return len(parsed.tokens)


def noun_attributions(parsed: Parsed, cues: list[Cue], verbs: list[Attribution]) -> list[Attribution]:
    """Attributions by nouns; one that a verb turns down ("dismissed claims by X that") gives two."""
    found: list[Attribution] = []
    taken = {cue.verb for cue in cues}
    for i in range(len(parsed.tokens)):
        form = None if i in taken else _form_at(parsed, i)
        if form is None:
            continue
        source, at = _source_after(parsed, i + 1)
        begin = i
        if source is None:
            source, begin = _source_before(parsed, i)
        if parsed.lower(at) != "that" or parsed.is_verb(at + 1):
            continue
        end = content_end(parsed, at, _content_limit(parsed, at, cues))
        if end <= at + 2:
            continue
        found.extend(_noun_pair(parsed, (begin, i, at, end), source, form, verbs))
        found.extend(_passive_denial(parsed, parsed.span(at, end), end, cues))
        if len(found) >= MOST:
            break
    return found


def _noun_pair(
    parsed: Parsed,
    places: tuple[int, int, int, int],
    source: tuple[int, int] | None,
    form: Form,
    verbs: list[Attribution],
) -> list[Attribution]:
    begin, noun, that, end = places
    content = parsed.span(that, end)
    by = parsed.lower(noun + 1) in ("by", "from")
    cue = parsed.span(noun, noun + 2 if by else noun + 1)
    group = "denies" if "denies" in form.groups else "believes" if "beliefs" in form.groups else "says"
    speaker = parsed.span(*source) if source else None
    stated = Attribution(speaker, cue, (content,), form.lemma, group, "that")
    start = parsed.tokens[begin].start
    for verb in verbs:
        if verb.group not in ("dismisses", "denies") or verb.cue is None or verb.negated:
            continue
        if 0 <= start - verb.cue.end <= 30:
            words = Span(verb.cue.start, cue.end)
            denied = Attribution(verb.source, words, (content,), verb.lemma, "denies", "that")
            return [stated, denied] if speaker else [denied]
    return [stated]


def _passive_denial(parsed: Parsed, content: Span, end: int, cues: list[Cue]) -> list[Attribution]:
    """For "claims that … were rejected by X": X's denial of the same content."""
    for cue in cues:
        if cue.passive and cue.start == end and cue.groups & {"dismisses", "denies"}:
            subject = right_subject(parsed, cue.end + 1) if parsed.lower(cue.end) == "by" else None
            source = parsed.span(*subject) if subject else None
            return [Attribution(source, parsed.span(cue.start, cue.end), (content,), cue.lemma, "denies", "that")]
    return []


def merge(verbs: list[Attribution], nouns: list[Attribution]) -> list[Attribution]:
    """Both lists by place, without the verbs' reading of a denial that the nouns have read better."""
    better = {a.cue.start for a in nouns if a.cue is not None and a.group == "denies"}
    kept = [a for a in verbs if a.cue is None or a.cue.start not in better or a.group not in ("dismisses", "denies")]
    return sorted([*kept, *nouns], key=lambda a: (a.cue.start if a.cue else 0, a.contents[0].start))
