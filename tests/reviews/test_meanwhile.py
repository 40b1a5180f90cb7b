"""Somebody was first: whoever acts on what was true a moment ago is refused, and nothing is half written."""

from datetime import timedelta

import pytest

from claims.models import Claim
from claims.rules import InvalidTransition
from claims.statuses import Status
from reviews import corrections, evidence, rules
from reviews import workflow as reviews
from reviews.models import EvidenceAlert, Publication, Review, Verdict
from sources.models import Citation
from tests.desk import TEXTS, TestDesk
from tests.meanwhile import meanwhile
from tests.reviews.test_evidence import lose
from tests.reviews.test_rules import disagreeing, judged


def copy(claim: Claim) -> Claim:
    """The claim as another person's process has it."""
    return Claim.objects.get(pk=claim.pk)


def propose(desk: TestDesk, claim: Claim, by: str = "ana", **fields: str) -> None:
    words = {**TEXTS, "kind": "update", "reason": "New.", **fields}
    corrections.propose_correction(claim, by=getattr(desk, by), at=desk.tick(), **words)


def test_a_review_given_in_another_window_stands(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = desk.in_review()
    other = copy(opened.claim)
    twice = judged(desk, opened, reasons="The first.")
    meanwhile(
        monkeypatch,
        rules,
        "check_can_submit_review",
        lambda: reviews.submit_review(other, by=desk.ben, **twice),
    )
    with pytest.raises(InvalidTransition, match="already"):
        reviews.submit_review(opened.claim, by=desk.ben, **judged(desk, opened, reasons="The second."))
    assert opened.reviews.submitted().get().reasons == "The first."
    assert opened.claim.events.filter(kind="submit_review").count() == 1


def test_a_review_of_a_round_that_was_sent_back_is_refused(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = desk.in_review()
    other = copy(opened.claim)
    meanwhile(
        monkeypatch,
        rules,
        "check_can_submit_review",
        lambda: reviews.send_back(other, by=desk.dov, at=desk.tick(), reason="A source is missing."),
    )
    with pytest.raises(InvalidTransition, match="No round is open"):
        reviews.submit_review(opened.claim, by=desk.ben, **judged(desk, opened))
    assert not opened.reviews.submitted().exists()


def test_two_adjudicators_at_once_are_one(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    opened = desk.in_review()
    disagreeing(desk, opened)
    other = copy(opened.claim)
    meanwhile(
        monkeypatch,
        rules,
        "check_can_adjudicate",
        lambda: reviews.adjudicate(other, by=desk.dov, **judged(desk, opened)),
    )
    with pytest.raises(InvalidTransition, match="adjudicated already"):
        reviews.adjudicate(opened.claim, by=desk.fay, **judged(desk, opened))
    assert Review.objects.get(is_adjudication=True).reviewer == desk.dov
    assert opened.claim.events.filter(kind="adjudicate").count() == 1


def test_two_proposals_at_once_are_one(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    other = copy(claim)
    meanwhile(monkeypatch, rules, "check_can_propose", lambda: propose(desk, other, "ben", reason="Ben's."))
    with pytest.raises(InvalidTransition, match="Another proposal"):
        propose(desk, claim)
    draft = rules.open_draft(claim)
    assert draft is not None
    assert draft.reason == "Ben's."


def test_no_round_opens_on_another_rating_beside_a_proposal(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    other = copy(claim)
    meanwhile(monkeypatch, rules, "check_can_propose", lambda: propose(desk, other, "dov"))
    with pytest.raises(InvalidTransition, match="Another proposal"):
        corrections.correct_rating(
            claim,
            by=desk.ana,
            at=desk.tick(),
            reason="The log was released.",
            rating=desk.rating("false"),
            searched="The log.",
            reviewers=[desk.ben, desk.chi],
            **TEXTS,
        )
    claim.refresh_from_db()
    assert claim.status == Status.PUBLISHED


def test_nothing_is_proposed_on_a_verdict_that_was_withdrawn(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    other = copy(claim)

    def withdraw() -> None:
        corrections.propose_withdrawal(other, by=desk.dov, at=desk.tick(), reason="Wrong table.")
        corrections.withdraw(other, by=desk.fay, at=desk.tick())

    meanwhile(monkeypatch, rules, "check_can_propose", withdraw)
    with pytest.raises(InvalidTransition, match="No verdict is in force"):
        propose(desk, claim)
    assert rules.open_draft(claim) is None


def test_a_proposal_dropped_a_moment_ago_is_not_signed(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    propose(desk, claim)
    other = copy(claim)
    meanwhile(
        monkeypatch,
        rules,
        "check_can_sign",
        lambda: corrections.drop_proposal(other, by=desk.ana, at=desk.tick(), reason="I was wrong."),
    )
    with pytest.raises(InvalidTransition, match="any more"):
        corrections.correct(claim, by=desk.dov, at=desk.tick())
    assert Verdict.objects.count() == 1


def test_a_withdrawal_never_signs_the_correction_that_took_its_place(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    claim = desk.published()
    corrections.propose_withdrawal(claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
    other = copy(claim)

    def replace() -> None:
        corrections.drop_proposal(other, by=desk.dov, at=desk.tick(), reason="Right after all.")
        propose(desk, other, "fay")

    meanwhile(monkeypatch, rules, "check_can_sign", replace)
    with pytest.raises(InvalidTransition, match="any more"):
        corrections.withdraw(claim, by=desk.fay, at=desk.tick())
    claim.refresh_from_db()
    assert (claim.status, Verdict.objects.count()) == (Status.PUBLISHED, 1)


def test_an_alert_is_closed_by_whoever_was_first(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    lose(claim)
    evidence.raise_alerts(at=desk.tick(days=21))
    alert, other = EvidenceAlert.objects.get(), EvidenceAlert.objects.get()
    meanwhile(
        monkeypatch,
        rules,
        "check_can_close_alert",
        lambda: corrections.close_alert(other, by=desk.fay, at=desk.tick(), resolution="Fay looked."),
    )
    with pytest.raises(InvalidTransition, match="a moment ago"):
        corrections.close_alert(alert, by=desk.dov, at=desk.tick(), resolution="Dov looked.")
    assert EvidenceAlert.objects.get().resolution == "Fay looked."
    assert claim.events.filter(kind="close_alert").count() == 1


def test_two_looks_at_lost_evidence_raise_one_alert(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    lose(claim)
    at = desk.tick(days=21)
    meanwhile(monkeypatch, evidence, "_raise", lambda: evidence.raise_alerts(at=at), before=True)
    assert evidence.raise_alerts(at=at) == 0
    assert EvidenceAlert.objects.count() == 1
    assert claim.events.filter(kind="evidence_lost").count() == 1


def test_two_looks_at_recovered_evidence_close_one_alert(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.published()
    citation = lose(claim)
    evidence.raise_alerts(at=desk.tick(days=21))
    Citation.objects.filter(pk=citation.pk).update(outcome="found", outcome_since=desk.tick())
    at = desk.tick() + timedelta(minutes=1)
    meanwhile(monkeypatch, evidence.transaction, "atomic", lambda: evidence.close_recovered(at=at), before=True)
    assert evidence.close_recovered(at=at) == 0
    assert Publication.objects.get().evidence_status == "intact"
    assert claim.events.filter(kind="evidence_back").count() == 1
