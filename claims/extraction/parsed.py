"""A sentence as tokens, with what a rule asks of a position: in a quotation, a verb, a boundary, a time."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.lexicon import Lexicon
from claims.extraction.records import Span
from claims.extraction.sentences import Sentence
from claims.extraction.tokens import Token, tokenise

PAUSES = frozenset(",;:()[]—–-") | {"--"}
QUOTE_MARKS = frozenset('"“”«»„') | {"''", "``"}
STOPS = frozenset(".!?…;。！？") | {"..."}
NOT_PAST = frozenset(
    (
        "need",
        "indeed",
        "speed",
        "seed",
        "feed",
        "bleed",
        "hundred",
        "shed",
        "breed",
        "sacred",
        "naked",
        "armed",
    )
)


@dataclass(frozen=True, slots=True)
class Parsed:
    """The tokens of a sentence's own words; `quote[i]` numbers the quotation that token i is in, or -1."""

    sentence: Sentence
    tokens: list[Token]
    quote: list[int]
    lexicon: Lexicon

    def span(self, start: int, end: int) -> Span:
        """The characters from token `start` up to, and without, token `end`; needs `start < end`."""
        return Span(self.tokens[start].start, self.tokens[end - 1].end)

    def lower(self, i: int) -> str:
        """The lower-case token at i, or "" outside the sentence."""
        return self.tokens[i].lower if 0 <= i < len(self.tokens) else ""

    def is_in(self, i: int, name: str) -> bool:
        """Whether the token at i is in the lexicon's set of this name."""
        return self.lexicon.has(name, self.lower(i))

    def is_verb(self, i: int) -> bool:
        """A guess, without a tagger, whether the token at i is a finite verb."""
        word = self.lower(i)
        if self.is_in(i, "verbs_common"):
            return True
        if not word or not self.tokens[i].text.islower():
            return False
        if self.is_pronoun(i - 1) and word.endswith("s"):
            return True
        if self.is_in(i - 1, "determiners") or self.lower(i - 1) in ("'s", "of"):
            return False
        if word.endswith("ed") and len(word) > 4 and word not in NOT_PAST:
            return True
        return self.is_in(i, "verb_forms") and not word.endswith("ing") and word[-1] != "s"

    def is_pronoun(self, i: int) -> bool:
        """Whether the token at i is a personal pronoun in the role of a subject."""
        return any(self.is_in(i, f"pronouns_{kind}") for kind in ("person", "thing", "plural", "self"))

    def has_verb(self, start: int, end: int) -> bool:
        """Whether a finite verb stands among the tokens from start up to end."""
        return any(self.is_verb(i) for i in range(max(start, 0), min(end, len(self.tokens))))

    def closes_quote(self, i: int) -> bool:
        """Whether token i is the closing mark of a quotation."""
        return 0 <= i < len(self.tokens) and self.quote[i] >= 0 and self.quote_at(i + 1) != self.quote[i]

    def opens_quote(self, i: int) -> bool:
        """Whether token i is the opening mark of a quotation."""
        return 0 <= i < len(self.tokens) and self.quote[i] >= 0 and self.quote_at(i - 1) != self.quote[i]

    def quote_at(self, i: int) -> int:
        """The number of the quotation that token i is in; -1 outside one and outside the sentence."""
        return self.quote[i] if 0 <= i < len(self.tokens) else -1

    def quote_end(self, i: int) -> int:
        """The position after the quotation that token i is in."""
        number = self.quote[i]
        while i < len(self.tokens) and self.quote[i] == number:
            i += 1
        return i

    def last(self) -> int:
        """The position after the last token that is no final punctuation."""
        end = len(self.tokens)
        while end and self.tokens[end - 1].text in STOPS and self.quote[end - 1] < 0:
            end -= 1
        return end


def _with_abbreviations(tokens: list[Token], lexicon: Lexicon) -> list[Token]:
    """The tokens with the full stop of "Mr." and of initials made part of the word."""
    joined: list[Token] = []
    for i, token in enumerate(tokens):
        before = joined[-1] if joined else None
        if token.text == "." and before and before.end == token.start and i + 1 < len(tokens):
            initial = len(before.text) == 1 and before.text.isupper()
            if initial or lexicon.has("abbreviations", before.lower):
                joined[-1] = Token(before.start, token.end, before.text + ".", before.lower)
                continue
        joined.append(token)
    return joined


def parse(text: str, sentence: Sentence, lexicon: Lexicon) -> Parsed:
    """Tokenises a sentence and marks its quotations; time grows with its length."""
    tokens = _with_abbreviations(tokenise(text, sentence.body, sentence.span.end), lexicon)
    quote = [-1] * len(tokens)
    at = 0
    for i, token in enumerate(tokens):
        while at < len(sentence.quotes) and sentence.quotes[at].end <= token.start:
            at += 1
        if at < len(sentence.quotes) and sentence.quotes[at].start <= token.start:
            quote[i] = at
    return Parsed(sentence, tokens, quote, lexicon)
