"""Rounds and blind reviews: who may judge, what they see, and what publishing counts."""

from datetime import timedelta

import pytest

from claims import workflow as claims
from claims.rules import Invalid, InvalidTransition, NotAllowed
from claims.statuses import Status
from reviews import documents, rules
from reviews import workflow as reviews
from reviews.models import Draft, Review, Verdict
from sources.models import Citation, SourceCheck
from tests.desk import TestDesk


def test_a_round_needs_a_draft(desk: TestDesk) -> None:
    claim = desk.in_research()
    with pytest.raises(Invalid) as caught:
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    assert caught.value.field == "draft"


def test_one_reviewer_is_too_few(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    with pytest.raises(Invalid, match="2 different reviewers"):
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.ben])


def test_a_high_risk_claim_needs_three(desk: TestDesk) -> None:
    claim = desk.in_research(risk="high")
    desk.draft(claim)
    with pytest.raises(Invalid, match="3 different reviewers"):
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])


def test_its_researcher_never_reviews_a_claim(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    with pytest.raises(Invalid, match="researched this claim"):
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ana, desk.ben])


def test_whoever_drafted_before_a_reassignment_does_not_review_either(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    reviews.reassign(claim, to=desk.chi, by=desk.dov, at=desk.tick(), reason="Ana is away.")
    with pytest.raises(Invalid, match="researched this claim"):
        reviews.open_round(claim, by=desk.chi, at=desk.tick(), reviewers=[desk.ana, desk.ben])


def test_a_recused_person_is_not_assigned(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    claims.declare_interest(by=desk.ben, at=desk.tick(), note="My brother serves there.", claim=claim)
    with pytest.raises(Invalid, match="recused"):
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])


@pytest.mark.parametrize("who", ["eva", "oli"])
def test_reviewers_work_on_the_desk(desk: TestDesk, who: str) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    with pytest.raises(Invalid, match="does not review"):
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, getattr(desk, who)])


def test_the_evidence_gate_names_each_gap(desk: TestDesk) -> None:
    claim = desk.submit()
    claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")
    desk.cite(claim)
    desk.draft(claim, searched="")
    with pytest.raises(Invalid) as caught:
        reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    assert caught.value.field == "exceptions"
    draft = rules.open_draft(claim)
    assert draft is not None
    assert set(rules.evidence_gaps(claim, draft)) == {
        "independent_sources",
        "both_sides_searched",
        "all_checked",
        "claimant_contacted",
    }


def test_a_written_exception_passes_the_gate_and_is_published(desk: TestDesk) -> None:
    claim = desk.in_research()
    claim.contacts.all().delete()
    desk.draft(claim)
    reason = "The claimant is in hiding."
    opened = reviews.open_round(
        claim,
        by=desk.ana,
        at=desk.tick(),
        reviewers=[desk.ben, desk.chi],
        exceptions={"claimant_contacted": reason},
    )
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    verdict = desk.publish(opened)
    assert documents.served_version(verdict, verdict.publication)["gate_exceptions"] == {"claimant_contacted": reason}


def test_sources_that_repeat_one_original_count_once(desk: TestDesk) -> None:
    claim = desk.submit()
    for _ in range(3):
        desk.cite(claim, group="one wire report")
    assert rules.count_independent(list(Citation.objects.of(claim))) == 1


def test_another_review_is_not_readable_before_the_round_is_complete(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)

    assert list(Review.objects.submitted().readable_by(desk.ben)) == [Review.objects.get(reviewer=desk.ben)]
    for person in (desk.ana, desk.chi, desk.dov, desk.eva, desk.oli):
        assert not Review.objects.submitted().readable_by(person).exists()

    desk.review(opened, desk.chi)
    for person in (desk.ana, desk.chi, desk.dov, desk.eva):
        assert Review.objects.submitted().readable_by(person).count() == 2
    assert not Review.objects.readable_by(desk.oli).exists()


def test_a_round_sent_back_early_stays_blind(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben, rating="false", decision="changes")
    reviews.send_back(opened.claim, by=desk.dov, at=desk.tick(), reason="Add the letter.")
    assert not Review.objects.submitted().readable_by(desk.chi).exists()


def test_the_history_never_tells_what_a_review_says(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben, rating="false", decision="changes")
    event = opened.claim.events.get(kind="submit_review")
    assert "false" not in str(event.data) + event.note
    assert str(Review.objects.get(reviewer=desk.ben)) == "Review by Ben"


def test_a_review_is_given_once(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    with pytest.raises(InvalidTransition, match="already"):
        desk.review(opened, desk.ben, rating="false")


def test_a_review_of_a_draft_that_changed_is_refused(desk: TestDesk) -> None:
    opened = desk.in_review()
    with pytest.raises(InvalidTransition, match="Reload"):
        reviews.submit_review(
            opened.claim,
            by=desk.ben,
            at=desk.tick(),
            rating=desk.rating(),
            decision="endorse",
            reasons="Fine.",
            content_hash="0" * 64,
        )
    assert not Review.objects.submitted().exists()


def test_publishing_waits_for_every_review(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    with pytest.raises(InvalidTransition, match="waits for a review"):
        desk.publish(opened)


def test_publishing_needs_agreement(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi, rating="false")
    with pytest.raises(InvalidTransition, match="disagree"):
        desk.publish(opened)


def test_an_adjudicator_decides_a_round_that_disagrees(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi, rating="false")
    adjudicated = {
        "at": desk.tick(),
        "rating": desk.rating(),
        "decision": "endorse",
        "reasons": "Ben is right.",
        "content_hash": opened.content_hash,
    }
    reviews.adjudicate(opened.claim, by=desk.fay, **adjudicated)
    with pytest.raises(InvalidTransition, match="already"):
        reviews.adjudicate(opened.claim, by=desk.dov, **adjudicated)
    assert desk.publish(opened).rating.code == "unproven"


def test_an_adjudicator_against_the_draft_stops_it(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi, rating="false")
    reviews.adjudicate(
        opened.claim,
        by=desk.fay,
        at=desk.tick(),
        rating=desk.rating("false"),
        decision="endorse",
        reasons="Chi is right.",
        content_hash=opened.content_hash,
    )
    with pytest.raises(InvalidTransition, match="does not carry"):
        desk.publish(opened)


def test_agreement_on_another_rating_than_the_drafts_does_not_publish(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben, rating="false")
    desk.review(opened, desk.chi, rating="false")
    with pytest.raises(InvalidTransition, match="0 of 2"):
        desk.publish(opened)


def test_an_asked_for_change_stops_publication(desk: TestDesk) -> None:
    opened = desk.in_review()
    desk.review(opened, desk.ben, decision="changes")
    desk.review(opened, desk.chi)
    with pytest.raises(InvalidTransition):
        desk.publish(opened)


@pytest.mark.parametrize(
    "edit",
    [
        lambda claim: Draft.objects.filter(claim=claim).update(headline="Another headline"),
        lambda claim: Draft.objects.filter(claim=claim).update(justification="Other reasons."),
        lambda claim: Citation.objects.filter(claim=claim).update(exact="we never gave notice"),
        lambda claim: type(claim).objects.filter(pk=claim.pk).update(text="Another claim."),
    ],
    ids=["headline", "justification", "citation", "claim"],
)
def test_an_edit_after_the_reviews_voids_them(desk: TestDesk, edit: object) -> None:
    opened = desk.reviewed()
    edit(opened.claim)  # type: ignore[operator]
    with pytest.raises(InvalidTransition, match="changed after the round opened"):
        desk.publish(opened)
    assert not Verdict.objects.exists()
    opened.claim.refresh_from_db()
    assert opened.claim.status == Status.IN_REVIEW


def test_control_without_the_hash_an_edited_draft_would_be_published(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = desk.reviewed()
    Draft.objects.filter(claim=opened.claim).update(headline="Another headline")
    checked = rules.check_signed
    monkeypatch.setattr(rules, "check_signed", lambda current, content_hash: checked(current, None))
    assert desk.publish(opened).headline == "Another headline"


def test_an_editor_who_reviewed_does_not_publish(desk: TestDesk) -> None:
    opened = desk.reviewed(risk="high")
    with pytest.raises(NotAllowed):
        desk.publish(opened, by=desk.fay)
    assert desk.publish(opened, by=desk.dov).number == 1


def test_an_editor_who_reviewed_an_earlier_round_does_not_publish_either(desk: TestDesk) -> None:
    claim = desk.in_research()
    desk.draft(claim)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.fay])
    desk.review(opened, desk.fay, decision="changes")
    reviews.send_back(claim, by=desk.fay, at=desk.tick(), reason="As I asked.")
    second = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    desk.review(second, desk.ben)
    desk.review(second, desk.chi)
    with pytest.raises(NotAllowed, match="reviewed"):
        desk.publish(second, by=desk.fay)
    assert second.number == 2


def test_publishing_asks_for_the_whole_checklist(desk: TestDesk) -> None:
    opened = desk.reviewed()
    with pytest.raises(Invalid) as caught:
        reviews.publish(opened.claim, by=desk.dov, at=desk.tick(), confirmed=[])
    assert caught.value.field == "confirmed"
    opened.claim.refresh_from_db()
    assert opened.claim.status == Status.IN_REVIEW


def test_nothing_is_published_on_a_citation_nobody_checked(desk: TestDesk) -> None:
    opened = desk.reviewed()
    unchecked = Citation.objects.of(opened.claim)[0]
    SourceCheck.objects.filter(source=unchecked.source).update(started_at=desk.at - timedelta(days=1))
    with pytest.raises(InvalidTransition, match="never checked"):
        desk.publish(opened)


def test_a_rating_of_an_older_scale_is_refused(desk: TestDesk) -> None:
    claim = desk.in_research()
    old = desk.rating()
    newer = desk.desk.scales.create(code=old.scale.code, version=2, worst=1, best=5)
    assert newer.version == 2
    with pytest.raises(Invalid, match="older version"):
        desk.draft(claim)


def test_only_the_researcher_drafts(desk: TestDesk) -> None:
    claim = desk.in_research()
    with pytest.raises(NotAllowed):
        rules.check_can_draft(claim, desk.ben)


def test_a_reviewer_sends_back_only_after_asking_for_changes(desk: TestDesk) -> None:
    opened = desk.in_review()
    with pytest.raises(NotAllowed, match="asking for changes"):
        reviews.send_back(opened.claim, by=desk.ben, at=desk.tick(), reason="No.")
    desk.review(opened, desk.ben, decision="changes")
    reviews.send_back(opened.claim, by=desk.ben, at=desk.tick(), reason="As I wrote.")
    assert opened.claim.status == Status.IN_RESEARCH
