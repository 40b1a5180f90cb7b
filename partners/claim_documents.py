"""A claim as partners with `claims:read` get it: the public's part and what the desk shows to partners."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import F, OuterRef, QuerySet, Subquery

from claims.models import Claim, Event, Position
from claims.statuses import PositionStance
from reviews.documents import WITHHELD, day, rfc3339
from sources.models import Citation, Snapshot
from sources.statuses import CitationRole, Visibility

# Sealed citations are told of, never shown; those of the desk are not told of at all.
TOLD = (Visibility.PUBLIC, Visibility.PARTNER, Visibility.SEALED)


def claim_url(claim_id: object) -> str:
    """Where the API serves a claim."""
    return f"{settings.PUBLIC_URL}/api/v1/claims/{claim_id}/"


def verdict_api_url(verdict_id: object) -> str:
    """Where the API serves a verdict; documents carry the public page's address."""
    return f"{settings.PUBLIC_URL}/api/v1/verdicts/{verdict_id}/"


def for_documents(claims: QuerySet[Claim]) -> QuerySet[Claim]:
    """The claims with what their documents need of other tables."""
    declined = Event.objects.filter(claim=OuterRef("pk"), kind="decline").order_by("-at", "-id")
    return claims.prefetch_related("topics").annotate(
        decline_note=Subquery(declined.values("note")[:1]),
        verdict_public_id=F("publication__id"),
        verdict_status=F("publication__status"),
        verdict_version=F("publication__verdict__number"),
    )


def documents(claims: Sequence[Claim]) -> list[dict[str, Any]]:
    """The documents of claims that come from `for_documents`; two more queries, however many claims."""
    positions: dict[UUID, list[Position]] = defaultdict(list)
    for position in Position.objects.in_time_order().filter(claim__in=claims).select_related("party"):
        positions[position.claim_id].append(position)
    citations: dict[UUID, list[Citation]] = defaultdict(list)
    for citation in _citations(claims):
        citations[citation.claim_id].append(citation)
    return [document(claim, positions[claim.pk], citations[claim.pk]) for claim in claims]


def _citations(claims: Iterable[Claim]) -> QuerySet[Citation]:
    held = Snapshot.objects.filter(source=OuterRef("source")).order_by("-fetched_at", "-id")
    cited: QuerySet[Citation] = (
        Citation.objects.in_use()
        .filter(claim__in=claims, visibility__in=TOLD)
        .select_related("source")
        .annotate(snapshot_sha256=Subquery(held.values("sha256")[:1]))
        .order_by("added_at", "id")
    )
    return cited


def document(claim: Any, positions: Sequence[Position], citations: Sequence[Citation]) -> dict[str, Any]:
    """One claim's document; `claim` carries the annotations of `for_documents`."""
    shown = [cited for cited in citations if cited.visibility != Visibility.SEALED]
    asserting = {p.party.pk: p.party for p in positions if p.stance == PositionStance.ASSERTS}
    verdict = None
    if claim.verdict_public_id is not None:
        verdict = {
            "id": str(claim.verdict_public_id),
            "version": claim.verdict_version,
            "status": claim.verdict_status,
            "url": verdict_api_url(claim.verdict_public_id),
        }
    declined = None
    if claim.declined_at is not None:
        declined = {
            "reason": claim.decline_reason,
            "note": claim.decline_note or "",
            "at": rfc3339(claim.declined_at),
        }
    return {
        "id": str(claim.pk),
        "url": claim_url(claim.pk),
        "status": claim.status,
        "text": claim.text,
        "said": claim.said,
        "language": claim.language,
        "topics": [topic.slug for topic in claim.topics.all()],
        "claimants": [
            {"name": party.name, "kind": party.kind, "role": party.role, "same_as": list(party.same_as)}
            for party in asserting.values()
        ],
        "positions": [_position(position, shown) for position in positions],
        "appearances": _appearances(shown),
        "citations": [_citation(cited) for cited in citations],
        "declined": declined,
        "verdict": verdict,
        "submitted_at": rfc3339(claim.submitted_at),
        "updated_at": rfc3339(claim.updated_at),
    }


def _position(position: Position, shown: Iterable[Citation]) -> dict[str, Any]:
    places = (cited.source.url for cited in shown if cited.position_id == position.pk and cited.source.url)
    return {
        "party": position.party.name,
        "stance": position.stance,
        "on": day(position.said_on),
        "place": position.place,
        "quote": position.quote,
        "source": next(places, None),
    }


def _appearances(shown: Iterable[Citation]) -> list[dict[str, Any]]:
    """Where the claim was said, the earliest first; places of unknown date come last."""
    said = [cited for cited in shown if cited.role == CitationRole.APPEARANCE]
    said.sort(key=lambda cited: (cited.source.published_on is None, cited.source.published_on, cited.added_at))
    return [
        {
            "citation": str(cited.pk),
            "url": cited.source.url or None,
            "publisher": cited.source.publisher,
            "published_on": day(cited.source.published_on),
        }
        for cited in said
    ]


def _citation(citation: Any) -> dict[str, Any]:
    """Shaped as in verdict documents, with what the last check found out about the source besides."""
    part = {"id": str(citation.pk), "stance": citation.stance, "role": citation.role}
    outcome = {"outcome": citation.outcome or None, "checked_at": rfc3339(citation.outcome_at)}
    if citation.visibility == Visibility.SEALED:
        return {**part, "withheld": WITHHELD, **outcome}
    source = citation.source
    return {
        **part,
        "primary": citation.is_primary,
        "source": {
            "url": source.url or None,
            "publisher": source.publisher,
            "title": source.title,
            "published_on": day(source.published_on),
            "outcome": source.outcome or None,
            "checked_at": rfc3339(source.outcome_at),
        },
        "quotation": {"exact": citation.exact, "prefix": citation.prefix, "suffix": citation.suffix},
        **outcome,
        "snapshot_sha256": citation.snapshot_sha256,
    }
