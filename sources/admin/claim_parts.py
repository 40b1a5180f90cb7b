"""What this app adds to a claim's page and to the list of claims: evidence and its outcomes."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.http import HttpRequest
from django.utils import timezone

from claims.admin.claim_panels import phrase_events
from claims.admin.panels import Column, Panel, register
from claims.models import Claim, Person
from sources.admin.evidence import by_stance, newest_check_at, summary, with_state
from sources.admin.scheduling import refresh_after
from sources.models import Citation


def evidence(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object]:
    rows = with_state(Citation.objects.of(claim))
    watched_at = newest_check_at(rows)
    removed = Citation.objects.filter(claim=claim, removed_at__isnull=False)
    return {
        "sides": by_stance(rows),
        "count": len(rows),
        "refresh": refresh_after(watched_at, timezone.now()) if watched_at else 0,
        "removed": list(removed.select_related("source", "removed_by").order_by("-removed_at", "id")[:50]),
    }


def outcomes(claims: Collection[UUID], person: Person) -> Mapping[UUID, object]:
    """The evidence of a page of claims, counted by outcome."""
    found: dict[UUID, list[str]] = {}
    rows = Citation.objects.in_use().filter(claim__in=claims).order_by()
    for claim, outcome in rows.values_list("claim", "outcome"):
        found.setdefault(claim, []).append(outcome)
    return {claim: summary(each) for claim, each in found.items()}


phrase_events({"cite": "Citation added", "remove_citation": "Citation removed"})
register(Panel(name="evidence", title="Evidence", template="sources/admin/evidence.html", context=evidence, order=20))
register(
    Column(
        name="evidence",
        title="Evidence",
        template="sources/admin/evidence_column.html",
        values=outcomes,
        order=20,
    )
)
