"""The ledger of checks: queueing them, and taking them by raising their fence and setting a lease, before any work."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple, Self
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError, connection, transaction

from claims.models import Person
from sources.models import Source, SourceCheck
from sources.politeness import Turn, take_turns
from sources.stages import Stage, reached
from sources.statuses import OPEN_CHECKS, CheckReason, CheckStatus

# Due checks are looked through so many times the number wanted, because some hosts must not be asked yet.
LOOKED_THROUGH = 4


@dataclass(frozen=True, slots=True)
class Lease:
    """A check we may run: whoever holds the latest `fence` may record its outcome."""

    check_id: UUID
    source_id: UUID
    host: str
    reason: CheckReason
    fence: int
    taken_at: datetime


class _Due(NamedTuple):
    """What is needed of a due check to decide on it; the row itself is wide."""

    pk: UUID
    source_id: UUID
    host: str
    reason: str
    attempt: int

    @classmethod
    def first(cls, count: int, *, at: datetime) -> list[Self]:
        rows = SourceCheck.objects.due(at)
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True)
        return [cls(*row) for row in rows.values_list(*cls._fields)[:count]]


def queue_check(
    source: Source,
    *,
    at: datetime,
    reason: CheckReason,
    by: Person | None = None,
    not_before: datetime | None = None,
    look_again: bool = False,
) -> SourceCheck:
    """Return the source's open check, queued when it has none; an open one is brought forward to `not_before`.

    A person who asks for what waits on schedule makes it a check that a person asked for. `look_again` is for
    who has just cited a passage: a check that runs already does not know of it, and is followed by another.
    """
    when = not_before or at
    try:
        with transaction.atomic():
            return SourceCheck.objects.create(
                source=source, host=source.host, reason=reason, requested_at=at, requested_by=by, next_attempt_at=when
            )
    except IntegrityError:  # one open check a source: somebody asked already
        opened = SourceCheck.objects.open().filter(source=source)
        if look_again:
            # Also where it is queued: the row stays locked until our caller's transaction is over, so that nobody
            # takes it before the passage can be seen. Taking it clears the mark.
            opened.update(look_again=True)
        queued = opened.filter(status=CheckStatus.QUEUED)
        queued.filter(next_attempt_at__gt=when).update(next_attempt_at=when)
        if by is not None:
            queued.filter(requested_by=None).update(reason=reason, requested_by=by)
        # None is left where that one ended a moment ago: then this one is queued after all.
        return opened.first() or queue_check(
            source, at=at, reason=reason, by=by, not_before=not_before, look_again=look_again
        )


def queue_scheduled(*, at: datetime, limit: int = 500) -> int:
    """Queue checks of up to `limit` sources whose time has come; return how many were due.

    Those that nothing published relies on any more leave the schedule. Where two workers do so at once, one
    open check a source remains: the second insert is ignored.
    """
    Source.objects.filter(next_check_at__lte=at).not_relied_upon().update(next_check_at=None)
    due = Source.objects.due_for_check(at).values_list("pk", "host")[:limit]
    rows = [
        SourceCheck(source_id=pk, host=host, reason=CheckReason.SCHEDULED, requested_at=at, next_attempt_at=at)
        for pk, host in due
    ]
    SourceCheck.objects.bulk_create(rows, ignore_conflicts=True)
    return len(rows)


class _Raced(Exception):
    """Somebody took one of the checks although their rows were locked."""


def lease_due(*, at: datetime, limit: int) -> list[Lease]:
    """Lease up to `limit` due checks whose hosts may be asked now, one a host; put the others off.

    Checks that broke as many workers as allowed are quarantined instead. One transaction: of workers that ask
    at once, each gets checks of its own.
    """
    try:
        with transaction.atomic():
            due = _Due.first(limit * LOOKED_THROUGH, at=at)
            reached(Stage.PICKED)
            _quarantine([check for check in due if check.attempt >= settings.CHECK_MAX_ATTEMPTS], at)
            taken, waiting = _by_turns(
                [check for check in due if check.attempt < settings.CHECK_MAX_ATTEMPTS], at=at, limit=limit
            )
            _put_off(waiting)
            _take(taken, at)
            reached(Stage.LEASE_WRITTEN)
    except _Raced:
        return []
    return [
        Lease(check.pk, check.source_id, check.host, CheckReason(check.reason), check.attempt + 1, at)
        for check in taken
    ]


def _take(checks: list[_Due], at: datetime) -> None:
    """Raise the fences, each on the condition that it is still what we saw."""
    for attempt in {check.attempt for check in checks}:
        ours = [check.pk for check in checks if check.attempt == attempt]
        rows = SourceCheck.objects.filter(pk__in=ours, attempt=attempt, status__in=OPEN_CHECKS)
        until = at + settings.CHECK_LEASE
        lease = {"status": CheckStatus.RUNNING, "leased_until": until, "started_at": at, "look_again": False}
        if rows.update(attempt=attempt + 1, **lease) != len(ours):
            raise _Raced


def _by_turns(due: list[_Due], *, at: datetime, limit: int) -> tuple[list[_Due], list[tuple[_Due, Turn]]]:
    """The first `limit` checks that may run now, and those whose host must be waited for, with its next turn."""
    firsts: dict[str, _Due] = {}
    for check in due:
        if check.host:
            firsts.setdefault(check.host, check)
    room = max(limit - sum(not check.host for check in due), 0)
    granted, busy = take_turns(list(firsts), at=at, limit=room) if firsts else (set(), {})
    taken: list[_Due] = []
    waiting: list[tuple[_Due, Turn]] = []
    for check in due:
        is_turn = not check.host or (check.host in granted and firsts[check.host] is check)
        if is_turn and len(taken) < limit:
            taken.append(check)
        elif turn := busy.get(check.host):
            waiting.append((check, turn))
    return taken, waiting


def _put_off(waiting: Iterable[tuple[_Due, Turn]]) -> None:
    """Give each check that waits for one host a turn of its own, so that they are not all looked at every second."""
    ahead: dict[str, int] = {}
    rows = []
    for check, turn in waiting:
        place = ahead.get(check.host, 0)
        ahead[check.host] = place + 1
        rows.append(
            SourceCheck(
                pk=check.pk,
                status=CheckStatus.QUEUED,
                leased_until=None,
                next_attempt_at=turn.at + turn.interval * place,
            )
        )
    SourceCheck.objects.bulk_update(rows, ["status", "leased_until", "next_attempt_at"], batch_size=200)


def _quarantine(worn: list[_Due], at: datetime) -> None:
    if worn:
        _hold([check.source_id for check in worn])
    rows = SourceCheck.objects.filter(pk__in=[check.pk for check in worn])
    ending = {"status": CheckStatus.QUARANTINED, "finished_at": at, "leased_until": None}
    for attempts in {check.attempt for check in worn}:
        rows.filter(attempt=attempts, detail="").update(
            detail=f"No outcome after {attempts} attempts: the workers died or ran out of time.", **ending
        )
    if worn:
        rows.exclude(status=CheckStatus.QUARANTINED).update(**ending)


def give_back(lease: Lease, *, at: datetime, error: str) -> bool:
    """After an error of our own: queue the check again, later each time, or quarantine it after the last attempt."""
    last = lease.fence >= settings.CHECK_MAX_ATTEMPTS
    changed = SourceCheck.objects.filter(**fence(lease)).update(
        status=CheckStatus.QUARANTINED if last else CheckStatus.QUEUED,
        finished_at=at if last else None,
        leased_until=None,
        next_attempt_at=at + settings.CHECK_BACKOFF * lease.fence,
        detail=error[:500],
    )
    if changed and last:
        _hold([lease.source_id])
    return bool(changed)


def _hold(sources: list[UUID]) -> None:
    """Take the sources of quarantined checks off the schedule: they wait for a person, whose check puts them back."""
    Source.objects.filter(pk__in=sources).update(next_check_at=None)


def fence(lease: Lease) -> dict[str, Any]:
    """What the leased check's row equals as long as the lease holds: nothing is recorded of another."""
    return {"id": lease.check_id, "attempt": lease.fence, "status": CheckStatus.RUNNING}


def next_due_at() -> datetime | None:
    """When the next queued check may be taken; None when none is queued."""
    rows = SourceCheck.objects.filter(status=CheckStatus.QUEUED, finished_at=None).order_by("next_attempt_at")
    return rows.values_list("next_attempt_at", flat=True).first()
