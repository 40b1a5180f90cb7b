"""Taking checks from the ledger: one conditional update raises the fence and sets the lease, before any work."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.db.models import F, Q

from claims.models import Person
from sources.models import Host, Source, SourceCheck
from sources.statuses import CheckReason, CheckStatus


@dataclass(frozen=True, slots=True)
class Lease:
    """A check we may run: whoever holds the latest `fence` may record its outcome."""

    check: SourceCheck
    fence: int


def queue_check(
    source: Source,
    *,
    at: datetime,
    reason: CheckReason,
    by: Person | None = None,
    not_before: datetime | None = None,
) -> SourceCheck:
    """Return the source's open check, queued when it has none; an open one is brought forward to `not_before`."""
    when = not_before or at
    try:
        with transaction.atomic():
            return SourceCheck.objects.create(
                source=source, reason=reason, requested_at=at, requested_by=by, next_attempt_at=when
            )
    except IntegrityError:  # one open check a source: somebody asked already
        opened = SourceCheck.objects.open().filter(source=source)
        opened.filter(status=CheckStatus.QUEUED, next_attempt_at__gt=when).update(next_attempt_at=when)
        # None is left where that one ended a moment ago: then this one is queued after all.
        return opened.first() or queue_check(source, at=at, reason=reason, by=by, not_before=not_before)


def queue_scheduled(*, at: datetime, limit: int = 500) -> int:
    """Queue checks of the sources whose time has come; return how many."""
    due = list(Source.objects.due_for_check(at)[:limit])
    for source in due:
        queue_check(source, at=at, reason=CheckReason.SCHEDULED)
    return len(due)


def lease_due(*, at: datetime, limit: int) -> list[Lease]:
    """Lease up to `limit` due checks, at most one a host now; those that broke three workers go to quarantine."""
    taken: list[Lease] = []
    with transaction.atomic():
        rows = SourceCheck.objects.due(at).select_related("source")
        if connection.features.has_select_for_update_skip_locked:
            rows = rows.select_for_update(skip_locked=True, of=("self",))
        for check in rows[: limit * 4]:
            if len(taken) == limit:
                break
            if check.attempt >= settings.CHECK_MAX_ATTEMPTS:
                _quarantine(check, at)
            elif _host_allows(check, at):
                lease = _take(check, at)
                if lease:
                    taken.append(lease)
    return taken


def _take(check: SourceCheck, at: datetime) -> Lease | None:
    fence = check.attempt + 1
    taken = SourceCheck.objects.filter(pk=check.pk, attempt=check.attempt, status=check.status).update(
        status=CheckStatus.RUNNING, attempt=fence, leased_until=at + settings.CHECK_LEASE, started_at=at
    )
    if not taken:
        return None
    check.refresh_from_db()
    return Lease(check, fence)


def _host_allows(check: SourceCheck, at: datetime) -> bool:
    """Take the host's turn; else put the check off until the host's next turn."""
    name = check.source.host
    if not name:
        return True
    Host.objects.get_or_create(name=name, defaults={"next_allowed_at": at})
    free = Host.objects.filter(name=name, next_allowed_at__lte=at)
    if free.update(next_allowed_at=at + settings.HOST_INTERVAL, fetches=F("fetches") + 1):
        return True
    turn = Host.objects.values_list("next_allowed_at", flat=True).get(name=name)
    SourceCheck.objects.filter(pk=check.pk, status=CheckStatus.QUEUED).update(next_attempt_at=turn)
    return False


def _quarantine(check: SourceCheck, at: datetime) -> None:
    SourceCheck.objects.filter(pk=check.pk, attempt=check.attempt, status=check.status).update(
        status=CheckStatus.QUARANTINED,
        finished_at=at,
        leased_until=None,
        detail=check.detail or f"No outcome after {check.attempt} attempts: the workers died or ran out of time.",
    )


def give_back(lease: Lease, *, at: datetime, error: str) -> bool:
    """After an error of our own: queue the check again, later each time, or quarantine it after the last attempt."""
    last = lease.fence >= settings.CHECK_MAX_ATTEMPTS
    changed = SourceCheck.objects.filter(pk=lease.check.pk, attempt=lease.fence, status=CheckStatus.RUNNING).update(
        status=CheckStatus.QUARANTINED if last else CheckStatus.QUEUED,
        finished_at=at if last else None,
        leased_until=None,
        next_attempt_at=at + settings.CHECK_BACKOFF * lease.fence,
        detail=error[:500],
    )
    return bool(changed)


def next_due_at() -> datetime | None:
    """When the next queued check may be taken; None when none is queued."""
    rows = SourceCheck.objects.filter(Q(status=CheckStatus.QUEUED)).order_by("next_attempt_at")
    return rows.values_list("next_attempt_at", flat=True).first()
