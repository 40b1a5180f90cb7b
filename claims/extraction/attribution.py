"""Finds who is said to have said what: source, cue and content of every reported statement."""

from __future__ import annotations

from dataclasses import dataclass, replace

from claims.extraction.contents import Complement, complement, content_before, content_end
from claims.extraction.cues import Cue
from claims.extraction.parsed import Parsed
from claims.extraction.records import Span
from claims.extraction.subjects import left_subject, main_subject, right_subject

# Groups of verbs and the complements that make each a report, in the order in which they are tried.
ACCEPTED = (
    ("no_comment", ("end", "noun", "that", "clause", "quote", "infinitive", "gerund")),
    ("denies", ("that", "gerund", "clause", "quote", "noun")),
    ("dismisses", ("noun", "clause", "that", "quote")),
    ("says", ("that", "quote", "clause", "infinitive")),
    ("says_guarded", ("that", "quote", "clause")),
    ("tells", ("that", "quote", "clause")),
    ("admits", ("that", "quote", "clause", "gerund", "noun")),
    ("predicts", ("that", "quote", "clause", "infinitive")),
    ("believes", ("that", "quote", "clause", "infinitive")),
    ("promises", ("that", "quote", "infinitive")),
    ("accuses", ("noun", "clause")),
    ("demands", ("that", "quote", "infinitive", "noun", "clause")),
    ("calls", ("noun", "clause", "quote")),
    ("judges", ("noun", "clause", "quote")),
)
TRAILING = frozenset(("says", "says_guarded", "tells", "admits", "predicts", "believes", "demands"))
LIMITING = frozenset(("says", "says_guarded", "tells", "admits", "denies", "dismisses", "predicts", "no_comment"))
JOINING = frozenset(("promises", "demands", "accuses"))
NARROW = frozenset(("calls", "judges", "dismisses"))
GUARDED = frozenset(("says_guarded", "believes", "predicts", "demands"))


@dataclass(frozen=True, slots=True)
class Attribution:
    """A source, a cue and one or more contents; `group` is the cue's kind and `shape` what follows it.

    `first` and `last` are the tokens of the cue in its sentence, for rules that look around it.
    """

    source: Span | None
    cue: Span | None
    contents: tuple[Span, ...]
    lemma: str
    group: str
    shape: str
    negated: bool = False
    passive: bool = False
    asks: bool = False


def _clear_clause(parsed: Parsed, start: int) -> bool:
    """Whether a clause with a subject of its own begins at `start`: no "that" marks it."""
    for i in range(start, min(start + 12, parsed.last())):
        if parsed.lower(i) == "," or (i > start and parsed.is_in(i, "conjunctions")):
            return False
        if i > start and (parsed.is_verb(i) or parsed.is_in(i, "auxiliaries")):
            opens = parsed.is_in(start, "determiners") or parsed.tokens[start].is_capital
            return (
                opens or parsed.is_pronoun(start) or parsed.lower(start).endswith("s") or parsed.lower(start) == "there"
            )
    return False


def _group(parsed: Parsed, cue: Cue, what: Complement) -> str | None:
    for group, kinds in ACCEPTED:
        if group not in cue.groups or what.kind not in kinds:
            continue
        if group in GUARDED and what.kind == "clause" and not _clear_clause(parsed, what.start):
            continue
        if what.kind == "infinitive" and group == "says" and cue.lemma != "claim" and not cue.passive:
            continue
        if group == "judges" and cue.gerund:
            continue
        return group
    if cue.lemma == "say" and what.kind in ("noun", "gerund") and parsed.last() - what.start >= 3:
        return None if parsed.is_in(what.start, "prepositions") else "says"
    return None


def _subject(parsed: Parsed, cue: Cue, found: list[Attribution]) -> Span | None:
    """The words that name who speaks: left of the cue, else whoever spoke or acted before in the sentence."""
    start = cue.start
    while start > 0 and parsed.is_in(start - 1, "adverbs") and not parsed.is_in(start - 1, "determiners"):
        start -= 1
    here = None if cue.gerund else left_subject(parsed, start)
    if here is not None:
        return parsed.span(*here)
    earlier = [a for a in found if a.source is not None and a.group in LIMITING]
    if earlier and (cue.gerund or parsed.is_in(start - 1, "conjunctions")):
        return earlier[-1].source
    subject = main_subject(parsed)
    if subject is None or subject[1] > cue.start:
        return earlier[-1].source if earlier else None
    return parsed.span(*subject)


def _edge(parsed: Parsed, cue: Cue) -> int | None:
    """Where the clause of a later cue begins, when a comma or a conjunction sets it off; else None."""
    subject = None if cue.gerund else left_subject(parsed, cue.start)
    start = subject[0] if subject else cue.start
    while start > 0 and parsed.is_in(start - 1, "adverbs") and not parsed.is_in(start - 1, "determiners"):
        start -= 1
    at = start
    while at > 0 and (parsed.is_in(at - 1, "conjunctions") or parsed.lower(at - 1) in (",", ";", "—", "–")):
        at -= 1
    if at == start or parsed.is_in(start, "relatives"):
        return None
    return at


def _joined(parsed: Parsed, cue: Cue) -> bool:
    """Whether a promise, a demand or an accusation goes on after "and": "said X and pledged to Y"."""
    return bool(cue.groups & JOINING) and parsed.is_in(cue.start - 1, "conjunctions")


def _limit(parsed: Parsed, edges: list[int], start: int) -> int:
    """The token before which the content that begins at `start` has to end."""
    for edge in edges:
        if edge > start:
            return edge
    for i in range(start, len(parsed.tokens) - 1):
        if parsed.lower(i) == "," and parsed.lower(i + 1) == "according" and parsed.quote[i] < 0:
            return i
    return len(parsed.tokens)


def _narrow_end(parsed: Parsed, start: int, end: int) -> int:
    for i in range(start + 1, end):
        if parsed.quote[i] >= 0:
            continue
        if parsed.lower(i) in (",", "—", "–", "--", ";", "(") or (
            parsed.is_in(i, "subordinators") and parsed.lower(i) not in ("that", "what", "how", "as", "where")
        ):
            return i
    return end


def _forward(parsed: Parsed, what: Complement, group: str, edges: list[int]) -> Span | None:
    if what.start >= len(parsed.tokens):
        return None
    if what.kind == "quote":
        end = parsed.quote_end(what.start)
        return parsed.span(what.start, end)
    end = content_end(parsed, what.start, _limit(parsed, edges, what.start))
    if group in NARROW or what.kind == "noun":
        end = content_end(parsed, what.start, _narrow_end(parsed, what.start, end))
    return parsed.span(what.start, end) if end > what.start else None


def _inverted(parsed: Parsed, cue: Cue) -> tuple[int, int] | None:
    """The subject after the verb in "…," said Ana Berg; None when the verb is not inverted."""
    if cue.start != cue.verb or cue.gerund or cue.start == 0:
        return None
    quoted = parsed.closes_quote(cue.start - 1) or parsed.lower(cue.start - 1) in ("—", "–", "--")
    if not quoted and parsed.lower(cue.start - 1) != ",":
        return None
    opens = parsed.tokens[cue.end : cue.end + 1]
    if not opens or not (opens[0].is_capital or parsed.is_in(cue.end, "determiners") or opens[0].lower.isalpha()):
        return None
    if parsed.is_in(cue.end, "prepositions") or parsed.is_in(cue.end, "times") or parsed.is_in(cue.end, "adverbs"):
        return None
    subject = right_subject(parsed, cue.end)
    if subject is None or parsed.lower(cue.end) == "that":
        return None
    if quoted:
        return subject
    after = parsed.lower(subject[1])
    closed = subject[1] >= parsed.last() or (after == "," and not left_subject(parsed, cue.start))
    circumstance = parsed.is_in(subject[1], "prepositions") or parsed.is_in(subject[1], "times")
    return subject if (closed or circumstance) and parsed.has_verb(0, cue.start - 1) else None


def _second_part(parsed: Parsed, cue_end: int, left: tuple[int, int]) -> Span | None:
    """What follows a cue that interrupts its content: "The bridge," he said, "is safe"."""
    for i in range(cue_end, min(cue_end + 24, len(parsed.tokens) - 1)):
        if parsed.lower(i) not in (",", ":", "—", "–", "."):
            continue
        if parsed.opens_quote(i + 1):
            return parsed.span(i + 1, parsed.quote_end(i + 1))
        if parsed.lower(i) == "," and i <= cue_end + 1 and not parsed.has_verb(*left):
            end = content_end(parsed, i + 1, len(parsed.tokens))
            return parsed.span(i + 1, end) if end > i + 1 else None
    return None


def _trailing(parsed: Parsed, cue: Cue, what: Complement) -> Attribution | None:
    """An attribution whose content comes first; None when the sentence is not built so."""
    group = next((g for g, _ in ACCEPTED if g in cue.groups and g in TRAILING), None)
    if group is None or cue.negated or cue.gerund:
        return None
    after = _inverted(parsed, cue)
    subject = after or left_subject(parsed, cue.start)
    if subject is None or (after is None and parsed.is_in(subject[0], "relatives")):
        return None
    edge = cue.start if after else subject[0]
    quoted = edge > 0 and parsed.closes_quote(edge - 1)
    comma = edge > 0 and parsed.lower(edge - 1) in (",", "—", "–", "--", "?")
    if not (quoted or (comma and (after or what.kind in ("end", "quote")))):
        return None
    if quoted and not after and what.kind in ("that", "clause") and _is_name_of_a_work(parsed, edge - 1):
        return None
    left = content_before(parsed, edge, _left_floor(parsed, edge))
    if left is None or not (quoted or after or parsed.has_verb(*left) or parsed.lower(cue.end) == ","):
        return None
    contents = [parsed.span(*left)]
    second = _second_part(parsed, after[1] if after else cue.end, left)
    if second:
        contents.append(second)
    shape = "quote" if parsed.opens_quote(left[0]) and quoted else "whole"
    source, words = parsed.span(*subject), parsed.span(cue.start, cue.end)
    return Attribution(source, words, tuple(contents), cue.lemma, group, shape)


def _is_name_of_a_work(parsed: Parsed, close: int) -> bool:
    """Whether the quotation that closes there is a title or a phrase, not speech."""
    start = _left_floor(parsed, close + 1)
    return start == 0 and not parsed.opens_quote(0)


def _left_floor(parsed: Parsed, edge: int) -> int:
    """Where a content before the cue begins: the quotation that closes there, or the sentence."""
    if not parsed.closes_quote(edge - 1):
        return 0
    start = edge - 1
    while start > 0 and parsed.quote[start - 1] == parsed.quote[edge - 1]:
        start -= 1
    return start if start == 0 or parsed.lower(start - 1) in (",", ":", ".") or start < 3 else 0


def _passive_source(parsed: Parsed, cue: Cue) -> Span | None:
    subject = right_subject(parsed, cue.end + 1) if parsed.lower(cue.end) == "by" else None
    return parsed.span(*subject) if subject else None


def _one(parsed: Parsed, cue: Cue, edges: list[int], found: list[Attribution]) -> Attribution | None:
    what = complement(parsed, cue)
    trailing = _trailing(parsed, cue, what)
    if trailing is not None:
        return trailing
    group = _group(parsed, cue, what)
    if group is None or (cue.passive and what.kind not in ("that", "infinitive", "quote") and group != "accuses"):
        return None
    words = parsed.span(cue.start, cue.end)
    if what.kind == "end":
        content = words
    else:
        forward = _forward(parsed, what, group, edges)
        if forward is None:
            return None
        content = forward
    source = _passive_source(parsed, cue) if cue.passive else _subject(parsed, cue, found)
    if cue.passive and group == "accuses":
        subject = left_subject(parsed, cue.start)
        content = Span(parsed.span(*subject).start, content.end) if subject else content
    asks = what.kind == "that" and parsed.is_in(what.start, "conditions")
    return Attribution(source, words, (content,), cue.lemma, group, what.kind, cue.negated, cue.passive, asks)


def verb_attributions(parsed: Parsed, cues: list[Cue]) -> list[Attribution]:
    """Attributions by verbs outside quotations, in the order of their cues."""
    edges = [_edge(parsed, cue) if cue.groups & LIMITING or _joined(parsed, cue) else None for cue in cues]
    found: list[Attribution] = []
    for number, cue in enumerate(cues):
        later = [edge for edge in edges[number + 1 :] if edge is not None and edge >= cue.end]
        attribution = _one(parsed, cue, later, found)
        if attribution is not None:
            found.append(attribution)
    return found


def with_continuation(attribution: Attribution, content: Span) -> Attribution:
    """The same attribution with one more content: the quotation goes on in the next sentence."""
    return replace(attribution, contents=(*attribution.contents, content))
