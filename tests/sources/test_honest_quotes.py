"""No quotation is wrongly called found, moved, altered or missing, whatever document it stands in or does not."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from sources.quotations import find
from sources.reading import Reader
from sources.reading.marks import seen_and_unsure
from tests.sources.honest_documents import document_cases
from tests.sources.honest_pages import ALTERED, FOUND, INCONCLUSIVE, MISSING, MOVED, Case, html_cases, large
from tests.sources.honest_prose import prose_cases
from tests.sources.honest_unread import unread_cases

CASES = [*html_cases(), *unread_cases(), *prose_cases(), *document_cases()]


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    with Reader() as shared:
        yield shared


@pytest.mark.parametrize("case", CASES, ids=repr)
def test_what_is_said_of_a_quotation_is_true(reader: Reader, case: Case) -> None:
    _check(reader, case)


@pytest.mark.parametrize("name", [case.name for case in large()])
def test_it_is_true_of_large_documents(reader: Reader, name: str) -> None:
    _check(reader, next(case for case in large() if case.name == name))


def _check(reader: Reader, case: Case) -> None:
    read = reader.read(
        case.body,
        content_type=case.content_type,
        truncated=case.truncated,
        url="https://example.org/news/a",
        with_main_text=False,
    )
    match = find(case.quotation, read.text, complete=read.complete)

    assert match.outcome in case.outcomes, read.problems
    assert not case.problem or case.problem in read.problems
    assert match.outcome in {FOUND, MOVED, INCONCLUSIVE} or read.complete
    seen, _ = seen_and_unsure(read.text)
    assert match.start is None or seen[match.start : match.end] == match.passage


def test_the_cases_are_many_and_each_is_another_document() -> None:
    assert len({case.body for case in CASES}) >= 1_000
    for outcome in (FOUND, MOVED, ALTERED, MISSING, INCONCLUSIVE):
        assert sum(case.outcomes == (outcome,) for case in CASES) >= 30


def test_control_texts_not_read_whole_would_be_called_altered_or_missing(reader: Reader) -> None:
    """Twin: what would be said if nobody minded whether the text is all there is."""
    wrong = 0
    for case in unread_cases():
        if case.outcomes == (INCONCLUSIVE,) and case.content_type.startswith("text/html"):
            read = reader.read(case.body, content_type=case.content_type, with_main_text=False)
            wrong += find(case.quotation, read.text, complete=True).outcome != INCONCLUSIVE

    assert wrong > 200


def test_control_text_between_the_tags_alone_would_be_found_where_nobody_sees_it() -> None:
    """Twin: what would be said if the text were whatever stands between two tags."""
    wrong = 0
    for case in html_cases():
        if case.outcomes == (MISSING,) and ": only in" in case.name:
            text = re.sub(r"<[^>]*>", " ", case.body.decode())
            wrong += find(case.quotation, text, complete=True).outcome == FOUND

    assert wrong > 50


def test_control_a_score_alone_would_call_every_alteration_found() -> None:
    """Twin: what would be said if a similarity of nine tenths were enough."""
    similar = 0
    for case in html_cases():
        if case.outcomes == (ALTERED,):
            match = find(case.quotation, re.sub(r"<[^>]*>", "", case.body.decode()), complete=True)
            similar += (match.similarity or 0) > 0.9

    assert similar > 50
