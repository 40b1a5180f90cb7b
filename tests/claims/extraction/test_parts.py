"""The small parts: stems, rewording, quotations, the lexicon and the weights."""

from __future__ import annotations

import pytest

from claims.extraction import rewording, worthiness
from claims.extraction.lexicon import UnknownLanguage, load
from claims.extraction.quotations import quotations
from claims.extraction.records import Span
from claims.extraction.stemming import stem


@pytest.mark.parametrize(
    "family",
    [
        ("notify", "notified", "notification", "notifies"),
        ("warn", "warned", "warning", "warnings"),
        ("deny", "denied", "denies"),
        ("attack", "attacked", "attacker", "attacks"),
        ("deploy", "deployment", "deployed"),
    ],
)
def test_words_of_one_family_share_a_stem(family: tuple[str, ...]) -> None:
    assert len({stem(word) for word in family}) == 1


@pytest.mark.parametrize(
    ("negative", "positive"),
    [
        ("Velmark had failed to notify the army", "Velmark notified the army"),
        ("the mayor did not take the money", "the mayor took the money"),
        ("the dam was not safe", "the dam was safe"),
        ("it cannot stop the leak", "it can stop the leak"),
        ("he never paid the fine", "he paid the fine"),
        ("the dam was safe", "the dam was safe"),
    ],
)
def test_a_negation_is_turned_positive(negative: str, positive: str) -> None:
    assert rewording.positive(negative, load("en")) == positive


def test_only_the_outer_quotation_counts_and_an_apostrophe_is_none() -> None:
    text = "It’s “a ‘real’ one” and don't"

    closed, left_open = quotations(text, Span(0, len(text)))

    assert [span.of(text) for span in closed] == ["“a ‘real’ one”"]
    assert left_open is None


def test_an_unknown_language_has_no_lexicon() -> None:
    with pytest.raises(UnknownLanguage):
        load("xx")


def test_every_factor_has_a_weight_and_the_score_is_their_sum() -> None:
    shown = worthiness.factors("Poland spent $3 million because taxes rose 4 percent in 2019?", load("en"))

    assert {f.name for f in shown} >= {"money", "number", "percent", "causation", "question", "date"}
    raised = worthiness.score(tuple(f for f in shown if f.weight > 0))
    assert raised > worthiness.score(shown) > worthiness.score(())


def test_every_listed_factor_of_the_lexicon_has_a_weight() -> None:
    listed = set(load("en").worthiness) - {"months"}

    assert listed <= set(worthiness.weights())
