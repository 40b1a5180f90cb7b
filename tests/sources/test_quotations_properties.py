"""Quotations: speed, and what holds for every text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sources.quotations import Quotation, find, find_all, select
from tests.sources.test_quotations import NORTHPORT, look


def test_the_exact_search_is_fast() -> None:
    text = " ".join(f"{NORTHPORT} Number {number}." for number in range(600))[:100_000]
    quotation = select(text, 60_000, 60_200)
    started = time.process_time()
    for _ in range(20):
        assert find(quotation, text, complete=True).outcome == "found"

    # A fiftieth of a millisecond here; the margin is for a loaded machine.
    assert (time.process_time() - started) / 20 < 0.01


def test_a_fuzzy_search_of_five_megabytes_ends() -> None:
    text = " ".join(f"{NORTHPORT} Number {number}." for number in range(31_000))
    started = time.process_time()

    assert len(text) > 5_000_000
    assert look("wholly unrelated submarines dive beneath arctic icebergs every summer", text).outcome == "missing"
    assert look(f"Number 20000. {NORTHPORT.replace('12', '21')}", text).outcome == "altered"
    assert time.process_time() - started < 8


@pytest.mark.parametrize("text", ["a-" + "\n" * 300_000, "a-" + " " * 300_000, "1." * 200_000, "x" * 400_000])
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()

    assert look("a passage that is nowhere in it", text).outcome == "missing"
    assert time.process_time() - started < 3


ALPHABET = st.sampled_from("ab zA1２²-–\n \u00ad\u200b\u0301.,'“”éſİıﬁقـَ百％ก์\U0001d5d4\U000e0041")
TEXTS = st.text(
    st.one_of(ALPHABET, ALPHABET, st.characters(exclude_categories=["Cs"], exclude_characters="\x1f")), max_size=80
)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.data())
def test_a_selected_passage_is_always_found_at_its_place(text: str, data: st.DataObject) -> None:
    if not text:
        return
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    quotation = select(text, start, end, context=data.draw(st.integers(1, 64)))

    match = find(quotation, text, complete=data.draw(st.booleans()))

    assert match.outcome == "found"
    assert match.passage == quotation.exact
    whole = quotation.prefix + quotation.exact + quotation.suffix
    if text.count(whole) == 1 and text.find(whole, text.find(whole) + 1) < 0:
        assert (match.start, match.end) == (start, end)


@settings(max_examples=300, deadline=None)
@given(TEXTS, TEXTS, TEXTS, TEXTS, st.booleans())
def test_finding_never_raises_and_offsets_are_valid(
    exact: str, prefix: str, suffix: str, text: str, complete: bool
) -> None:
    match = find(Quotation(exact, prefix, suffix), text, complete=complete)

    assert match.outcome in {"found", "moved", "altered", "missing", "inconclusive"}
    assert not (match.outcome in {"altered", "missing"} and not complete)
    if match.start is not None and match.end is not None:
        assert 0 <= match.start < match.end <= len(text)
        assert text[match.start : match.end] == match.passage
        assert text[: match.start].endswith(match.prefix)
        assert text[match.end :].startswith(match.suffix)
    else:
        assert match.outcome in {"missing", "inconclusive"}
    assert (match.similarity is not None) == (match.outcome == "altered") == bool(match.diff)


@settings(max_examples=150, deadline=None)
@given(
    st.lists(st.sampled_from(NORTHPORT.split()), min_size=4, max_size=12),
    st.integers(0, 99),
    st.integers(0, 99),
)
def test_another_number_is_never_found(words: list[str], old: int, new: int) -> None:
    if old == new:
        return
    exact, text = (" ".join([*words[:2], str(number), *words[2:]]) for number in (old, new))

    assert look(exact, text).outcome not in {"found", "moved"}


@settings(max_examples=100, deadline=None)
@given(st.lists(TEXTS, max_size=4), TEXTS, st.booleans())
def test_several_quotations_are_found_as_each_alone(exacts: list[str], text: str, complete: bool) -> None:
    quotations = [Quotation(exact, "a", "") for exact in exacts]

    assert find_all(quotations, text, complete=complete) == [
        find(quotation, text, complete=complete) for quotation in quotations
    ]
