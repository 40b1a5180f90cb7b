"""Writing down one check: snapshot, findings, citations and source in one transaction behind the fence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef

from claims.models import Event
from claims.statuses import Status
from sources.judging import counts_as_gone, next_wait
from sources.leasing import Lease, held, queue_check
from sources.looking import Result
from sources.models import Citation, Finding, Snapshot, Source
from sources.quotations import Match
from sources.stages import Stage, reached
from sources.statuses import NEEDS_CONFIRMATION, CheckReason, CheckStatus, PassageOutcome, SourceOutcome

PUBLISHED = frozenset({Status.PUBLISHED, Status.IN_REVIEW})


def record(lease: Lease, source: Source, result: Result, *, at: datetime) -> bool:
    """Write the outcome if the lease's fence still holds; return whether it did. A late duplicate writes nothing."""
    with transaction.atomic():
        snapshot = Snapshot(source_id=source.pk, **result.snapshot) if result.snapshot else None
        snapshot_id = snapshot.pk if snapshot else None
        if not _close_check(lease, result, snapshot_id, at):
            return False
        reached(Stage.CHECK_CLOSED)
        if snapshot:
            snapshot.save(force_insert=True)
        reached(Stage.SNAPSHOT_ROW)
        citations = list(_relying(source.pk))
        unconfirmed = _record_passages(lease, [row for row in citations if row.pk in result.matches], result, at)
        reached(Stage.FINDINGS)
        is_relied_upon = any(row.is_relied_upon for row in citations)
        _record_source(source, result, snapshot_id, at, unconfirmed=unconfirmed, is_relied_upon=is_relied_upon)
        # A passage cited while we read was served by this open check, which did not look for it.
        if any(row.added_at > lease.taken_at for row in citations):
            queue_check(source, at=at, reason=CheckReason.ADDED)
        reached(Stage.SOURCE_UPDATED)
    reached(Stage.RECORDED)
    return True


def _close_check(lease: Lease, result: Result, snapshot_id: UUID | None, at: datetime) -> bool:
    could_not_look = result.judgement.outcome in {SourceOutcome.REFUSED, SourceOutcome.UNREACHABLE}
    closed = held(lease).update(
        status=CheckStatus.FAILED if could_not_look else CheckStatus.DONE,
        finished_at=at,
        leased_until=None,
        outcome=result.judgement.outcome,
        detail=result.judgement.detail[:500],
        http_status=result.http_status,
        final_url=result.final_url,
        hops=list(result.hops),
        elapsed_ms=result.elapsed_ms,
        snapshot_id=snapshot_id,
    )
    return bool(closed)


@dataclass(frozen=True, slots=True)
class _Relying:
    """A citation in use: what was found for it last, and whether a published claim relies on it."""

    pk: UUID
    added_at: datetime
    outcome: str
    outcome_since: datetime | None
    is_confirmed: bool
    is_relied_upon: bool


def _relying(source_id: UUID) -> list[_Relying]:
    rows = Citation.objects.in_use().filter(source=source_id).annotate(_is_relied_upon=_IS_RELIED_UPON)
    fields = ("pk", "added_at", "outcome", "outcome_since", "is_confirmed", "_is_relied_upon")
    return [_Relying(*row) for row in rows.order_by("pk").values_list(*fields)]


_IS_RELIED_UPON = Exists(
    Event.objects.filter(claim=OuterRef("claim"), kind="publish", claim__status__in=sorted(PUBLISHED))
)


def _record_passages(lease: Lease, citations: Sequence[_Relying], result: Result, at: datetime) -> bool:
    """Write the findings and carry them over to the citations; return whether one waits for a second check."""
    Finding.objects.bulk_create(_finding(lease, row.pk, result.matches[row.pk], at) for row in citations)
    alike: dict[tuple[PassageOutcome, datetime, bool], list[UUID]] = {}
    unconfirmed = False
    for row in citations:
        outcome = PassageOutcome(result.matches[row.pk].outcome)
        if outcome is PassageOutcome.INCONCLUSIVE and row.outcome not in {"", outcome}:
            # A text that was not read whole changes nothing that an earlier, whole reading established.
            unconfirmed |= row.outcome in NEEDS_CONFIRMATION and not row.is_confirmed
            continue
        is_same = row.outcome == outcome
        since = row.outcome_since if is_same and row.outcome_since else at
        confirmed = outcome not in NEEDS_CONFIRMATION or (is_same and at - since >= settings.CONFIRM_AFTER)
        unconfirmed |= not confirmed
        alike.setdefault((outcome, since, confirmed), []).append(row.pk)
    for (outcome, since, confirmed), pks in alike.items():
        Citation.objects.filter(pk__in=pks).update(
            outcome=outcome, outcome_at=at, outcome_since=since, is_confirmed=confirmed
        )
    return unconfirmed


def _finding(lease: Lease, citation_id: UUID, match: Match, at: datetime) -> Finding:
    return Finding(
        check_run_id=lease.check_id,
        citation_id=citation_id,
        outcome=match.outcome,
        at=at,
        similarity=match.similarity,
        passage=match.passage,
        prefix=match.prefix,
        suffix=match.suffix,
        diff=[list(part) for part in match.diff],
    )


def _record_source(
    source: Source,
    result: Result,
    snapshot_id: UUID | None,
    at: datetime,
    *,
    unconfirmed: bool,
    is_relied_upon: bool,
) -> None:
    judgement = result.judgement
    failing = not judgement.has_content
    since = (source.failing_since or at) if failing else None
    failures = source.failures + 1 if failing else 0
    outcome = judgement.outcome
    if judgement.is_absent and counts_as_gone(
        failures=failures, failing_since=since, at=at, times=settings.GONE_TIMES, over=settings.GONE_OVER
    ):
        outcome = SourceOutcome.GONE
    changed = outcome != source.outcome or (judgement.outcome is SourceOutcome.CHANGED and unconfirmed)
    changed_at = at if changed or source.changed_at is None else source.changed_at
    is_whole = result.snapshot is not None and result.snapshot.get("is_complete", True) and judgement.has_content
    Source.objects.filter(pk=source.pk).update(
        outcome=outcome,
        outcome_at=at,
        detail=judgement.detail[:500],
        changed_at=changed_at,
        failing_since=since,
        failures=failures,
        next_check_at=_next_check_at(source, changed_at, at) if is_relied_upon else None,
        title=source.title or result.title[:300],
        language=source.language or result.language[:12],
        latest_id=snapshot_id if is_whole else source.latest_id,
    )
    wait = _confirmation_wait(is_absent=judgement.is_absent and outcome is not SourceOutcome.GONE, passages=unconfirmed)
    if wait is not None:
        queue_check(source, at=at, reason=CheckReason.CONFIRMATION, not_before=at + wait)


def _confirmation_wait(*, is_absent: bool, passages: bool) -> timedelta | None:
    """How long to wait before we look again whether it is so; None where nothing is in doubt."""
    if is_absent:
        return max(settings.CONFIRM_AFTER, settings.GONE_OVER / max(settings.GONE_TIMES - 1, 1))
    return settings.CONFIRM_AFTER if passages else None


def is_relied_upon(source: Source) -> bool:
    """Whether a published claim relies on the source; sources of nothing published are not checked again."""
    return any(row.is_relied_upon for row in _relying(source.pk))


def _next_check_at(source: Source, changed_at: datetime, at: datetime) -> datetime | None:
    if not source.url:
        return None
    return at + next_wait(settings.CHECK_SCHEDULE, changed_at=changed_at, at=at)
