"""Reads a whole text sentence by sentence and lists its attributions, quotations that run on included."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.attribution import Attribution, verb_attributions, with_continuation
from claims.extraction.cues import find_cues
from claims.extraction.lexicon import Lexicon
from claims.extraction.nominals import according_to, label, merge, noun_attributions
from claims.extraction.parsed import STOPS, Parsed, parse
from claims.extraction.records import Span
from claims.extraction.sentences import Sentence, sentences


@dataclass(slots=True)
class Statement:
    """A sentence of a text with the attributions found in it."""

    parsed: Parsed
    attributions: list[Attribution]

    @property
    def sentence(self) -> Sentence:
        """The sentence as it was split."""
        return self.parsed.sentence


def _attributions(parsed: Parsed) -> list[Attribution]:
    if parsed.sentence.kind == "junk" or len(parsed.tokens) < 3:
        return []
    cues = find_cues(parsed)
    verbs = verb_attributions(parsed, cues)
    nouns = noun_attributions(parsed, cues, verbs)
    found = merge(verbs, [*nouns, *according_to(parsed)])
    return found or label(parsed)


def _is_quoted(parsed: Parsed) -> bool:
    """Whether the sentence is nothing but quotation."""
    return bool(parsed.tokens) and all(
        number >= 0 or token.text in STOPS for number, token in zip(parsed.quote, parsed.tokens, strict=True)
    )


def read(text: str, lexicon: Lexicon) -> list[Statement]:
    """Every sentence with its attributions, in order.

    A quotation that stands alone goes on with the attributed quotation before it, in the same paragraph or
    right at the start of the next.
    """
    found: list[Statement] = []
    speech: tuple[Statement, int] | None = None
    for sentence in sentences(text, lexicon):
        parsed = parse(text, sentence, lexicon)
        statement = Statement(parsed, [] if not lexicon.language else _attributions(parsed))
        found.append(statement)
        if sentence.kind == "junk":
            continue
        spoken = [i for i, a in enumerate(statement.attributions) if a.group != "judges"]
        if spoken:
            speech = statement, spoken[-1]
        elif speech and _is_quoted(parsed) and sentence.paragraph - speech[0].sentence.paragraph <= 1:
            earlier, at = speech
            span = Span(parsed.tokens[0].start, parsed.tokens[-1].end)
            earlier.attributions[at] = with_continuation(earlier.attributions[at], span)
            speech = (earlier, at) if sentence.paragraph == earlier.sentence.paragraph else None
        elif sentence.paragraph != (speech[0].sentence.paragraph if speech else -1):
            speech = None
    return found
