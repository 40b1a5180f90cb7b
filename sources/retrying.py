"""Asking for many checks at once: each that may be asked for is, and each that may not says why."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet

from claims.models import Person
from claims.rules import InvalidTransition, NotAllowed
from sources import rules, tasks
from sources.models import Source, SourceCheck
from sources.statuses import OPEN_CHECKS, CheckReason, CheckStatus

AT_ONCE = 500  # rows read and written by one query


@dataclass(slots=True)
class Asked:
    """What came of it: how many checks were queued, how many waiting ones were brought forward, who had none and why.

    `refused` holds the rows that were given, checks or sources, each with the reason in words for people.
    """

    queued: int = 0
    hurried: int = 0
    refused: list[tuple[Any, str]] = field(default_factory=list)


def superseded() -> Q:
    """Checks after which another check of their source ended: whatever broke them is answered."""
    later = Q(requested_at__gt=OuterRef("requested_at")) | Q(
        requested_at=OuterRef("requested_at"), pk__gt=OuterRef("pk")
    )
    ended = SourceCheck.objects.filter(later, source=OuterRef("source")).exclude(status__in=sorted(OPEN_CHECKS))
    return Q(Exists(ended))


def retry_checks(checks: Iterable[SourceCheck], *, by: Person, at: datetime) -> Asked:
    """Queue a fresh check of the source of each failed or quarantined one; the old rows stay as they ended.

    One check a source is enough. All is written in one transaction; what could not be asked for is returned.
    """
    rows = SourceCheck.objects.annotate(is_superseded=superseded()).select_related("source__desk")
    return _ask(
        _keys(checks),
        rows.order_by("-requested_at", "-id"),
        why_not=_memo(rules.check_can_retry, lambda check: (check.source.desk_id, check.status)),
        by=by,
        at=at,
    )


def retry_sources(sources: Iterable[Source], *, by: Person, at: datetime) -> Asked:
    """Queue a check of each of these sources, or bring forward the one that waits for its time."""
    return _ask(
        _keys(sources),
        Source.objects.select_related("desk").order_by("pk"),
        why_not=_memo(rules.check_can_request_check, lambda source: source.desk_id),
        by=by,
        at=at,
    )


def _keys(rows: Iterable[Source] | Iterable[SourceCheck]) -> list[UUID]:
    """The rows' keys; of a set, without reading its rows."""
    return list(rows.values_list("pk", flat=True)) if isinstance(rows, QuerySet) else [row.pk for row in rows]


def _memo(rule: Callable[[Any, Person], None], key: Callable[[Any], object]) -> Callable[[Any, Person], str]:
    """The rule's refusal in words, "" where it has none; asked once for rows that it cannot tell apart."""
    known: dict[object, str] = {}

    def why_not(row: Any, by: Person) -> str:
        if key(row) not in known:
            known[key(row)] = _refusal(rule, row, by)
        return known[key(row)]

    return why_not


def _refusal(rule: Callable[[Any, Person], None], row: Any, by: Person) -> str:
    try:
        rule(row, by)
    except (NotAllowed, InvalidTransition) as refusal:
        return refusal.reason
    return ""


def _ask(
    keys: Sequence[UUID], rows: QuerySet[Any], *, why_not: Callable[[Any, Person], str], by: Person, at: datetime
) -> Asked:
    asked = Asked()
    served: set[UUID] = set()
    with transaction.atomic():
        for some in _batches(keys):
            wanted: dict[UUID, Any] = {}
            for row in rows.filter(pk__in=some):
                source_id = row.source_id if isinstance(row, SourceCheck) else row.pk
                if reason := why_not(row, by) or _needless(row, source_id in served):
                    asked.refused.append((row, reason))
                else:
                    served.add(source_id)
                    wanted[source_id] = row
            _queue(wanted, asked, by, at)
        if asked.queued or asked.hurried:
            tasks.hint()
    return asked


def _batches(keys: Sequence[UUID]) -> Iterator[Sequence[UUID]]:
    for start in range(0, len(keys), AT_ONCE):
        yield keys[start : start + AT_ONCE]


def _needless(row: Source | SourceCheck, is_served: bool) -> str:
    if isinstance(row, SourceCheck) and row.is_superseded:  # type: ignore[attr-defined]
        return "Its source was checked again since."
    return "One check of its source is enough, and you chose another one of it." if is_served else ""


def _queue(wanted: dict[UUID, Any], asked: Asked, by: Person, at: datetime) -> None:
    """Queue checks of these sources, in the order of their keys so that two people never wait for each other."""
    opened = _open(wanted)
    later = [pk for pk, check in opened.items() if check.status == CheckStatus.QUEUED and check.next_attempt_at > at]
    waiting = SourceCheck.objects.filter(source__in=list(opened), status=CheckStatus.QUEUED)
    asked.hurried += waiting.filter(next_attempt_at__gt=at).update(next_attempt_at=at)
    # What a person asks for is a person's check from then on, as in leasing.queue_check.
    waiting.filter(requested_by=None).update(reason=CheckReason.RETRY, requested_by=by)
    fresh = {pk: _fresh(row, by, at) for pk, row in sorted(wanted.items()) if pk not in opened}
    SourceCheck.objects.bulk_create(fresh.values(), ignore_conflicts=True)
    made = _open(fresh)
    for pk, row in wanted.items():
        if pk in fresh and made.get(pk) == fresh[pk]:
            asked.queued += 1
        elif pk not in later:
            asked.refused.append((row, _under_way(opened.get(pk))))


def _fresh(row: Source | SourceCheck, by: Person, at: datetime) -> SourceCheck:
    source = row.source if isinstance(row, SourceCheck) else row
    return SourceCheck(
        source=source,
        host=source.host,
        reason=CheckReason.RETRY,
        requested_at=at,
        requested_by=by,
        next_attempt_at=at,
    )


def _open(sources: Iterable[UUID]) -> dict[UUID, SourceCheck]:
    """By source, its open check: there is at most one."""
    return {check.source_id: check for check in SourceCheck.objects.open().filter(source__in=list(sources))}


def _under_way(check: SourceCheck | None) -> str:
    if check is None:
        return "Somebody else asked for a check of it a moment ago."
    if check.status == CheckStatus.RUNNING:
        return "A worker is looking at it now."
    return "A check of it waits for a worker already."
