"""A verdict knows when its evidence vanished: alerts, evidence status, and what partners are told."""

import json
from datetime import timedelta

import pytest

from claims.models import Change, Claim
from claims.rules import InvalidTransition, NotAllowed
from reviews import corrections
from reviews.evidence import close_recovered, raise_alerts
from reviews.models import EvidenceAlert, Publication
from sources.models import Citation
from tests.desk import TEXTS, TestDesk


def lose(claim: Claim, *, confirmed: bool = True, outcome: str = "missing") -> Citation:
    """Record below, as a source check would, that a passage is lost."""
    citation = Citation.objects.of(claim)[0]
    at = citation.outcome_at + timedelta(days=20)
    Citation.objects.filter(pk=citation.pk).update(
        outcome=outcome, outcome_at=at, outcome_since=at, is_confirmed=confirmed
    )
    return citation


def test_a_lost_passage_degrades_the_verdict_and_tells_partners(desk: TestDesk) -> None:
    claim = desk.published()
    citation = lose(claim)

    assert raise_alerts(at=desk.tick(days=21)) == 1

    publication = Publication.objects.get()
    document = json.loads(publication.document)
    assert publication.evidence_status == document["evidence_status"] == "degraded"
    assert {c["outcome"] for c in document["citations"] if c["id"] == str(citation.pk)} == {"missing"}
    assert Change.objects.filter(type="verdict.evidence_changed", is_public=True).count() == 1
    assert claim.events.filter(kind="evidence_lost", actor=None).count() == 1


def test_an_alert_is_raised_once(desk: TestDesk) -> None:
    lose(desk.published())
    assert [raise_alerts(at=desk.tick(days=21)), raise_alerts(at=desk.tick())] == [1, 0]


@pytest.mark.parametrize("status", ["in_research", "in_review", "withdrawn"])
def test_only_verdicts_in_force_are_degraded(desk: TestDesk, status: str) -> None:
    lose(desk.claim_in(status))
    assert raise_alerts(at=desk.tick(days=21)) == 0


def test_an_unconfirmed_outcome_raises_nothing(desk: TestDesk) -> None:
    lose(desk.published(), confirmed=False)
    assert raise_alerts(at=desk.tick(days=21)) == 0


def test_evidence_that_comes_back_closes_its_alert(desk: TestDesk) -> None:
    claim = desk.published()
    citation = lose(claim)
    raise_alerts(at=desk.tick(days=21))
    Citation.objects.filter(pk=citation.pk).update(outcome="found", outcome_since=desk.tick())

    assert close_recovered(at=desk.tick()) == 1

    assert Publication.objects.get().evidence_status == "intact"
    assert raise_alerts(at=desk.tick()) == 0


def test_an_editor_says_that_the_snapshot_covers_it(desk: TestDesk) -> None:
    claim = desk.published()
    lose(claim)
    raise_alerts(at=desk.tick(days=21))
    alert = EvidenceAlert.objects.get()
    with pytest.raises(NotAllowed):
        corrections.close_alert(alert, by=desk.ben, at=desk.tick(), resolution="Fine.")

    corrections.close_alert(alert, by=desk.dov, at=desk.tick(), resolution="Our snapshot holds the passage.")

    assert Publication.objects.get().evidence_status == "intact"
    assert raise_alerts(at=desk.tick()) == 0  # the same loss, answered
    with pytest.raises(InvalidTransition, match="already"):
        corrections.close_alert(alert, by=desk.dov, at=desk.tick(), resolution="Again.")


def test_a_round_on_lost_evidence_is_under_re_review(desk: TestDesk) -> None:
    claim = desk.published()
    lose(claim)
    raise_alerts(at=desk.tick(days=21))
    corrections.correct_rating(
        claim,
        by=desk.ana,
        at=desk.tick(),
        reason="The page is gone.",
        rating=desk.rating("false"),
        searched="Again.",
        reviewers=[desk.ben, desk.chi],
        **TEXTS,
    )
    assert Publication.objects.get().evidence_status == "under_review"


def test_a_version_that_no_longer_relies_on_it_is_intact(desk: TestDesk) -> None:
    from sources.workflow import remove_citation

    claim = desk.published()
    citation = lose(claim)
    raise_alerts(at=desk.tick(days=21))
    remove_citation(citation, by=desk.ana, at=desk.tick(), reason="The page is gone.")
    corrections.propose_correction(
        claim, by=desk.ana, at=desk.tick(), kind="update", reason="Without the lost page.", **TEXTS
    )
    corrections.correct(claim, by=desk.dov, at=desk.tick())
    assert Publication.objects.get().evidence_status == "intact"
    assert not EvidenceAlert.objects.open().exists()
