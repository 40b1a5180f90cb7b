"""Citations as pages show them: each with its newest finding, snapshot and open check, in a fixed number of queries."""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from unicodedata import bidirectional

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils import timezone

from sources.admin.scheduling import is_under_way
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
        row.direction = direction_of(row.exact)
        # A check that waits for its time (to confirm, or while its host is left alone) is none to sit and watch.
        row.is_being_checked = is_under_way(row.open_check, row.open_check_at, now)
    return rows


def direction_of(text: str) -> str:
    """Which way a text runs, by its first letter that runs either way: "rtl" or "ltr".

    For texts with English words for screen readers in them, by which a browser would judge instead.
    """
    strong = (bidirectional(letter) for letter in text)
    return next(("ltr" if kind == "L" else "rtl" for kind in strong if kind in {"L", "R", "AL"}), "ltr")


def newest_check_at(rows: Iterable[Any]) -> datetime | None:
    """Since when the newest check that is under way is due; None where none is."""
    return max((row.open_check_at for row in rows if row.is_being_checked), default=None)


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


def summary(outcomes: Iterable[str] | Mapping[str, int]) -> list[tuple[str, str, int]]:
    """Outcomes counted (or the counts themselves), the alarming ones first: (value, label, count)."""
    counts = Counter(outcomes)
    order = ["missing", "altered", "moved", "inconclusive", "", "found"]
    labels = {**{value: str(label) for value, label in PassageOutcome.choices}, "": "Unchecked"}
    return [(value or "queued", labels[value], counts[value]) for value in order if value in counts]
