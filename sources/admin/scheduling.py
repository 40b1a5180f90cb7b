"""When a source is looked at next, and why: in words, from its open check and its schedule."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from sources.admin.reliance import told
from sources.judging import next_wait
from sources.models import Host, Source, SourceCheck
from sources.politeness import FAILURES_SPARED
from sources.statuses import CheckReason, CheckStatus

PACES = {
    timedelta(hours=1): "hourly",
    timedelta(days=1): "daily",
    timedelta(days=7): "weekly",
    timedelta(days=30): "monthly",
}
SOON = timedelta(seconds=2)
NEAR = timedelta(seconds=30)  # a check that is due so soon is waited for; a host's turn takes a second or ten


@dataclass(frozen=True, kw_only=True)
class Plan:
    """When a source is looked at next (None: never), in one word for lists and in sentences for its page."""

    at: datetime | None
    word: str
    why: str


def with_due_times(sources: QuerySet[Source]) -> QuerySet[Source]:
    """Sources with `due_at`, the time of their next look: that of their open check, else the scheduled one."""
    opened = SourceCheck.objects.open().filter(source=OuterRef("pk"))
    return sources.annotate(
        open_status=Subquery(opened.values("status")[:1]),
        open_reason=Subquery(opened.values("reason")[:1]),
        due_at=Coalesce(Subquery(opened.values("next_attempt_at")[:1]), F("next_check_at")),
    )


def due_before(at: datetime) -> Q:
    """Sources that are looked at before then: asked of the open checks and the schedule, so that indexes answer."""
    opened = SourceCheck.objects.open()
    by_check = Q(pk__in=opened.filter(next_attempt_at__lt=at).values("source"))
    return by_check | Q(next_check_at__lt=at) & ~Q(pk__in=opened.values("source"))


def never_due() -> Q:
    """Sources that nobody looks at until somebody asks."""
    return Q(next_check_at__isnull=True) & ~Q(pk__in=SourceCheck.objects.open().values("source"))


def pace_of(source: Source) -> str:
    """How often the source is looked at since it last changed: hourly, daily, weekly, monthly."""
    at = source.outcome_at
    if at is None:
        return "at once"
    step = next_wait(settings.CHECK_SCHEDULE, changed_at=source.changed_at or at, at=at)
    return PACES.get(step, f"every {in_words(step)}")


def in_words(wait: timedelta) -> str:
    """A duration in its largest unit, whole above a second: “10 minutes”."""
    seconds = max(wait.total_seconds(), 0)
    for size, unit in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = int(seconds // size)
            return f"{count} {unit}" + ("s" if count > 1 else "")
    if seconds >= 1:
        seconds = int(seconds)
    number = f"{seconds:.2f}".rstrip("0").removesuffix(".")
    return f"{number} second" + ("s" if number != "1" else "")


def is_under_way(status: str | None, due_at: datetime | None, now: datetime) -> bool:
    """Whether an open check is one to sit and watch: a worker is at it, or takes it in a moment."""
    return status == CheckStatus.RUNNING or (status is not None and due_at is not None and due_at <= now + NEAR)


def refresh_after(due_at: datetime, now: datetime) -> int:
    """Seconds until a page that watches a check looks again: less often the longer nothing comes."""
    waited = now - due_at
    steps = ((timedelta(seconds=30), 2), (timedelta(minutes=2), 5), (timedelta(minutes=10), 15))
    return next((seconds for most, seconds in steps if waited < most), 60)


def word_of(source: Source, now: datetime) -> str:
    """For lists, of a source that `with_due_times` prepared: why it is looked at when it is."""
    status, reason, due_at = source.open_status, source.open_reason, source.due_at  # type: ignore[attr-defined]
    if due_at is None:
        return "nothing published relies on it" if source.url else "held by us"
    if status == CheckStatus.RUNNING:
        return "under way"
    if status is None:
        return pace_of(source)
    if due_at <= now:
        return "waits for a worker"
    return "to confirm" if reason == CheckReason.CONFIRMATION else "waits its turn"


def plan_of(source: Source, *, check: SourceCheck | None, host: Host | None, relying: int, now: datetime) -> Plan:
    """When the source is looked at next and why; `check` is its open one, `relying` counts published claims."""
    if check is not None:
        return _open(check, host, now)
    if source.next_check_at is None:
        return Plan(at=None, word="not scheduled", why=_never(source, relying))
    pause = f" {pause_of(host)}" if host and host.next_allowed_at > max(now, source.next_check_at) + SOON else ""
    changed = "" if source.changed_at is None else f" It last changed {in_words(now - source.changed_at)} ago."
    grows = "While nothing changes the pause grows: an hour, a day, a week, a month."
    return Plan(
        at=source.next_check_at,
        word=pace_of(source),
        why=f"Looked at {pace_of(source)}, since {told(relying)}.{changed} {grows}{pause}",
    )


def _never(source: Source, relying: int) -> str:
    if not source.url:
        return "We hold it ourselves, so it cannot change."
    if relying:
        return f"Not scheduled yet, though {told(relying)}: check it now, and it will be."
    return "Nothing published relies on it. Ask for a check whenever you want one."


def _open(check: SourceCheck, host: Host | None, now: datetime) -> Plan:
    """The plan of a source with an open check."""
    at = check.next_attempt_at
    if check.status == CheckStatus.RUNNING:
        if check.leased_until is not None and check.leased_until > now:
            return Plan(at=check.started_at, word="under way", why="A worker is looking at it now.")
        return Plan(at=at, word="under way", why="Its worker went silent. Another one takes it over.")
    if at <= now:
        return Plan(at=at, word="waits for a worker", why="A worker takes it as soon as one is free.")
    if check.attempt:
        why = f"Attempt {check.attempt} of {settings.CHECK_MAX_ATTEMPTS} failed by an error of ours; it is tried again."
        return Plan(at=at, word="tried again", why=why)
    silent = host if host is not None and host.next_allowed_at > now + SOON else None
    if check.reason == CheckReason.CONFIRMATION and not (silent and at <= silent.next_allowed_at + SOON):
        why = "Something was lost. It counts only when a second look, some time later, agrees: this is that look."
        return Plan(at=at, word="to confirm", why=why)
    if silent:
        return Plan(at=at, word="waits for its host", why=pause_of(silent))
    return Plan(at=at, word="waits its turn", why="Its host is asked for one page at a time, and others come first.")


def pause_of(host: Host) -> str:
    """Why a host is left alone for longer than the usual interval."""
    because = (
        f"it did not answer {host.failures} times in a row"
        if host.failures > FAILURES_SPARED
        else "it was asked a moment ago, or asked us to wait"
    )
    return f"{host.name} is not asked before {host.next_allowed_at:%H:%M} UTC: {because}."
