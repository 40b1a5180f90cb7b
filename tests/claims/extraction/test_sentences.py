"""Sentence splitting on our own lines."""

from __future__ import annotations

import pytest

from claims.extraction.lexicon import load
from claims.extraction.sentences import sentences


def split(text: str) -> list[str]:
    """The sentences of an English text."""
    return [s.span.of(text) for s in sentences(text, load("en"))]


@pytest.mark.parametrize(
    "whole",
    [
        "The vote on Feb. 4 was close.",
        "Gov. J. R. Holm met Mr. Vale at 5 p.m. on Monday.",
        'He said: "We lost. We will be back. Soon." at the end.',
        "“Is it safe?” Ana Berg asked.",
        "Prices rose 3.5 percent in the U.S. market.",
    ],
)
def test_abbreviations_initials_figures_and_quotations_do_not_end_a_sentence(whole: str) -> None:
    assert split(whole) == [whole]


def test_two_sentences_are_split_even_after_an_abbreviation() -> None:
    assert split("He lives in the U.S. The house is old. It was sold.") == [
        "He lives in the U.S.",
        "The house is old.",
        "It was sold.",
    ]


def test_lines_are_told_apart_by_kind() -> None:
    lines = [
        "Bridge closed after storm",
        "Recommended Videos",
        "2 / 7",
        "Men at work. (AP Photo/Ana Berg)",
        "Rain.",
    ]
    text = "\n\n".join(lines)

    kinds = [s.kind for s in sentences(text, load("en"))]

    assert kinds == ["headline", "junk", "junk", "caption", "body"]


def test_hard_wrapped_lines_are_put_together_again() -> None:
    text = "The council decided on Thursday evening to close the\nbridge for a year."

    assert split(text) == [text]


def test_chinese_sentences_end_at_their_own_full_stop() -> None:
    assert split("桥关了。人走了。") == ["桥关了。", "人走了。"]
