"""Asking below what was recorded there: which verdicts in force rely on evidence that is lost."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef

from claims.history import record_event
from claims.models import Claim
from claims.statuses import Status
from reviews.models import EvidenceAlert, Publication
from reviews.publishing import set_evidence_status
from reviews.statuses import EvidenceStatus, PublicationStatus
from sources.models import Citation
from sources.statuses import SourceOutcome

RECOVERED = "A later check found the passage again."
DROPPED = "The version in force no longer relies on this passage."


def raise_alerts(*, at: datetime) -> int:
    """Raise an alert for each lost citation that a version in force relies on; return how many.

    A citation whose alert somebody closed raises no other one until its outcome changes.
    """
    answered = EvidenceAlert.objects.filter(citation=OuterRef("pk"), raised_at__gte=OuterRef("outcome_since"))
    lost = (
        Citation.objects.lost()
        .filter(verdicts__publication__status=PublicationStatus.IN_FORCE)
        .exclude(Exists(answered))
        .exclude(Exists(EvidenceAlert.objects.open().filter(citation=OuterRef("pk"))))
        .select_related("claim", "source")
        .order_by("pk")
        .distinct()
    )
    raised = [_raise(citation, at) for citation in lost]
    return sum(raised)


def _raise(citation: Citation, at: datetime) -> bool:
    outcome = SourceOutcome.GONE if citation.source.outcome == SourceOutcome.GONE else citation.outcome
    with transaction.atomic():
        alert, is_new = EvidenceAlert.objects.get_or_create(
            citation=citation, closed_at=None, defaults={"claim": citation.claim, "outcome": outcome, "raised_at": at}
        )
        if is_new:
            data = {"alert": str(alert.pk), "citation": str(citation.pk), "outcome": str(outcome)}
            record_event(citation.claim, "evidence_lost", by=None, at=at, data=data)
            refresh_evidence_status(citation.claim, at=at)
    return is_new


def close_recovered(*, at: datetime) -> int:
    """Close the alerts whose evidence is back; return how many."""
    closed = 0
    back = EvidenceAlert.objects.open().filter(citation__in=Citation.objects.sound()).select_related("claim")
    for alert in back.exclude(citation__source__outcome=SourceOutcome.GONE).order_by("pk"):
        with transaction.atomic():
            rows = EvidenceAlert.objects.open().filter(pk=alert.pk)
            if rows.update(closed_at=at, resolution=RECOVERED):
                record_event(alert.claim, "evidence_back", by=None, at=at, data={"alert": str(alert.pk)})
                refresh_evidence_status(alert.claim, at=at)
                closed += 1
    return closed


def refresh_evidence_status(claim: Claim, *, at: datetime) -> None:
    """Derive a publication's evidence status from its open alerts, in the caller's transaction."""
    publication = Publication.objects.select_related("claim", "verdict").get(claim=claim)
    alerts = EvidenceAlert.objects.open().filter(claim=claim)
    alerts.exclude(citation__in=publication.verdict.citations.all()).update(closed_at=at, resolution=DROPPED)
    status = EvidenceStatus.INTACT
    if alerts.exists():
        in_work = claim.status in {Status.IN_REVIEW, Status.IN_RESEARCH}
        status = EvidenceStatus.UNDER_REVIEW if in_work else EvidenceStatus.DEGRADED
    set_evidence_status(publication, status, at=at)
