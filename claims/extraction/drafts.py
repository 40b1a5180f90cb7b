"""Turns attributions and plain sentences into drafts of candidates, before they are compared and scored."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from itertools import pairwise

from claims.extraction import rewording
from claims.extraction.attribution import Attribution
from claims.extraction.embedded import Part, presupposition, toll
from claims.extraction.lexicon import Lexicon
from claims.extraction.records import Span
from claims.extraction.speakers import Speaker, Speakers
from claims.extraction.statements import Statement
from claims.extraction.tokens import tokenise

SHORTEST = 3
NOUN_CONTENT = frozenset(("says", "admits", "denies", "dismisses", "no_comment", "accuses", "calls"))
NAMING = frozenset(("refer to", "compare", "name"))
EDGE = " \t\r\n\"“”„«»,;:—–'’‘`"
LEAD = re.compile(r"(?:that|how|as)\s+", re.I)
CONTEXT = {"believes": "belief", "demands": "order", "promises": "pledge", "calls": "name_calling"}
SPEECH = 3
CLOSERS = {"”": "“", '"': '"', "»": "«", "’": "‘"}
BREAK = re.compile(r"(?<=[.!?…])[\"”’]?\s+(?=[A-Z\"“‘])")


@dataclass(slots=True)
class Draft:
    """A candidate in the making; `anaphoric` marks a denial whose claim has to be found before it."""

    content: Span
    sentence: Span
    speaker: Speaker
    source: Span | None
    cue: Span | None
    stance: str
    restated: str
    context: dict[str, str] = field(default_factory=dict)
    kind: str = "body"
    anaphoric: bool = False
    occasion: str = ""
    accuses: bool = False
    paragraph: int = -1


def trimmed(text: str, span: Span) -> Span:
    """The span without quotation marks, pauses and a leading "that" at its edges."""
    start, end = span.start, span.end
    while start < end and text[start] in EDGE:
        start += 1
    lead = LEAD.match(text, start, end)
    if lead:
        start = lead.end()
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE + "." and not _closes_inside(text, start, end):
        end -= 1
    if text[end : end + 1] == "." and re.search(r"(?:\b[A-Z]|\.\w)$", text[max(start, end - 3) : end]):
        end += 1
    return Span(start, end)


def _closes_inside(text: str, start: int, end: int) -> bool:
    """Whether the last sign closes a quotation that opens within the span."""
    opening = CLOSERS.get(text[end - 1])
    if opening is None:
        return False
    inner = text.count(opening, start, end - 1)
    return inner % 2 == 1 if opening == text[end - 1] else inner > text.count(text[end - 1], start, end - 1)


def _contents(text: str, attribution: Attribution) -> list[Span]:
    """Contents as claims: trimmed, a long quotation cut into its sentences, an interrupted clause joined."""
    found: list[Span] = []
    whole = attribution.contents
    if len(whole) == 2 and attribution.shape == "whole" and whole[1].start - whole[0].end < 60:
        whole = (Span(whole[0].start, whole[1].end),)
    for span in whole:
        cuts = [m.end() for m in BREAK.finditer(text, span.start, span.end)]
        edges = [span.start, *cuts, span.end] if len(cuts) >= SPEECH else [span.start, span.end]
        for start, end in pairwise(edges):
            content = trimmed(text, Span(start, end))
            if content.start < content.end:
                found.append(content)
    return found


def _is_anaphoric(text: str, attribution: Attribution, content: Span, lexicon: Lexicon) -> bool:
    """Whether a denial only points back: "denied the allegations", "called the report false"."""
    words = [token.lower for token in tokenise(text, content.start, content.end) if token.is_word]
    nouns = any(word in lexicon.nouns for word in words)
    if attribution.group == "calls":
        return nouns and any(lexicon.has("nominal.false_words", word) for word in words)
    if attribution.group not in ("denies", "dismisses") or attribution.shape not in ("noun", "clause"):
        return False
    pointing = bool(words) and lexicon.has("nominal.anaphors", words[0])
    alone = len(words) == 1 and lexicon.has("pointers", words[0])
    wrong = any(lexicon.has("nominal.wrongdoing", word) for word in words) and len(words) <= 4
    return (pointing and nouns) or alone or wrong or (nouns and len(words) <= 3)


def _stance(text: str, attribution: Attribution, content: Span, lexicon: Lexicon) -> str:
    if attribution.group == "no_comment":
        return "no_comment"
    if attribution.group in ("denies", "dismisses"):
        return "partly_confirms" if attribution.negated else "denies"
    if attribution.negated:
        return "no_comment"
    if attribution.group == "admits":
        words = [token.lower for token in tokenise(text, content.start, content.end)][:6]
        if any(lexicon.has("nominal.hedges", word) for word in words):
            return "partly_confirms"
    return "asserts"


def _without_day(words: str, lexicon: Lexicon) -> str:
    """The words without a day between the accused and the act: "the mayor on Monday of …"."""
    before, of, act = words.partition(" of ")
    parts = before.split()
    if parts and lexicon.has("times", parts[-1].lower()):
        parts = parts[:-2] if parts[-2:-1] == ["on"] else parts[:-1]
    return " ".join(parts) + of + act


def _restated(text: str, attribution: Attribution, content: Span, speaker: Speaker, lexicon: Lexicon) -> str:
    words, name = content.of(text), rewording.in_a_sentence(speaker.name)
    if attribution.group == "no_comment":
        asked = re.match(r"(?:on |about )?(?:whether|if) ", words)
        start = attribution.source.start if attribution.source else content.start
        return rewording.tidy(words[asked.end() :] if asked else text[start : content.end])
    if attribution.shape == "gerund" and attribution.group == "denies":
        return rewording.tidy(rewording.of_gerund(words, name, lexicon))
    if attribution.shape == "noun" and attribution.group in ("denies", "dismisses", "admits"):
        return rewording.tidy(rewording.of_noun(words, name, lexicon))
    if attribution.group == "accuses":
        if attribution.passive and attribution.cue:
            words = words.replace(attribution.cue.of(text) + " ", "", 1)
        accused, of, act = _without_day(words, lexicon).partition(" of ")
        accused = accused.split(",")[0]
        return rewording.tidy(rewording.of_gerund(act, accused, lexicon) if of else words)
    if attribution.shape == "infinitive":
        return rewording.tidy(rewording.of_infinitive(words, name, attribution.cue.of(text) if attribution.cue else ""))
    if attribution.shape == "quote" and not lexicon.has("pronouns_self", words.split(" ")[0].lower()):
        return rewording.tidy(words)
    return rewording.tidy(rewording.with_subject(words, name, lexicon))


def _part(text: str, part: Part, speaker: Speaker, lexicon: Lexicon) -> str:
    words = part.span.of(text)
    if part.kind == "toll":
        return rewording.tidy(re.sub(r" (?:that|which) ", " ", words, count=1))
    tokens = tokenise(text, part.span.start, part.span.end)
    if part.kind == "main":
        words = re.sub(r" came$", " took place", words)
    verb = any(lexicon.has("verbs_common", token.lower) for token in tokens)
    if part.kind == "presupposition" and not verb:
        return rewording.tidy(rewording.of_event(words, lexicon))
    return rewording.tidy(rewording.with_subject(words, rewording.in_a_sentence(speaker.name), lexicon))


def _is_claim(attribution: Attribution, speaker: Speaker) -> bool:
    """Whether the attribution reports a proposition or a promise, not a taste, a wish or a demand to act."""
    if attribution.group == "judges":
        return False
    if attribution.lemma in NAMING:
        return False
    if attribution.shape == "noun":
        return attribution.group in NOUN_CONTENT
    if attribution.asks:
        return attribution.group in ("no_comment", "denies")
    if attribution.shape == "infinitive":
        return attribution.group in ("says", "predicts", "promises") and speaker.kind != "unknown"
    return True


def of_attribution(
    text: str, statement: Statement, attribution: Attribution, speakers: Speakers, lexicon: Lexicon
) -> list[Draft]:
    """Drafts of one attribution: one a content, and one a claim that a content takes for granted."""
    speaker = Speaker("", "unknown")
    if attribution.source is not None:
        place = (attribution.source.start, attribution.source.end)
        speaker = speakers.resolve(text, place, statement.parsed)
    if not _is_claim(attribution, speaker):
        return []
    found: list[Draft] = []
    for content in _contents(text, attribution):
        draft = _draft(text, statement, attribution, content, speaker, lexicon)
        if draft is None:
            continue
        parts = presupposition(text, content, lexicon) if draft.stance == "asserts" else []
        found.extend(_of_part(text, draft, part, lexicon) for part in parts)
        if not parts:
            draft.restated = _restated(text, attribution, content, speaker, lexicon)
            found.append(draft)
    return found


def _draft(
    text: str,
    statement: Statement,
    attribution: Attribution,
    content: Span,
    speaker: Speaker,
    lexicon: Lexicon,
) -> Draft | None:
    """The draft of one content, not yet reworded; None when it is too short or names no event."""
    anaphoric = _is_anaphoric(text, attribution, content, lexicon)
    words = sum(token.is_word for token in tokenise(text, content.start, content.end))
    shortest = SHORTEST - (attribution.group in ("denies", "admits"))
    if not anaphoric and (words < shortest or _names_nothing(content.of(text), attribution, lexicon)):
        return None
    stance = "denies" if anaphoric else _stance(text, attribution, content, lexicon)
    context = {"attributed": speaker.name} if speaker.name and speaker.kind != "unknown" else {}
    if attribution.group in CONTEXT and not anaphoric:
        context[CONTEXT[attribution.group]] = attribution.cue.of(text) if attribution.cue else ""
    return Draft(
        content,
        statement.sentence.span,
        speaker,
        attribution.source,
        attribution.cue,
        stance,
        "",
        context,
        statement.sentence.kind,
        anaphoric,
        accuses=attribution.group == "accuses",
        paragraph=statement.sentence.paragraph,
    )


def _names_nothing(words: str, attribution: Attribution, lexicon: Lexicon) -> bool:
    """Whether what is denied or turned down is a thing, such as a request, and no event or guilt."""
    turned_down = attribution.group == "dismisses" and attribution.shape in ("noun", "clause")
    if not turned_down and not (attribution.group == "denies" and attribution.shape == "noun"):
        return False
    named = {word for table in ("nominal_predicates", "nominal_events") for word in lexicon.tables.get(table, {})}
    return not named & {word.strip(EDGE) for word in words.lower().split()[:4]}


def _of_part(text: str, whole: Draft, part: Part, lexicon: Lexicon) -> Draft:
    restated = _part(text, part, whole.speaker, lexicon)
    return replace(whole, content=part.span, restated=restated, context=dict(whole.context), occasion=part.occasion)


def _without_joint(text: str, content: Span, lexicon: Lexicon) -> Span:
    """The content without the words at its end that join the next clause: "after", "and"."""
    tokens = tokenise(text, content.start, content.end)
    while tokens and any(
        lexicon.has(name, tokens[-1].lower) for name in ("conjunctions", "subordinators", "prepositions", "adverbs")
    ):
        tokens.pop()
    return trimmed(text, Span(content.start, tokens[-1].end)) if tokens else Span(content.start, content.start)


def of_plain_sentence(text: str, statement: Statement, end: int | None, lexicon: Lexicon) -> list[Draft]:
    """Drafts in the text's own voice: the sentence (up to `end`), and a toll that it mentions in passing."""
    sentence = statement.sentence
    content = trimmed(text, Span(sentence.body, sentence.span.end if end is None else end))
    if end is not None:
        content = _without_joint(text, content, lexicon)
    words = sum(token.is_word for token in tokenise(text, content.start, content.end))
    if content.start >= content.end or (words < SHORTEST and content.end - content.start < 12):
        return []
    own = Speaker("", "unknown")
    restated = rewording.tidy(content.of(text))
    draft = Draft(content, sentence.span, own, None, None, "asserts", restated, {}, sentence.kind)
    part = toll(text, content, lexicon)
    return [draft, _of_part(text, draft, part, lexicon)] if part else [draft]
