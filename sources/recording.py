"""Writing down one check: snapshot, findings, citations and source in one transaction behind the fence."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction

from sources import rows
from sources.judging import counts_as_gone, next_wait
from sources.leasing import Lease, fence, queue_check
from sources.looking import Job, Result
from sources.models import Citation, Finding, Snapshot, Source, SourceCheck
from sources.quotations import Match
from sources.stages import Stage, reached
from sources.statuses import NEEDS_CONFIRMATION, CheckReason, CheckStatus, PassageOutcome, SourceOutcome


@dataclass(frozen=True, slots=True)
class Cited:
    """What was found for a citation last. Nobody but the holder of its source's lease changes that."""

    outcome: str
    since: datetime | None
    is_confirmed: bool


@dataclass(frozen=True, slots=True)
class Case:
    """A leased check as its rows were when it was taken, and the job made of them."""

    job: Job
    source: Source
    cited: Mapping[UUID, Cited]
    is_relied_upon: bool

    @property
    def lease(self) -> Lease:
        """The check's lease."""
        return self.job.lease


def record(case: Case, result: Result, *, at: datetime) -> bool:
    """Write the outcome if the lease's fence still holds; return whether it did. A late duplicate writes nothing."""
    with transaction.atomic():
        snapshot = Snapshot(source_id=case.source.pk, **result.snapshot) if result.snapshot else None
        closed = _close_check(case.lease, result, snapshot, at)
        if closed is None:
            return False
        reached(Stage.CHECK_CLOSED)
        if snapshot:
            rows.insert(snapshot)
        reached(Stage.SNAPSHOT_ROW)
        unconfirmed = _record_passages(case, result.matches, at)
        reached(Stage.FINDINGS)
        _record_source(case, result, snapshot, at, unconfirmed=unconfirmed)
        if closed.look_again:
            queue_check(case.source, at=at, reason=CheckReason.ADDED)
        reached(Stage.SOURCE_UPDATED)
    reached(Stage.RECORDED)
    return True


@dataclass(frozen=True, slots=True)
class _Closed:
    """The check is closed. `look_again`: a passage was cited while it ran, which it did not look for."""

    look_again: bool


def _close_check(lease: Lease, result: Result, snapshot: Snapshot | None, at: datetime) -> _Closed | None:
    could_not_look = result.judgement.outcome in {SourceOutcome.REFUSED, SourceOutcome.UNREACHABLE}
    outcome = {
        "status": CheckStatus.FAILED if could_not_look else CheckStatus.DONE,
        "finished_at": at,
        "leased_until": None,
        "outcome": result.judgement.outcome,
        "detail": result.judgement.detail[:500],
        "http_status": result.http_status,
        "final_url": result.final_url,
        "hops": list(result.hops),
        "elapsed_ms": result.elapsed_ms,
        "snapshot": snapshot.pk if snapshot else None,
    }
    row = rows.update_returning(SourceCheck, fence(lease), outcome, "look_again")
    return None if row is None else _Closed(look_again=bool(row[0]))


def _record_passages(case: Case, matches: Mapping[UUID, Match], at: datetime) -> bool:
    """Write the findings and carry them over to the citations; return whether one waits for a second check."""
    rows.insert(*(_finding(case.lease, pk, match, at) for pk, match in matches.items()))
    unconfirmed = False
    for pk, match in matches.items():
        before, outcome = case.cited[pk], PassageOutcome(match.outcome)
        if outcome is PassageOutcome.INCONCLUSIVE and before.outcome not in {"", outcome}:
            # A text that was not read whole changes nothing that an earlier, whole reading established.
            unconfirmed |= before.outcome in NEEDS_CONFIRMATION and not before.is_confirmed
            continue
        is_same = before.outcome == outcome
        since = before.since if is_same and before.since else at
        confirmed = outcome not in NEEDS_CONFIRMATION or (is_same and at - since >= settings.CONFIRM_AFTER)
        unconfirmed |= not confirmed
        found = {"outcome": outcome, "outcome_at": at, "outcome_since": since, "is_confirmed": confirmed}
        rows.update(Citation, {"id": pk}, found)
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


def _record_source(case: Case, result: Result, snapshot: Snapshot | None, at: datetime, *, unconfirmed: bool) -> None:
    source = case.source
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
    is_whole = snapshot is not None and snapshot.is_complete and judgement.has_content
    found = {
        "outcome": outcome,
        "outcome_at": at,
        "detail": judgement.detail[:500],
        "changed_at": changed_at,
        "failing_since": since,
        "failures": failures,
        "title": source.title or result.title[:300],
        "language": source.language or result.language[:12],
        "latest": snapshot.pk if snapshot and is_whole else source.latest_id,
    }
    if source.url and case.is_relied_upon:
        found["next_check_at"] = at + next_wait(settings.CHECK_SCHEDULE, changed_at=changed_at, at=at)
    rows.update(Source, {"id": source.pk}, found)
    wait = _confirmation_wait(is_absent=judgement.is_absent and outcome is not SourceOutcome.GONE, passages=unconfirmed)
    if wait is not None:
        queue_check(source, at=at, reason=CheckReason.CONFIRMATION, not_before=at + wait)


def _confirmation_wait(*, is_absent: bool, passages: bool) -> timedelta | None:
    """How long to wait before we look again whether it is so; None where nothing is in doubt."""
    if is_absent:
        return max(settings.CONFIRM_AFTER, settings.GONE_OVER / max(settings.GONE_TIMES - 1, 1))
    return settings.CONFIRM_AFTER if passages else None
