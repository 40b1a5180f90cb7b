"""A review that is still blind is on no page, in no form, message or history of anybody else."""

import pytest
from django.contrib import admin

from reviews import workflow
from reviews.models import Draft, Review, Round
from reviews.querysets import ReviewQuerySet
from tests.desk import TestDesk
from tests.pages import every_page, sign_in, text_of

SECRET = "zeugenschutzwort"


def give(desk: TestDesk, opened: Round) -> None:
    """Ben judges, in words that stand nowhere else."""
    workflow.submit_review(
        opened.claim,
        by=desk.ben,
        at=desk.tick(),
        rating=desk.rating("mostly_false"),
        decision="endorse",
        reasons=f"Because of the {SECRET}.",
        content_hash=opened.content_hash,
    )
    opened.claim.refresh_from_db()


@pytest.mark.parametrize("reader", ["ana", "chi", "dov", "fay", "eva"])
def test_a_sealed_review_is_on_no_page_of_anybody_else(desk: TestDesk, reader: str) -> None:
    opened = desk.in_review()
    give(desk, opened)
    client = sign_in(getattr(desk, reader))
    for address in every_page():
        html = text_of(client.get(address))
        assert SECRET not in html, address
        # The rating is a choice of forms; anywhere else its label would be Ben's answer.
        if "/do/" not in address and "ratingscale" not in address:
            assert "Mostly false" not in html, address
        if address.endswith("/change/") and str(opened.claim_id) in address:
            assert "sealed until the round is complete" in html


def test_its_author_reads_it(desk: TestDesk) -> None:
    opened = desk.in_review()
    give(desk, opened)
    html = text_of(sign_in(desk.ben).get(f"/admin/claims/claim/{opened.claim_id}/change/"))
    assert SECRET in html
    assert "Mostly false" in html


def test_a_complete_round_is_read_by_the_desk(desk: TestDesk) -> None:
    opened = desk.in_review()
    give(desk, opened)
    desk.review(opened, desk.chi, "unproven")
    html = text_of(sign_in(desk.ana).get(f"/admin/claims/claim/{opened.claim_id}/change/"))
    assert SECRET in html
    assert "Reviewers disagree" in text_of(sign_in(desk.ana).get("/admin/claims/claim/"))


def test_what_was_sent_back_early_stays_sealed(desk: TestDesk) -> None:
    opened = desk.in_review()
    give(desk, opened)
    workflow.send_back(opened.claim, by=desk.dov, at=desk.tick(), reason="A source is missing.")
    for person in (desk.ana, desk.chi, desk.dov, desk.eva):
        html = text_of(sign_in(person).get(f"/admin/claims/claim/{opened.claim_id}/change/"))
        assert SECRET not in html
        assert "sealed for good" in html


def test_the_list_tells_counts_only(desk: TestDesk) -> None:
    opened = desk.in_review()
    give(desk, opened)
    html = text_of(sign_in(desk.dov).get("/admin/claims/claim/"))
    assert "1 of 2 reviews in" in html
    assert "disagree" not in html


def test_reviews_and_rounds_have_no_pages_of_their_own() -> None:
    registered = set(admin.site._registry)
    assert not registered & {Review, Round, Draft}


def test_control_without_the_set_the_page_would_tell(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = desk.in_review()
    give(desk, opened)
    monkeypatch.setattr(ReviewQuerySet, "readable_by", lambda rows, person: rows.all())
    html = text_of(sign_in(desk.chi).get(f"/admin/claims/claim/{opened.claim_id}/change/"))
    assert SECRET in html
