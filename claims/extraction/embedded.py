"""Takes out claims that a sentence carries along: "despite a notice by X", "shelling that killed seven"."""

from __future__ import annotations

from dataclasses import dataclass

from claims.extraction.lexicon import Lexicon
from claims.extraction.records import Span
from claims.extraction.tokens import Token, tokenise

FEWEST = 3


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a content that is a claim by itself; `occasion` is the event that it came before, if any."""

    span: Span
    kind: str  # main, presupposition or toll
    occasion: str = ""


def _marker(tokens: list[Token], i: int, lexicon: Lexicon) -> int:
    """How many words of a marker such as "despite" or "even though" begin at token i; 0 for none."""
    if not lexicon.has("presupposition_heads", tokens[i].lower):
        return 0
    for phrase in lexicon.sets.get("presuppositions", ()):
        words = phrase.split()
        if [t.lower for t in tokens[i : i + len(words)]] == words:
            return len(words)
    return 0


def _occasion(text: str, tokens: list[Token], lexicon: Lexicon) -> str:
    """The subject of the main clause when it is a short noun phrase: "the attack"."""
    for i, token in enumerate(tokens[:6]):
        if lexicon.has("verbs_common", token.lower) or token.lower.endswith("ed"):
            words = tokens[:i]
            if words and words[0].lower in ("the", "this", "that", "its", "their"):
                return text[words[0].start : words[-1].end]
            return ""
    return ""


def presupposition(text: str, content: Span, lexicon: Lexicon) -> list[Part]:
    """The main claim and the one that "despite" or "although" takes for granted; [] without such a word.

    With the marker first ("Despite X, Y"), the claim taken for granted ends at the comma.
    """
    tokens = [t for t in tokenise(text, content.start, content.end) if t.text not in ('"', "“", "”")]
    for i in range(len(tokens)):
        size = _marker(tokens, i, lexicon)
        if not size:
            continue
        comma = next((k for k in range(i, len(tokens)) if tokens[k].text == ","), len(tokens))
        given = tokens[i + size : comma]
        main = tokens[:i] if i else tokens[comma + 1 :]
        while main and main[-1].text in (",", "and", "but", "—", "–"):
            main = main[:-1]
        if len(given) < FEWEST or len(main) < FEWEST:
            return []
        occasion = _occasion(text, main, lexicon)
        parts = [
            Part(Span(main[0].start, main[-1].end), "main"),
            Part(Span(given[0].start, given[-1].end), "presupposition", occasion),
        ]
        return sorted(parts, key=lambda part: part.span.start)
    return []


def _is_attribute(token: Token, lexicon: Lexicon) -> bool:
    """Whether the word before a noun belongs to its phrase."""
    outside = lexicon.has("prepositions", token.lower) or lexicon.has("verbs_common", token.lower)
    return token.is_word and not outside and not lexicon.has("verb_forms", token.lower)


def toll(text: str, content: Span, lexicon: Lexicon) -> Part | None:
    """The claim in "… shelling that killed seven soldiers": from the noun to the end of the clause."""
    tokens = tokenise(text, content.start, content.end)
    for i in range(2, len(tokens) - 2):
        if tokens[i].lower not in ("that", "which") or not lexicon.has("toll_verbs", tokens[i + 1].lower):
            continue
        start = i - 1
        while start > 0 and i - start < 5 and _is_attribute(tokens[start - 1], lexicon):
            start -= 1
        end = next((k for k in range(i + 2, len(tokens)) if tokens[k].text in ",;—–"), len(tokens))
        if start and end - i > FEWEST:
            return Part(Span(tokens[start].start, tokens[end - 1].end), "toll")
    return None
