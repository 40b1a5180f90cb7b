"""Whole reports: every party's claim is found, and each dispute is one pair."""

from __future__ import annotations

import pytest

from claims.extraction import CandidateClaim, extract
from tests.claims.extraction.articles import BORDER, FLOOD


def found_in(article: str, words: str) -> CandidateClaim:
    """The first candidate whose text contains the words."""
    return next(c for c in extract(article).candidates if words in c.text)


@pytest.mark.parametrize(
    ("words", "claimant", "stance"),
    [
        ("her country would go on talking", "Ilka Soren", "asserts"),
        ("every shell will be answered", "Ilka Soren", "asserts"),
        ("mortar fire that wounded six", "", "asserts"),
        ("21 militiamen died", "Dol aid group", "asserts"),
        ("Both sides have lost", "Ilka Soren", "asserts"),
        ("the hotline between the two armies", "Ilka Soren", "asserts"),
        ("Nobody wants a wider war", "Ilka Soren", "asserts"),
        ("advance warning by Velmark", "Ilka Soren", "asserts"),
        ("neglected to warn", "Ostria", "denies"),
    ],
)
def test_every_claim_of_a_border_report_has_its_claimant(words: str, claimant: str, stance: str) -> None:
    claim = found_in(BORDER, words)

    assert (claim.claimant, claim.stance) == (claimant, stance)


def test_the_warning_and_its_denial_are_one_pair_with_one_neutral_sentence() -> None:
    extraction = extract(BORDER)

    warning = [p for p in extraction.contested if "advance warning" in extraction.candidates[p.asserting].text]
    assert len(warning) == 1
    assert extraction.candidates[warning[0].denying].claimant == "Ostria"
    assert warning[0].restated == "Velmark warned the Ostrian army of its patrol routes around Dol before the barrage."


def test_the_rejected_assertion_is_the_only_other_pair() -> None:
    extraction = extract(BORDER)

    sides = {
        (extraction.candidates[p.asserting].claimant, extraction.candidates[p.denying].claimant)
        for p in extraction.contested
    }
    assert sides == {("Ostria", "Ilka Soren"), ("Ilka Soren", "Ostria")}
    assert len(extraction.contested) == 2


def test_junk_lines_and_the_dateline_are_no_claims() -> None:
    texts = [c.text for c in extract(BORDER).candidates]

    assert not [t for t in texts if t in ("Full Screen", "1 / 4", "Recommended Videos") or "TARN –" in t]


def test_the_company_is_the_body_last_named() -> None:
    claim = found_in(FLOOD, "warnings to all 14 towns")

    assert (claim.claimant, claim.claimant_kind) == ("Hidros", "organisation")
    assert claim.restated.startswith("Hidros had sent warnings to all 14 towns")


def test_a_denied_accusation_is_paired_across_paragraphs() -> None:
    extraction = extract(FLOOD)

    pair = next(p for p in extraction.contested if extraction.candidates[p.denying].text == "the accusation")
    assert pair.restated == "The dam's operator opened the gates without warning."


def test_an_unattributed_claim_that_is_dismissed_is_paired_with_who_made_it() -> None:
    extraction = extract(FLOOD)

    pair = next(p for p in extraction.contested if extraction.candidates[p.denying].claimant == "Marta Velic")
    assert extraction.candidates[pair.asserting].claimant == "Hidros"


def test_a_spokesman_set_off_by_commas_is_named() -> None:
    claim = found_in(FLOOD, "the warnings were sent")

    assert (claim.claimant, claim.claimant_role, claim.stance) == (
        "Igor Hanak",
        "spokesman for the ministry",
        "no_comment",
    )
