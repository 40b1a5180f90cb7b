"""How politely hosts are asked: each in its turn, few at once, and less often while they fail or ask us to wait."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from django.conf import settings
from django.db import connection
from django.db.models import Count, F

from sources.models import Host, SourceCheck
from sources.statuses import SourceOutcome

FAILURES_SPARED = 2  # a host may fail so often in a row before it is asked less often
LONGEST_WAIT = timedelta(hours=1)  # whatever a host asks for, and however long it has been failing


@dataclass(frozen=True, slots=True)
class Turn:
    """When a host may be asked next, and at what intervals from then on."""

    at: datetime
    interval: timedelta


@dataclass(frozen=True, slots=True)
class HostAnswer:
    """How a host answered one fetch, and how long it or its robots.txt asks us to wait."""

    host: str
    outcome: SourceOutcome
    retry_after: timedelta = timedelta(0)
    crawl_delay: timedelta | None = None


def take_turns(hosts: Sequence[str], *, at: datetime, limit: int) -> tuple[set[str], dict[str, Turn]]:
    """Take the turns of the first `limit` of these hosts that are free; return those, and every host's next turn.

    A free host beyond the limit has none: it can be asked at once. To be called within the transaction that
    leases their checks; a host whose row another worker holds at this moment is not free.
    """
    usual = settings.HOST_INTERVAL
    known = _locked(hosts, at)
    running = _running(hosts, at)
    free: dict[timedelta, list[str]] = {}
    granted: set[str] = set()
    next_turns: dict[str, Turn] = {}
    for name in hosts:
        allowed_at, pace = known.get(name, (at + usual, usual))
        if allowed_at > at or running[name] >= settings.HOST_PARALLEL:
            next_turns[name] = Turn(allowed_at if allowed_at > at else at + pace, pace)
        elif len(granted) < limit:
            granted.add(name)
            free.setdefault(pace, []).append(name)
            next_turns[name] = Turn(at + pace, pace)
    for pace, names in free.items():
        Host.objects.filter(name__in=names).update(next_allowed_at=at + pace, fetches=F("fetches") + 1)
    return granted, next_turns


def _locked(names: Sequence[str], at: datetime) -> dict[str, tuple[datetime, timedelta]]:
    """When each host may be asked and at what pace, its row locked until the transaction ends."""
    rows = Host.objects.filter(name__in=names).order_by("name")
    unknown = set(names) - set(rows.values_list("name", flat=True))
    Host.objects.bulk_create([Host(name=name, next_allowed_at=at) for name in sorted(unknown)], ignore_conflicts=True)
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(skip_locked=True)
    return {
        name: (allowed_at, max(interval or settings.HOST_INTERVAL, settings.HOST_INTERVAL))
        for name, allowed_at, interval in rows.values_list("name", "next_allowed_at", "interval")
    }


def _running(names: Sequence[str], at: datetime) -> Counter[str]:
    rows = SourceCheck.objects.filter(leased_until__isnull=False, leased_until__gt=at, host__in=names)
    return Counter(dict(rows.order_by().values_list("host").annotate(Count("id"))))


def note_answers(answers: Iterable[HostAnswer], *, at: datetime) -> None:
    """Remember how hosts answered: a failing one is asked less often, one that asked for a pause gets it."""
    plain: dict[SourceOutcome, set[str]] = {}
    for answer in answers:
        if _is_failure(answer.outcome) or answer.retry_after or answer.crawl_delay is not None:
            _note_one(answer, at)
        else:
            plain.setdefault(answer.outcome, set()).add(answer.host)
    for outcome, names in plain.items():
        Host.objects.filter(name__in=sorted(names)).update(last_outcome=outcome, last_answer_at=at, failures=0)


def _note_one(answer: HostAnswer, at: datetime) -> None:
    host = Host.objects.filter(name=answer.host).first()
    if host is None:
        return
    failures = host.failures + 1 if _is_failure(answer.outcome) else 0
    wait = min(max(backed_off(failures), answer.retry_after), LONGEST_WAIT)
    fields = {} if answer.crawl_delay is None else {"interval": min(answer.crawl_delay, LONGEST_WAIT)}
    Host.objects.filter(pk=host.pk).update(
        last_outcome=answer.outcome,
        last_answer_at=at,
        failures=failures,
        next_allowed_at=max(host.next_allowed_at, at + wait),
        **fields,
    )


def _is_failure(outcome: SourceOutcome) -> bool:
    return outcome is SourceOutcome.UNREACHABLE


def backed_off(failures: int) -> timedelta:
    """The wait after so many failures in a row: none for the first two, then doubled from 30 seconds."""
    if failures <= FAILURES_SPARED:
        return timedelta(0)
    wait: timedelta = timedelta(seconds=30) * 2 ** min(failures - FAILURES_SPARED - 1, 16)
    return min(wait, LONGEST_WAIT)


def retry_after(value: str | None, *, at: datetime) -> timedelta:
    """What a Retry-After header asks for (RFC 9110 10.2.3), as a wait of at least 0; nonsense asks for nothing."""
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(timedelta(seconds=min(int(text[:12]), 10**9)), LONGEST_WAIT)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, OverflowError):
        return timedelta(0)
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return min(max(moment - at, timedelta(0)), LONGEST_WAIT)
