"""Writing a version: the verdict row, its log entry and what partners get, in the caller's transaction."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from claims import matching
from claims.history import record_change
from claims.identity import new_id
from claims.models import Claim, Person
from reviews import documents, verdict_log
from reviews.models import Draft, Publication, Review, Round, Verdict
from reviews.statuses import EvidenceStatus, PublicationStatus, VersionKind
from sources.models import Citation

CHANGE_TYPES = {VersionKind.FIRST: "verdict.published", VersionKind.VOID: "verdict.withdrawn"}


def signature(person: Person, role: str, at: datetime, content_hash: str) -> dict[str, str]:
    """Who signed what, as what and when."""
    return {"person": str(person.pk), "as": role, "at": documents.rfc3339(at) or "", "content_hash": content_hash}


def review_signatures(reviews: Iterable[Review]) -> list[dict[str, str]]:
    return [
        signature(
            review.reviewer,
            "adjudicator" if review.is_adjudication else "reviewer",
            review.submitted_at,  # type: ignore[arg-type]  # submitted reviews have it
            review.content_hash,
        )
        for review in reviews
    ]


def write_version(
    claim: Claim,
    draft: Draft,
    *,
    by: Person,
    at: datetime,
    signatures: list[dict[str, str]],
    content_hash: str,
    round_: Round | None = None,
) -> Verdict:
    """Publish a draft as the claim's next version.

    Effect: the version (never changed again), its log entry, the publication that partners read, the match row
    and one entry of the change feed. The claim's row is locked by the caller's move, so numbers have no gaps.
    Raises Invalid when the document is too long for the log, LogUnusable when the log cannot be continued.
    """
    last = Verdict.objects.filter(claim=claim).order_by("-number").first()
    verdict = Verdict(
        verdict_id=last.verdict_id if last else new_id(),
        claim=claim,
        number=last.number + 1 if last else 1,
        kind=draft.kind,
        reason=draft.reason,
        rating=draft.rating,
        headline=draft.headline,
        summary=draft.summary,
        justification=draft.justification,
        what_would_change_it=draft.what_would_change_it,
        language=claim.language,
        round=round_,
        supersedes=last,
        published_at=at,
        published_by=by,
        signatures=signatures,
        content_hash=content_hash,
    )
    verdict.document = verdict_log.canonical(documents.version_document(verdict))
    verdict_log.check_fits(verdict.document)
    kind = VersionKind(draft.kind)
    # The feed's counter is the one lock that orders publications; appending to the log takes it, too.
    record_change(
        claim,
        CHANGE_TYPES.get(kind, "verdict.corrected"),
        at=at,
        verdict_id=verdict.verdict_id,
        verdict_version=verdict.number,
        is_public=True,
    )
    verdict.save(force_insert=True)
    verdict.citations.add(*Citation.objects.of(claim))
    verdict_log.append(verdict, at=at)
    _put_in_force(verdict, at)
    matching.index(claim, title=verdict.headline, body=verdict.summary)
    Draft.objects.filter(pk=draft.pk).update(closed_at=at)
    return verdict


def _put_in_force(verdict: Verdict, at: datetime) -> Publication:
    status = PublicationStatus.WITHDRAWN if verdict.kind == VersionKind.VOID else PublicationStatus.IN_FORCE
    values: dict[str, Any] = {
        "verdict": verdict,
        "status": status,
        "rating_code": verdict.rating.code,
        "language": verdict.language,
        "updated_at": at,
    }
    publication, _ = Publication.objects.update_or_create(
        id=verdict.verdict_id,
        defaults=values,
        create_defaults={**values, "claim": verdict.claim, "published_at": at, "document": "", "etag": ""},
    )
    return render(publication)


def render(publication: Publication) -> Publication:
    """Write the served document and its validator anew."""
    publication.document = documents.served_now(publication)
    publication.etag = documents.etag_of(publication.document)
    publication.save(update_fields=["document", "etag"])
    return publication


def set_evidence_status(publication: Publication, status: EvidenceStatus, *, at: datetime) -> bool:
    """Change the evidence status, tell partners, and return whether it changed."""
    rows = Publication.objects.filter(pk=publication.pk).exclude(evidence_status=status)
    if not rows.update(evidence_status=status, updated_at=at):
        return False
    publication.refresh_from_db()
    render(publication)
    record_change(
        publication.claim,
        "verdict.evidence_changed",
        at=at,
        verdict_id=publication.pk,
        verdict_version=publication.verdict.number,
        is_public=True,
    )
    return True
