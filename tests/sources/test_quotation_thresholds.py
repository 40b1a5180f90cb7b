"""From which similarity a passage counts as altered: measured on altered passages and on unrelated ones."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

import pytest
from rapidfuzz.distance import Indel

from sources.quotations import finding
from sources.quotations.closest import closest
from sources.quotations.places import SAME_CONTEXT
from sources.quotations.wording import SEPARATOR, Wording
from tests.sources.honest_words import LANGUAGES, Words

EACH = 60


def text_of(words: Words) -> str:
    return words.gap.join((*words.filler, words.sentence, words.elsewhere))


def units(words: Words, text: str) -> list[str]:
    """The words of a text; the characters where it has no spaces."""
    return text.split() if words.gap else list(text)


def drawn(words: Words, chance: random.Random, least: int, most: int) -> tuple[list[str], str]:
    """A run of words out of one sentence, and that sentence. Characters count half."""
    scale = 1 if words.gap else 2
    sentences = [
        sentence
        for sentence in re.split(r"(?<=[.!?。])\s*", text_of(words))
        if len(units(words, sentence)) >= least * scale
    ]
    sentence = chance.choice(sentences)
    whole = units(words, sentence)
    count = chance.randint(least * scale, min(most * scale, len(whole)))
    start = chance.randint(0, len(whole) - count)
    return whole[start : start + count], sentence


def exchanged(words: Words, chance: random.Random, run: list[str], share: float) -> list[str]:
    """The run with so many of its words, one at least, replaced by others of the text."""
    others, changed = units(words, text_of(words)), list(run)
    for place in chance.sample(range(len(run)), max(1, round(share * len(run)))):
        changed[place] = chance.choice([other for other in others if other != run[place]])
    return changed


def similarity(words: Words, run: list[str], text: str) -> float:
    near = closest(Wording(words.gap.join(run)), Wording(text))
    return near.similarity if near is not None else 0.0


def altered(words: Words, chance: random.Random, least: int, most: int, share: float) -> float:
    run, _ = drawn(words, chance, least, most)
    return similarity(words, exchanged(words, chance, run, share), text_of(words))


def unrelated(words: Words, chance: random.Random, least: int, most: int) -> float:
    run, sentence = drawn(words, chance, least, most)
    return similarity(words, run, text_of(words).replace(sentence, " "))


def in_its_place(words: Words, chance: random.Random) -> float:
    """How similar two sentences are of which one took the other's place."""
    (one, first), (other, second) = drawn(words, chance, 3, 25), drawn(words, chance, 3, 25)
    if first == second:
        return 0.0
    one_key, other_key = (Wording(words.gap.join(run)).folded_key.replace(SEPARATOR, "") for run in (one, other))
    return Indel.normalized_similarity(one_key, other_key)


def shares(measure: Callable[[random.Random], float], threshold: float) -> float:
    """How many of a hundred measurements reach the threshold."""
    chance = random.Random(7)  # noqa: S311 - the same passages in every run
    return 100 * sum(measure(chance) >= threshold for _ in range(EACH)) / EACH


@pytest.mark.parametrize("words", LANGUAGES, ids=lambda words: words.code)
class TestThresholds:
    def test_a_passage_with_one_word_exchanged_is_altered(self, words: Words) -> None:
        assert shares(lambda chance: altered(words, chance, 8, 25, 0), finding.ALTERED_FROM) >= 98

    def test_a_passage_with_a_fifth_of_its_words_exchanged_is_altered(self, words: Words) -> None:
        assert shares(lambda chance: altered(words, chance, 8, 25, 0.2), finding.ALTERED_FROM) >= 90

    def test_an_unrelated_passage_is_not(self, words: Words) -> None:
        assert shares(lambda chance: unrelated(words, chance, 8, 25), finding.ALTERED_FROM) <= 2

    def test_a_short_unrelated_passage_is_not(self, words: Words) -> None:
        assert shares(lambda chance: unrelated(words, chance, 3, 7), finding.SHORT_ALTERED_FROM) <= 2

    def test_a_short_passage_with_one_word_exchanged_is_altered_in_its_place(self, words: Words) -> None:
        assert shares(lambda chance: altered(words, chance, 4, 7, 0), finding.ALTERED_IN_PLACE_FROM) >= 95

    def test_another_sentence_in_its_place_is_not(self, words: Words) -> None:
        assert shares(lambda chance: in_its_place(words, chance), finding.ALTERED_IN_PLACE_FROM) <= 2

    def test_control_a_lower_threshold_would_call_unrelated_passages_altered(self, words: Words) -> None:
        assert shares(lambda chance: unrelated(words, chance, 3, 25), 0.1) >= 10

    def test_unrelated_surroundings_are_another_place(self, words: Words) -> None:
        def around(chance: random.Random) -> float:
            text = text_of(words)
            one, other = (chance.randint(0, len(text) - 64) for _ in range(2))
            if abs(one - other) < 128:
                return 0.0
            keys = (Wording(text[start : start + 64]).key.replace(SEPARATOR, "") for start in (one, other))
            return Indel.normalized_similarity(*keys)

        assert shares(around, SAME_CONTEXT) <= 1
