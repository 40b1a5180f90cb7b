"""Writing down one check: snapshot, findings, citations and source in one transaction behind the fence."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import transaction

from claims.statuses import Status
from sources.judging import Judgement, counts_as_gone, next_wait
from sources.leasing import Lease, queue_check
from sources.models import Citation, Finding, Host, Snapshot, Source, SourceCheck
from sources.quotations import Match
from sources.statuses import NEEDS_CONFIRMATION, CheckReason, CheckStatus, PassageOutcome, SourceOutcome


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found out. `snapshot` holds the fields of the row to make, None when nothing came back."""

    judgement: Judgement
    matches: Mapping[UUID, Match] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None
    http_status: int | None = None
    final_url: str = ""
    hops: tuple[Mapping[str, Any], ...] = ()
    elapsed_ms: int | None = None
    title: str = ""
    language: str = ""


def record(lease: Lease, result: Result, *, at: datetime) -> bool:
    """Write the outcome if the lease's fence still holds; return whether it did. A late duplicate writes nothing."""
    with transaction.atomic():
        if not _close_check(lease, result, at):
            return False
        source = lease.check.source
        citations = list(Citation.objects.in_use().filter(source=source, pk__in=result.matches).order_by("pk"))
        unconfirmed = False
        for citation in citations:
            match = result.matches[citation.pk]
            _record_finding(lease.check, citation, match, at)
            unconfirmed |= _record_passage(citation, match, at)
        _record_source(source, result, at, unconfirmed=unconfirmed)
        # A passage cited while we read was served by this open check, which did not look for it.
        if Citation.objects.in_use().filter(source=source, added_at__gt=lease.check.started_at).exists():
            queue_check(source, at=at, reason=CheckReason.ADDED)
    return True


def _close_check(lease: Lease, result: Result, at: datetime) -> bool:
    could_not_look = result.judgement.outcome in {SourceOutcome.REFUSED, SourceOutcome.UNREACHABLE}
    rows = SourceCheck.objects.filter(pk=lease.check.pk, attempt=lease.fence, status=CheckStatus.RUNNING)
    closed = rows.update(
        status=CheckStatus.FAILED if could_not_look else CheckStatus.DONE,
        finished_at=at,
        leased_until=None,
        outcome=result.judgement.outcome,
        detail=result.judgement.detail[:500],
        http_status=result.http_status,
        final_url=result.final_url,
        hops=list(result.hops),
        elapsed_ms=result.elapsed_ms,
    )
    if not closed:
        return False
    if result.snapshot is not None:
        snapshot = Snapshot.objects.create(source=lease.check.source, **result.snapshot)
        SourceCheck.objects.filter(pk=lease.check.pk).update(snapshot=snapshot)
    return True


def _record_finding(check: SourceCheck, citation: Citation, match: Match, at: datetime) -> None:
    Finding.objects.create(
        check_run=check,
        citation=citation,
        outcome=match.outcome,
        at=at,
        similarity=match.similarity,
        passage=match.passage,
        prefix=match.prefix,
        suffix=match.suffix,
        diff=[list(part) for part in match.diff],
    )


def _record_passage(citation: Citation, match: Match, at: datetime) -> bool:
    """Carry the finding over to the citation; return whether it waits for a second check to agree.

    A text that was not read whole changes nothing that an earlier, whole reading established.
    """
    outcome = PassageOutcome(match.outcome)
    if outcome is PassageOutcome.INCONCLUSIVE and citation.outcome not in {"", outcome}:
        return bool(citation.outcome in NEEDS_CONFIRMATION and not citation.is_confirmed)
    is_same = citation.outcome == outcome
    since = citation.outcome_since if is_same and citation.outcome_since else at
    confirmed = outcome not in NEEDS_CONFIRMATION or (is_same and at - since >= settings.CONFIRM_AFTER)
    Citation.objects.filter(pk=citation.pk).update(
        outcome=outcome, outcome_at=at, outcome_since=since, is_confirmed=confirmed
    )
    return not confirmed


def _record_source(source: Source, result: Result, at: datetime, *, unconfirmed: bool) -> None:
    judgement = result.judgement
    failing = not judgement.has_content
    since = (source.failing_since or at) if failing else None
    failures = source.failures + 1 if failing else 0
    outcome, detail = judgement.outcome, judgement.detail
    if judgement.is_absent and counts_as_gone(
        failures=failures, failing_since=since, at=at, times=settings.GONE_TIMES, over=settings.GONE_OVER
    ):
        outcome = SourceOutcome.GONE
    changed = outcome != source.outcome or (judgement.outcome is SourceOutcome.CHANGED and unconfirmed)
    changed_at = at if changed or source.changed_at is None else source.changed_at
    Source.objects.filter(pk=source.pk).update(
        outcome=outcome,
        outcome_at=at,
        detail=detail[:500],
        changed_at=changed_at,
        failing_since=since,
        failures=failures,
        next_check_at=_next_check_at(source, changed_at, at),
        title=source.title or result.title[:300],
        language=source.language or result.language[:12],
    )
    Host.objects.filter(name=source.host).update(last_outcome=outcome)
    if unconfirmed or (judgement.is_absent and outcome is not SourceOutcome.GONE):
        wait = settings.CONFIRM_AFTER
        if judgement.is_absent:
            wait = max(wait, settings.GONE_OVER / max(settings.GONE_TIMES - 1, 1))
        queue_check(source, at=at, reason=CheckReason.CONFIRMATION, not_before=at + wait)


def is_relied_upon(source: Source) -> bool:
    """Whether a published claim relies on the source; sources of nothing published are not checked again."""
    return source.citations.filter(
        removed_at__isnull=True,
        claim__status__in=[Status.PUBLISHED, Status.IN_REVIEW],
        claim__events__kind="publish",
    ).exists()


def _next_check_at(source: Source, changed_at: datetime, at: datetime) -> datetime | None:
    if not source.url or not is_relied_upon(source):
        return None
    return at + next_wait(settings.CHECK_SCHEDULE, changed_at=changed_at, at=at)
