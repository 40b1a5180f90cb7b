"""What an extraction returns: spans, candidates, contested pairs, and the factors behind a score."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Span:
    """A half-open range of characters, `start` included and `end` not."""

    start: int
    end: int

    def of(self, text: str) -> str:
        """The characters of `text` in this range."""
        return text[self.start : self.end]


@dataclass(frozen=True, slots=True)
class Factor:
    """One reason for or against a check: its weight (negative = against) and the words that show it."""

    name: str
    weight: float
    evidence: str


@dataclass(frozen=True, slots=True)
class CandidateClaim:
    """A statement that a desk may want to check; `text` is always `content.of(whole text)`.

    `claimant` is the fullest name that the text gives, or "" for the text's own voice. `claimant_kind` is
    person, organisation, state or unknown; `stance` is asserts, denies, partly_confirms or no_comment, always
    towards the positive proposition `restated`. `score` is the check-worthiness from 0 to 1.
    """

    content: Span
    text: str
    sentence: Span
    claimant: str
    claimant_kind: str
    claimant_role: str
    claimant_span: Span | None
    cue: str
    cue_span: Span | None
    stance: str
    restated: str
    factors: tuple[Factor, ...]
    score: float


@dataclass(frozen=True, slots=True)
class ContestedPair:
    """Two candidates, by index, of which one denies what the other asserts, and the words that they share."""

    asserting: int
    denying: int
    shared: tuple[str, ...]
    restated: str
    why: str


@dataclass(frozen=True, slots=True)
class Extraction:
    """Everything found in one text, in the order of the text; `notes` say what could not be done."""

    language: str
    candidates: tuple[CandidateClaim, ...]
    contested: tuple[ContestedPair, ...]
    notes: tuple[str, ...]
