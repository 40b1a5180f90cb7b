"""The ledger of outside copies: taking a request by raising its fence, and writing down what came of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F

from sources.fetching.urls import identify
from sources.models import ArchiveCopy
from sources.outside_archives.answers import Answer, Held, NotNow, Trouble, Working
from sources.outside_archives.asking import enabled
from sources.politeness import HostAnswer, note_answers, take_turns
from sources.statuses import Archive, CopyStatus, SourceOutcome

POLL = timedelta(seconds=30)
BACKOFF = timedelta(minutes=10)  # times the square of the failures: 10 minutes, then 40
JOB_LASTS = timedelta(hours=1)
GIVEN_UP_AFTER = timedelta(days=3)  # of "not now"
CAPTURES_PER_MINUTE = 6  # Save Page Now takes 7 of one account
LOOKED_THROUGH = 20


@dataclass(frozen=True, slots=True)
class CopyLease:
    """A request we may run: whoever holds the latest `fence` may record what came of it."""

    copy: ArchiveCopy
    fence: int


def host_of(archive: str) -> str:
    """The host that is asked, whose turns are taken like every other host's."""
    return identify(settings.MEMENTO_TIMEGATE if archive == Archive.MEMENTO else settings.SAVE_PAGE_NOW_URL).host


def take_due(*, at: datetime) -> CopyLease | None:
    """Take the oldest request that is due and whose archive may be asked now; end those that broke their workers."""
    waits: dict[str, datetime] = {}
    with transaction.atomic():
        rows = ArchiveCopy.objects.due(at, sorted(enabled())).select_related("source")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        for copy in rows[:LOOKED_THROUGH]:
            broke = copy.status == CopyStatus.RUNNING
            if broke and copy.failures + 1 >= settings.CHECK_MAX_ATTEMPTS:
                _give_up(copy, at)
            elif _is_in_turn(copy, at, waits):
                lease = _take(copy, at, broke=broke)
                if lease:
                    return lease
    return None


def _is_in_turn(copy: ArchiveCopy, at: datetime, waits: dict[str, datetime]) -> bool:
    """Whether the archive may be asked now; if not, the request is put off to when it may."""
    a_minute = timedelta(minutes=1)
    is_new_capture = copy.archive == Archive.SAVE_PAGE_NOW and not copy.job_id
    if is_new_capture and ArchiveCopy.objects.filter(job_at__gt=at - a_minute).count() >= CAPTURES_PER_MINUTE:
        return _put_off(copy, at + a_minute)
    host = host_of(copy.archive)
    if host not in waits:
        granted, turns = take_turns([host], at=at, limit=1)
        if host in granted:
            return True
        waits[host] = turns[host].at
    return _put_off(copy, waits[host])


def _put_off(copy: ArchiveCopy, until: datetime) -> bool:
    ArchiveCopy.objects.filter(pk=copy.pk, status=CopyStatus.QUEUED).update(next_attempt_at=until)
    return False


def _take(copy: ArchiveCopy, at: datetime, *, broke: bool) -> CopyLease | None:
    rows = ArchiveCopy.objects.filter(pk=copy.pk, attempt=copy.attempt, status=copy.status)
    taken = rows.update(
        status=CopyStatus.RUNNING,
        attempt=copy.attempt + 1,
        failures=F("failures") + int(broke),
        leased_until=at + settings.CHECK_LEASE,
        started_at=at,
    )
    if not taken:
        return None
    copy.refresh_from_db(fields=["status", "attempt", "failures", "leased_until", "started_at"])
    return CopyLease(copy, copy.attempt)


def _give_up(copy: ArchiveCopy, at: datetime) -> None:
    ArchiveCopy.objects.filter(pk=copy.pk, attempt=copy.attempt, status=copy.status).update(
        status=CopyStatus.FAILED,
        failures=F("failures") + 1,
        finished_at=at,
        leased_until=None,
        detail=copy.detail or f"No outcome after {copy.attempt} attempts: the workers died or ran out of time.",
    )


def record(lease: CopyLease, answer: Answer, *, at: datetime) -> bool:
    """Write what came of it if the lease's fence still holds; return whether it did. A late one writes nothing."""
    copy = lease.copy
    with transaction.atomic():
        rows = ArchiveCopy.objects.filter(pk=copy.pk, attempt=lease.fence, status=CopyStatus.RUNNING)
        recorded = bool(rows.update(leased_until=None, **_outcome(copy, answer, at)))
        if recorded:
            note_answers([_host_answer(copy, answer)], at=at)
    return recorded


def _outcome(copy: ArchiveCopy, answer: Answer, at: datetime) -> dict[str, Any]:
    """The fields that an answer changes."""
    match answer:
        case Held():
            found = {"url": answer.url, "memento_at": answer.memento_at, "detail": answer.detail}
            return {"status": CopyStatus.HELD, "finished_at": at, **found}
        case Working():
            return _working(copy, answer, at)
        case NotNow() if at - copy.requested_at < GIVEN_UP_AFTER:
            return _queued(at + answer.wait, answer.detail)
        case Trouble():
            return _troubled(copy, answer, at)
    return _failed(answer.detail, at)


def _working(copy: ArchiveCopy, answer: Working, at: datetime) -> dict[str, Any]:
    since = copy.job_at if copy.job_id == answer.job_id and copy.job_at else at
    if at - since >= JOB_LASTS:
        return _troubled(copy, Trouble("The archive did not finish within an hour.", ends_job=True), at)
    return {**_queued(at + POLL, "The archive is making the copy."), "job_id": answer.job_id, "job_at": since}


def _troubled(copy: ArchiveCopy, trouble: Trouble, at: datetime) -> dict[str, Any]:
    failures = copy.failures + 1
    job = {"job_id": "", "job_at": None} if trouble.ends_job else {}
    if failures >= settings.CHECK_MAX_ATTEMPTS:
        return {**_failed(trouble.detail, at), "failures": failures, **job}
    return {**_queued(at + BACKOFF * failures**2, trouble.detail), "failures": failures, **job}


def _queued(next_attempt_at: datetime, detail: str) -> dict[str, Any]:
    return {"status": CopyStatus.QUEUED, "next_attempt_at": next_attempt_at, "detail": detail[:500]}


def _failed(detail: str, at: datetime) -> dict[str, Any]:
    return {"status": CopyStatus.FAILED, "finished_at": at, "detail": detail[:500]}


def _host_answer(copy: ArchiveCopy, answer: Answer) -> HostAnswer:
    is_down = isinstance(answer, Trouble) and answer.is_down
    outcome = SourceOutcome.UNREACHABLE if is_down else SourceOutcome.ALIVE
    pause = answer.wait if isinstance(answer, NotNow) and answer.pauses else timedelta(0)
    return HostAnswer(host_of(copy.archive), outcome, retry_after=pause)
