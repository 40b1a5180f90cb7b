"""Any text at all: no error, valid spans, bearable time, and an honest note for an unknown language."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from claims.extraction import Extraction, extract
from tests.claims.extraction.articles import BORDER, FLOOD

WORDS = (
    *(
        "Ana Berg",
        "said",
        "that",
        "denied",
        "claims by",
        "Poland",
        "despite",
        "not",
        "the",
        "he",
        "accused",
        "of",
    ),
    *(
        "killing",
        "13",
        "Mr.",
        "who",
        "according to",
        "and",
        ",",
        ".",
        '"',
        "“",
        "”",
        "''",
        "(",
        ")",
        ":",
        "—",
    ),
    *("\n", "\n\n"),
)
PIECES = st.sampled_from(WORDS)
SECONDS = 20.0


def assert_valid(text: str, found: Extraction) -> None:
    """Every span lies in the text, is not empty, and is what its candidate says."""
    for claim in found.candidates:
        assert claim.text == text[claim.content.start : claim.content.end] != ""
        assert 0.0 <= claim.score <= 1.0
        assert claim.stance in ("asserts", "denies", "partly_confirms", "no_comment")
        for span in (claim.content, claim.sentence, claim.claimant_span, claim.cue_span):
            assert span is None or 0 <= span.start < span.end <= len(text)
        assert claim.cue == (text[claim.cue_span.start : claim.cue_span.end] if claim.cue_span else "")
    for pair in found.contested:
        assert pair.asserting != pair.denying
        assert max(pair.asserting, pair.denying) < len(found.candidates)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.text(max_size=400))
def test_arbitrary_unicode_never_raises(text: str) -> None:
    assert_valid(text, extract(text))


@settings(max_examples=300, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(PIECES, max_size=60), st.booleans())
def test_any_order_of_cues_names_and_signs_never_raises(pieces: list[str], spaced: bool) -> None:
    text = (" " if spaced else "").join(pieces)

    assert_valid(text, extract(text))


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=200), st.text(max_size=8))
def test_any_language_code_never_raises(text: str, language: str) -> None:
    assert_valid(text, extract(text, language=language))


@pytest.mark.parametrize("article", [BORDER, FLOOD, BORDER.replace("\n", "\r\n"), FLOOD * 3])
def test_spans_are_valid_in_articles(article: str) -> None:
    assert_valid(article, extract(article))


@pytest.mark.parametrize(
    "text",
    [
        BORDER * 100,
        "He said that " * 8_000,
        '"' * 100_000,
        "Ab " * 40_000,
        "(" * 100_000,
        "Poland did not. " * 6_000,
    ],
    ids=["articles", "cues", "quotes", "names", "brackets", "negations"],
)
def test_long_and_hostile_texts_take_seconds(text: str) -> None:
    began = time.perf_counter()

    extract(text)

    assert time.perf_counter() - began < SECONDS


def test_an_unknown_language_gives_sentences_and_says_so() -> None:
    found = extract("Ana Berg sanoi, että silta suljettiin. Se maksoi 3 miljoonaa.", language="fi")

    assert len(found.candidates) == 2
    assert {c.claimant for c in found.candidates} == {""}
    assert "fi" in found.notes[0]


def test_an_empty_text_has_no_candidates_and_says_so() -> None:
    found = extract("")

    assert found.candidates == ()
    assert found.notes == ("No candidate claim was found.",)


def test_a_regional_code_uses_the_language() -> None:
    assert extract("Poland said it rained for 3 days.", language="en-GB").candidates[0].claimant == "Poland"
