"""The JSON that partners get: rendered once a version, then wrapped with what may still change."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any

import orjson
from django.conf import settings

from claims.models import Claim, Position
from claims.statuses import PositionStance
from reviews.models import Draft, LogEntry, Publication, Verdict
from reviews.statuses import SUPERSEDED, VersionKind
from reviews.verdict_log import canonical
from sources.models import Citation
from sources.statuses import CitationRole, Visibility

WITHHELD = "a source withheld for safety"


def rfc3339(at: datetime | None) -> str | None:
    """A time in UTC with a Z, to the microsecond that the database keeps."""
    return None if at is None else at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def day(on: date | None) -> str | None:
    return None if on is None else on.isoformat()


def verdict_url(verdict_id: object) -> str:
    return f"{settings.PUBLIC_URL}/verdicts/{verdict_id}/"


def content_of(claim: Claim, draft: Draft) -> dict[str, Any]:
    """What a review signs: the words, the rating and the passages relied on, in canonical order."""
    citations = Citation.objects.of(claim).order_by("pk")
    return {
        "claim": str(claim.pk),
        "text": claim.text,
        "said": claim.said,
        "language": claim.language,
        "kind": draft.kind,
        "scale": str(draft.rating.scale),
        "rating": draft.rating.code,
        "headline": draft.headline,
        "summary": draft.summary,
        "justification": draft.justification,
        "what_would_change_it": draft.what_would_change_it,
        "reason": draft.reason,
        "citations": [
            {"id": str(cited.pk), "source": str(cited.source_id), "stance": cited.stance, "exact": cited.exact}
            for cited in citations
        ],
    }


def content_hash(claim: Claim, draft: Draft) -> str:
    """SHA-256 of the canonical content: the thing that reviews and publishers sign."""
    return sha256(canonical(content_of(claim, draft)).encode()).hexdigest()


def claim_part(claim: Claim) -> dict[str, Any]:
    """The claim as documents show it: words, claimants, first appearance, positions in time order."""
    positions = list(claim.positions.in_time_order().select_related("party").prefetch_related("citations__source"))
    asserting = {p.party.pk: p.party for p in positions if p.stance == PositionStance.ASSERTS}
    return {
        "id": str(claim.pk),
        "text": claim.text,
        "said": claim.said,
        "language": claim.language,
        "topics": [topic.slug for topic in claim.topics.all()],
        "claimants": [
            {"name": party.name, "kind": party.kind, "role": party.role, "same_as": list(party.same_as)}
            for party in asserting.values()
        ],
        "first_appearance": first_appearance(claim),
        "positions": [position_part(position) for position in positions],
    }


def first_appearance(claim: Claim) -> dict[str, Any] | None:
    """The earliest known place where the claim was said, among those the public may see."""
    cited = Citation.objects.of(claim).public().filter(role=CitationRole.APPEARANCE)
    known = [c for c in cited if c.source.published_on]
    if not known:
        return None
    first = min(known, key=lambda c: (c.source.published_on, c.added_at))
    return {"url": first.source.url or None, "published_on": day(first.source.published_on)}


def position_part(position: Position) -> dict[str, Any]:
    shown = [c for c in position.citations.all() if c.visibility == Visibility.PUBLIC and c.removed_at is None]
    return {
        "party": position.party.name,
        "stance": position.stance,
        "on": day(position.said_on),
        "place": position.place,
        "quote": position.quote,
        "source": next((c.source.url for c in shown if c.source.url), None),
    }


def citation_part(citation: Citation) -> dict[str, Any]:
    """A citation for readers who may see it; a sealed one keeps only its stance and its outcome."""
    part: dict[str, Any] = {"id": str(citation.pk), "stance": citation.stance, "role": citation.role}
    outcome = {"outcome": citation.outcome or None, "checked_at": rfc3339(citation.outcome_at)}
    if citation.visibility == Visibility.SEALED:
        return {**part, "withheld": WITHHELD, **outcome}
    source = citation.source
    held = source.snapshots.order_by("-fetched_at", "-id").values_list("sha256", flat=True).first()
    return {
        **part,
        "primary": citation.is_primary,
        "source": {
            "url": source.url or None,
            "publisher": source.publisher,
            "title": source.title,
            "published_on": day(source.published_on),
        },
        "quotation": {"exact": citation.exact, "prefix": citation.prefix, "suffix": citation.suffix},
        **outcome,
        "snapshot_sha256": held,
    }


def citations_part(claim: Claim, *visible: Visibility) -> list[dict[str, Any]]:
    """The claim's citations of these visibilities; sealed ones are always told of."""
    shown = {Visibility.SEALED, *visible}
    return [citation_part(cited) for cited in Citation.objects.of(claim) if cited.visibility in shown]


def version_document(verdict: Verdict) -> dict[str, Any]:
    """The public document of one version: everything that never changes. Its canonical bytes enter the log."""
    claim, rating = verdict.claim, verdict.rating
    scale = rating.scale
    correction = None
    if verdict.kind != VersionKind.FIRST:
        correction = {
            "type": verdict.kind,
            "reason": verdict.reason,
            "at": rfc3339(verdict.published_at),
            "supersedes": verdict.number - 1,
        }
    return {
        "id": str(verdict.verdict_id),
        "version": verdict.number,
        "url": verdict_url(verdict.verdict_id),
        "claim": claim_part(claim),
        "rating": {
            "code": rating.code,
            "label": rating.label_in(verdict.language),
            "value": rating.value,
            "worst": scale.worst,
            "best": scale.best,
            "scale_version": scale.version,
        },
        "headline": verdict.headline,
        "summary": verdict.summary,
        "justification": verdict.justification,
        "what_would_change_it": verdict.what_would_change_it,
        "language": verdict.language,
        "citations": citations_part(claim, Visibility.PUBLIC),
        "gate_exceptions": dict(verdict.round.exceptions) if verdict.round else {},
        "correction": correction,
        "version_published_at": rfc3339(verdict.published_at),
        "content_hash": verdict.content_hash,
    }


def served(
    verdict: Verdict,
    *,
    status: str,
    evidence_status: str,
    published_at: datetime,
    updated_at: datetime,
    outcomes: Mapping[str, Mapping[str, Any]] | None = None,
) -> dict[str, Any]:
    """A version as partners get it now: its document, and around it what may have changed since.

    `outcomes` maps citation ids to their present outcome and time of check; without it those of publication stay.
    """
    document = orjson.loads(verdict.document)
    for cited in document["citations"]:
        cited.update((outcomes or {}).get(cited["id"], {}))
    entry = LogEntry.objects.get(verdict=verdict)
    return {
        **document,
        "status": status,
        "evidence_status": evidence_status,
        "published_at": rfc3339(published_at),
        "updated_at": rfc3339(updated_at),
        "log": {"index": entry.index, "leaf_hash": entry.leaf_hash},
    }


def served_now(publication: Publication) -> str:
    """The JSON of a publication as it stands, with the present outcomes of its citations."""
    verdict = publication.verdict
    outcomes = {
        str(cited.pk): {"outcome": cited.outcome or None, "checked_at": rfc3339(cited.outcome_at)}
        for cited in verdict.citations.all()
    }
    document = served(
        verdict,
        status=publication.status,
        evidence_status=publication.evidence_status,
        published_at=publication.published_at,
        updated_at=publication.updated_at,
        outcomes=outcomes,
    )
    return orjson.dumps(document).decode()


def served_version(verdict: Verdict, publication: Publication) -> dict[str, Any]:
    """One version as a partner who asks for it gets it: the current one as it stands, older ones superseded."""
    if verdict.pk == publication.verdict_id:
        current: dict[str, Any] = orjson.loads(publication.document)
        return current
    return served(
        verdict,
        status=SUPERSEDED,
        evidence_status=publication.evidence_status,
        published_at=publication.published_at,
        updated_at=verdict.superseded_by.published_at,
    )


def etag_of(document: str) -> str:
    """A strong validator of the served bytes."""
    return sha256(document.encode()).hexdigest()[:32]
