"""The checks of one source, page by page: how each ended, what came back, and what it found of each passage."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.db.models import Count, OuterRef, Q, QuerySet, Subquery
from django.utils.safestring import SafeString

from claims.templatetags.desk import badge
from sources.admin.evidence import summary
from sources.models import Finding, Snapshot, Source, SourceCheck
from sources.statuses import CheckStatus, PassageOutcome

PER_PAGE = 20
FINDINGS_SHOWN = 30  # of one check; the rest is counted
FEW = 3  # so many findings are shown without being folded away
_WIDE = ("text", "main_text", "headers", "problems")


def check_badge(check: SourceCheck) -> SafeString:
    """How a check ended, or how far it has come: its outcome where it has one."""
    if check.status == CheckStatus.DONE:
        return badge(check.outcome, check.get_outcome_display())
    if check.status == CheckStatus.FAILED:
        return badge(check.outcome, f"Failed: {check.get_outcome_display().lower()}")
    return badge(check.status, check.get_status_display())


@dataclass
class Entry:
    """One check as its history shows it."""

    row: SourceCheck
    now: datetime
    findings: list[Finding] = field(default_factory=list)
    number: int = 0
    counts: list[tuple[str, str, int]] = field(default_factory=list)

    @property
    def badge(self) -> SafeString:
        return check_badge(self.row)

    @property
    def is_due(self) -> bool:
        return self.row.next_attempt_at <= self.now

    @property
    def facts(self) -> list[str]:
        """What the answer was, how long it took and how often it was tried."""
        told = [f"HTTP {self.row.http_status}"] if self.row.http_status else []
        if self.row.elapsed_ms is not None:
            told.append(
                f"{self.row.elapsed_ms / 1000:.1f} s" if self.row.elapsed_ms >= 1000 else f"{self.row.elapsed_ms} ms"
            )
        if self.row.attempt > 1:
            told.append(f"{self.row.attempt} attempts")
        return told

    @property
    def is_long(self) -> bool:
        return self.number > FEW

    @property
    def rest(self) -> int:
        return self.number - len(self.findings)

    @property
    def copy(self) -> str:
        """How the copy that came back compares with the one before it; "" where none came back."""
        if self.row.snapshot is None:
            return ""
        before: str | None = self.row.before  # type: ignore[attr-defined]
        if before is None:
            return "the first copy"
        return (
            "unchanged since the copy before" if before == self.row.snapshot.sha256 else "differs from the copy before"
        )

    @property
    def answered_by(self) -> str:
        """The address that answered, where it is not the one that we asked for."""
        url = self.row.final_url
        return "" if url in {"", self.row.source.url, self.row.source.url_as_given} else url


def history_of(source: Source, number: str | None, now: datetime) -> Page[SourceCheck]:
    """One page of the source's checks, newest first; `entries` on it has them dressed. The last page for nonsense."""
    page = Paginator(_checks(source), PER_PAGE).get_page(number)
    page.entries = _entries(source, list(page.object_list), now)  # type: ignore[attr-defined]
    return page


def page_number_of(check: SourceCheck) -> int:
    """On which page of its source's history a check stands."""
    later = Q(requested_at__gt=check.requested_at) | Q(requested_at=check.requested_at, pk__gt=check.pk)
    return SourceCheck.objects.filter(later, source=check.source_id).count() // PER_PAGE + 1


def open_check_of(source: Source) -> SourceCheck | None:
    return source.checks.open().select_related("requested_by").first()


def _checks(source: Source) -> QuerySet[SourceCheck]:
    earlier = Snapshot.objects.filter(source=source, fetched_at__lt=OuterRef("snapshot__fetched_at"))
    return (
        SourceCheck.objects.filter(source=source)
        .select_related("snapshot", "requested_by")
        .defer(*(f"snapshot__{name}" for name in _WIDE))
        .annotate(before=Subquery(earlier.order_by("-fetched_at", "-id").values("sha256")[:1]))
        .order_by("-requested_at", "-id")
    )


def _entries(source: Source, checks: Sequence[SourceCheck], now: datetime) -> list[Entry]:
    counted: dict[UUID, dict[str, int]] = {check.pk: {} for check in checks}
    rows = Finding.objects.filter(check_run__in=list(counted)).order_by()
    for check_id, outcome, number in rows.values_list("check_run", "outcome").annotate(Count("pk")):
        counted[check_id][outcome] = number
    findings: dict[UUID, list[Finding]] = {}
    for finding in _findings({pk: sum(counts.values()) for pk, counts in counted.items()}):
        findings.setdefault(finding.check_run_id, []).append(finding)
    entries = []
    for check in checks:
        check.source = source
        found = sorted(findings.get(check.pk, []), key=_alarming)[:FINDINGS_SHOWN]
        counts = counted[check.pk]
        entries.append(Entry(check, now, found, sum(counts.values()), summary(counts)))
    return entries


def _findings(numbers: Mapping[UUID, int]) -> QuerySet[Finding]:
    """What checks found: all of it where that is little, else what is not in order."""
    little = [pk for pk, number in numbers.items() if number <= FINDINGS_SHOWN]
    shown = Q(check_run__in=little) | Q(check_run__in=list(numbers)) & ~Q(outcome=PassageOutcome.FOUND)
    rows = Finding.objects.filter(shown).select_related("citation").defer("passage", "prefix", "suffix", "diff")
    return rows.order_by("id")[: FINDINGS_SHOWN * PER_PAGE]


def _alarming(finding: Finding) -> int:
    order = [PassageOutcome.MISSING, PassageOutcome.ALTERED, PassageOutcome.MOVED, PassageOutcome.INCONCLUSIVE]
    return order.index(PassageOutcome(finding.outcome)) if finding.outcome in order else len(order)
