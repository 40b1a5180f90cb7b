"""Citations as pages show them: each with its newest finding, snapshot and open check, in a fixed number of queries."""

from collections.abc import Iterable
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from sources.models import Citation, Finding, Snapshot, SourceCheck
from sources.statuses import CitationStance, PassageOutcome

SHOWN = 200


def with_state(citations: QuerySet[Citation]) -> list[Citation]:
    """Citations with finding, newest snapshot and open check; `is_being_checked`: a worker is at it or due to be."""
    found = Finding.objects.filter(citation=OuterRef("pk")).order_by("-at", "-id")
    held = Snapshot.objects.filter(source=OuterRef("source")).order_by("-fetched_at", "-id")
    opened = SourceCheck.objects.open().filter(source=OuterRef("source"))
    rows: list[Any] = list(
        citations.annotate(
            finding_id=Subquery(found.values("pk")[:1]),
            held_id=Subquery(held.values("pk")[:1]),
            held_sha256=Subquery(held.values("sha256")[:1]),
            open_check=Subquery(opened.values("status")[:1]),
            open_check_at=Subquery(opened.values("next_attempt_at")[:1]),
        )[:SHOWN]
    )
    now = timezone.now()
    findings = Finding.objects.in_bulk([row.finding_id for row in rows if row.finding_id])
    for row in rows:
        row.finding = findings.get(row.finding_id)
        # A check that waits for its time (to confirm, or its host's turn) is none to sit and watch.
        row.is_being_checked = row.open_check is not None and row.open_check_at <= now
    return rows


def by_stance(rows: Iterable[Citation]) -> list[dict[str, object]]:
    """The evidence in the order in which people argue: for, against, context."""
    titles = {
        CitationStance.SUPPORTS: "For",
        CitationStance.REFUTES: "Against",
        CitationStance.CONTEXT: "Context",
    }
    rows = list(rows)
    return [
        {"title": title, "stance": stance.value, "rows": [row for row in rows if row.stance == stance]}
        for stance, title in titles.items()
        if stance != CitationStance.CONTEXT or any(row.stance == stance for row in rows)
    ]


def summary(outcomes: Iterable[str]) -> list[tuple[str, str, int]]:
    """Outcomes counted, the alarming ones first: (value, label, count)."""
    counts: dict[str, int] = {}
    for outcome in outcomes:
        counts[outcome] = counts.get(outcome, 0) + 1
    order = ["missing", "altered", "moved", "inconclusive", "", "found"]
    labels = {**{value: str(label) for value, label in PassageOutcome.choices}, "": "Unchecked"}
    return [(value or "queued", labels[value], counts[value]) for value in order if value in counts]
