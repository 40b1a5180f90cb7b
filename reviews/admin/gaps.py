"""The evidence gate for many claims at once: the same questions as reviews.rules.evidence_gaps, in four queries."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db.models import Exists, F, OuterRef

from claims.models import Claim
from reviews.models import Contact, Draft
from reviews.rules import count_independent
from reviews.statuses import Gate
from sources.models import Citation, SourceCheck
from sources.statuses import CheckStatus


def citations_by_claim(claims: Collection[UUID]) -> dict[UUID, list[Citation]]:
    """The citations in use, each with `was_checked`: whether a check of its source ended since it was cited."""
    ended = SourceCheck.objects.filter(
        source=OuterRef("source"),
        status__in=[CheckStatus.DONE, CheckStatus.FAILED],
        finished_at__gte=OuterRef("added_at"),
    )
    rows: dict[UUID, list[Citation]] = {}
    cited = Citation.objects.in_use().filter(claim__in=claims).annotate(was_checked=Exists(ended))
    for row in cited.order_by("added_at", "id"):
        rows.setdefault(row.claim_id, []).append(row)
    return rows


def gaps_of(claims: Collection[Claim]) -> dict[UUID, list[dict[str, Any]]]:
    """For each claim its gates in order: {gate, label, is_passed, told}; `told` says what there is."""
    keys = [claim.pk for claim in claims]
    citations = citations_by_claim(keys)
    drafts = dict(Draft.objects.open().filter(claim__in=keys).values_list("claim", "searched"))
    contacted = set(Contact.objects.filter(claim__in=keys).order_by().values_list("claim", flat=True).distinct())
    return {key: _gates(citations.get(key, []), drafts.get(key), key in contacted) for key in keys}


def _gates(citations: list[Any], searched: str | None, is_contacted: bool) -> list[dict[str, Any]]:
    independent = count_independent(citations)
    checked = sum(row.was_checked for row in citations)
    has_searched = bool((searched or "").strip())
    told = {
        Gate.INDEPENDENT_SOURCES: (independent >= 2, f"{independent} of 2 independent sources"),
        Gate.BOTH_SIDES_SEARCHED: (
            has_searched,
            "described in the draft" if has_searched else "search of both sides not described",
        ),
        Gate.ALL_CHECKED: (
            bool(citations) and checked == len(citations),
            f"{checked} of {len(citations)} citations checked" if citations else "nothing cited",
        ),
        Gate.CLAIMANT_CONTACTED: (is_contacted, "logged" if is_contacted else "claimant not contacted"),
    }
    return [
        {"gate": gate, "label": gate.label, "is_passed": passed, "told": words}
        for gate, (passed, words) in told.items()
    ]


def has_draft(claims: Collection[UUID]) -> set[UUID]:
    return set(Draft.objects.open().filter(claim__in=claims).order_by().values_list(F("claim"), flat=True))
