"""What the rules of reviewing refuse: who may research, adjudicate, publish, propose and drop."""

from datetime import timedelta

import pytest

from claims.models import Membership
from claims.rules import Invalid, InvalidTransition, NotAllowed
from reviews import corrections, rules
from reviews import workflow as reviews
from reviews.models import Draft, Round, Verdict
from sources.models import Citation, Source
from tests.desk import TEXTS, TestDesk


def judged(desk: TestDesk, opened: Round, **fields: object) -> dict[str, object]:
    given = {"rating": desk.rating(), "decision": "endorse", "reasons": "Weighed.", "content_hash": opened.content_hash}
    return {"at": desk.tick(), **given, **fields}


def disagreeing(desk: TestDesk, opened: Round) -> None:
    for review, rating in zip(opened.reviews.select_related("reviewer"), ("unproven", "false"), strict=True):
        desk.review(opened, review.reviewer, rating)


@pytest.mark.parametrize(
    ("who", "told"),
    [("ana", "researcher already"), ("dov", "no fact-checker"), ("oli", "no fact-checker"), ("ben", "reviews")],
)
def test_a_claim_is_reassigned_only_to_somebody_free_to_research_it(desk: TestDesk, who: str, told: str) -> None:
    claim = desk.in_review().claim
    with pytest.raises(Invalid, match=told) as caught:
        reviews.reassign(claim, to=getattr(desk, who), by=desk.dov, at=desk.tick(), reason="Holiday.")
    assert caught.value.field == "to"
    claim.refresh_from_db()
    assert claim.researcher == desk.ana


def test_no_draft_is_written_while_the_round_is_open(desk: TestDesk) -> None:
    opened = desk.in_review()
    with pytest.raises(InvalidTransition, match="in research"):
        desk.draft(opened.claim)


def test_a_draft_is_rewritten_in_place(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    desk.draft(claim, "false", headline="A better headline")
    draft = Draft.objects.get()
    assert (draft.headline, draft.rating.code) == ("A better headline", "false")
    hashes = [event.data["hash"] for event in claim.events.filter(kind="save_draft")]
    assert len(set(hashes)) == 2


def test_a_contact_is_not_logged_for_a_day_to_come(desk: TestDesk) -> None:
    claim = desk.submit()
    tomorrow = desk.at.date() + timedelta(days=1)
    words = {"contacted": "Press office", "how": "letter", "response": "None."}
    with pytest.raises(Invalid) as caught:
        reviews.log_contact(claim, by=desk.ana, at=desk.tick(), on=tomorrow, **words)
    assert caught.value.field == "on"
    assert not claim.contacts.exists()


@pytest.mark.parametrize(("decision", "field"), [("maybe", "decision"), ("endorse", "rating")])
def test_a_review_decides_with_a_known_word_on_the_drafts_scale(desk: TestDesk, decision: str, field: str) -> None:
    opened = desk.in_review()
    review = judged(desk, opened, decision=decision)
    if field == "rating":
        scale = desk.desk.scales.create(code="another", version=1, worst=1, best=5)
        review["rating"] = scale.ratings.create(
            code="unproven", label={}, definition={}, claimreview_label="-", position=1
        )
    with pytest.raises(Invalid) as caught:
        reviews.submit_review(opened.claim, by=desk.ben, **review)
    assert caught.value.field == field
    assert not opened.reviews.submitted().exists()


def test_nobody_adjudicates_before_all_have_judged(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    with pytest.raises(InvalidTransition, match="waits for a review"):
        reviews.adjudicate(opened.claim, by=desk.fay, **judged(desk, opened))


def test_nothing_is_adjudicated_where_reviewers_agree(desk: TestDesk) -> None:
    opened = desk.reviewed()
    with pytest.raises(InvalidTransition, match="nothing to adjudicate"):
        reviews.adjudicate(opened.claim, by=desk.fay, **judged(desk, opened))


def test_whoever_drafted_before_a_reassignment_neither_adjudicates_nor_publishes(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    reviews.reassign(claim, to=desk.chi, by=desk.dov, at=desk.tick(), reason="Ana is away.")
    opened = reviews.open_round(claim, by=desk.chi, at=desk.tick(), reviewers=[desk.ben, desk.fay])
    disagreeing(desk, opened)
    with pytest.raises(NotAllowed, match="You drafted"):
        reviews.adjudicate(claim, by=desk.ana, **judged(desk, opened))

    Membership.objects.filter(person=desk.ana).update(role="editor")
    with pytest.raises(NotAllowed, match="You drafted"):
        desk.publish(opened, by=desk.ana)


def test_one_of_three_who_asks_for_changes_stops_publication(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi, desk.fay])
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    desk.review(opened, desk.fay, decision="changes")
    with pytest.raises(InvalidTransition, match="asked for changes"):
        desk.publish(opened)
    assert not Verdict.objects.exists()


def test_nothing_is_published_on_a_source_that_fetching_refuses(desk: TestDesk) -> None:
    opened = desk.reviewed()
    Source.objects.filter(pk=Citation.objects.of(opened.claim)[0].source_id).update(outcome="refused")
    with pytest.raises(InvalidTransition, match="refused by our fetching rules"):
        desk.publish(opened)
    assert not Verdict.objects.exists()


def test_a_proposal_is_dropped_by_its_author_or_an_editor_alone(desk: TestDesk) -> None:
    claim = desk.published()
    with pytest.raises(InvalidTransition, match="No proposal waits"):
        corrections.drop_proposal(claim, by=desk.dov, at=desk.tick(), reason="None.")
    corrections.propose_correction(claim, by=desk.ana, at=desk.tick(), kind="update", reason="New.", **TEXTS)
    with pytest.raises(NotAllowed, match="Only its author"):
        corrections.drop_proposal(claim, by=desk.ben, at=desk.tick(), reason="I disagree.")
    assert rules.open_draft(claim) is not None
    corrections.drop_proposal(claim, by=desk.ana, at=desk.tick(), reason="I was wrong.")
    assert rules.open_draft(claim) is None


def test_whoever_stands_outside_the_desk_has_no_other_standing(desk: TestDesk) -> None:
    claim = desk.published()
    assert rules.standings(claim, desk.oli) == {"outsider"}
    assert rules.standings(claim, desk.eva) == {"auditor"}
    with pytest.raises(NotAllowed, match="is for: "):
        corrections.propose_withdrawal(claim, by=desk.oli, at=desk.tick(), reason="Wrong.")


def test_a_refusal_names_the_part_somebody_took(desk: TestDesk) -> None:
    opened = desk.reviewed(risk="high")
    with pytest.raises(NotAllowed, match="Whoever is the claim's reviewer may not do this: publish"):
        desk.publish(opened, by=desk.fay)
