"""The ledger alone: how fast due checks are leased beside a loop of save(), and whether picking stays flat."""

import statistics
import time
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, models
from django.utils import timezone

from checking.database import database_cpu
from sources.leasing import lease_due, queue_check
from sources.models import Host, Source, SourceCheck
from sources.statuses import OPEN_CHECKS, CheckReason, CheckStatus

_BATCH = 500
_WINDOW = 50
_PICKS = 60


def main(due: int, saves: int, rounds: int, small: int, large: int) -> dict[str, Any]:
    """Pick from a ledger of `small` rows; lease `due` and save `saves` rows, interleaved; pick from one of `large`."""
    template, at = _template(), timezone.now()
    mixed = ["past", "later", "due", "due"]
    _grow(template, 1, small, at=at, states=mixed)
    picked = _pick(at)
    _end_all(at)
    filled = small + due + 2 * rounds * saves
    _grow(template, small + 1, filled, at=at, states=["due"])
    leased, saved, turned = [], [], []
    for _ in range(rounds):
        leased.append(_rate(lambda: _lease(at, due // rounds), due // rounds))
        saved.append(_rate(lambda: _save(at, saves), saves))
        turned.append(_rate(lambda: _save(at, saves, with_turns=True), saves))
    _end_all(at)
    _grow(template, filled + 1, large, at=at, states=mixed)
    return {
        "leased_per_second": statistics.median(leased),
        "saved_per_second": statistics.median(saved),
        "saved_with_turns_per_second": statistics.median(turned),
        "ratio": statistics.median(one / other for one, other in zip(leased, saved, strict=True)),
        "picks": {small: picked, large: _pick(at)},
    }


def _end_all(at: datetime) -> None:
    """Let every check of the ledger be over, as those that were leased will be."""
    SourceCheck.objects.filter(status__in=OPEN_CHECKS).update(
        status=CheckStatus.DONE, outcome="alive", finished_at=at, leased_until=None
    )


def _lease(at: datetime, wanted: int) -> None:
    taken = 0
    while taken < wanted:
        leases = lease_due(at=at, limit=min(_BATCH, wanted - taken))
        if not leases:
            raise RuntimeError(f"only {taken} of {wanted} due checks were leased")
        taken += len(leases)


def _save(at: datetime, wanted: int, *, with_turns: bool = False) -> None:
    """The loop that one would first write: each check changed and saved, its host's turn before it or left out."""
    for check in SourceCheck.objects.due(at)[:wanted]:
        if with_turns:
            host = Host.objects.get(name=check.host)
            host.next_allowed_at = at + timedelta(seconds=1)
            host.save()
        check.status = CheckStatus.RUNNING
        check.attempt += 1
        check.started_at = at
        check.leased_until = at + timedelta(minutes=5)
        check.save()


def _rate(work: Callable[[], None], rows: int) -> float:
    began = time.perf_counter()
    work()
    return rows / (time.perf_counter() - began)


def _pick(at: datetime) -> dict[str, float]:
    """Wall and CPU seconds, PostgreSQL's included, for picking and leasing a window's worth of checks."""
    with connection.cursor() as cursor:
        # As the database does by itself after a while.
        cursor.execute("VACUUM ANALYZE" if connection.vendor == "postgresql" else "ANALYZE")
    _lease(at, _WINDOW)
    walls, cpu = [], time.process_time() + database_cpu()
    for _ in range(_PICKS):
        began = time.perf_counter()
        _lease(at, _WINDOW)
        walls.append(time.perf_counter() - began)
    return {"wall": statistics.median(walls), "cpu": (time.process_time() + database_cpu() - cpu) / _PICKS}


def _template() -> SourceCheck:
    source = Source.objects.filter(url__gt="").first()
    if source is None:
        raise RuntimeError("make a batch of sources first: one of them is what the others are copied from")
    at = timezone.now() + timedelta(days=1)
    _end_all(at)
    Host.objects.get_or_create(name=source.host, defaults={"next_allowed_at": at - timedelta(days=2)})
    return queue_check(source, at=at, reason=CheckReason.ADDED)


def _grow(template: SourceCheck, first: int, last: int, *, at: datetime, states: list[str]) -> None:
    """Copy source, host and check `last - first + 1` times, each on a host of its own, in the states in turn."""
    if last < first:
        return
    is_postgresql = connection.vendor == "postgresql"
    source = "('5c' || lpad(to_hex(i), 30, '0'))::uuid" if is_postgresql else "printf('5c%030x', i)"
    check = "('c5' || lpad(to_hex(i), 30, '0'))::uuid" if is_postgresql else "printf('c5%030x', i)"
    host = "'host' || i || '.example'"
    _copy(
        template.source,
        first,
        last,
        {"id": source, "url": f"'https://' || {host} || '/'", "host": host, "latest_id": "NULL"},
    )
    _copy(Host.objects.get(name=template.source.host), first, last, {"name": host})
    now, later = (f"'{moment.strftime('%Y-%m-%d %H:%M:%S')}'" for moment in (at, at + timedelta(days=30)))
    moment = f"CAST({now} AS timestamptz)" if is_postgresql else now
    future = f"CAST({later} AS timestamptz)" if is_postgresql else later
    past = _places(states, "past")
    _copy(
        template,
        first,
        last,
        {
            "id": check,
            "source_id": source,
            "host": host,
            "status": f"CASE WHEN {past} THEN 'done' ELSE 'queued' END",
            "outcome": f"CASE WHEN {past} THEN 'alive' ELSE '' END",
            "finished_at": f"CASE WHEN {past} THEN {moment} END",
            "requested_at": moment,
            "next_attempt_at": f"CASE WHEN {_places(states, 'later')} THEN {future} ELSE {moment} END",
        },
    )


def _places(states: list[str], state: str) -> str:
    numbers = [str(number) for number, one in enumerate(states) if one == state] or ["-1"]
    return f"i %% {len(states)} IN ({', '.join(numbers)})"


def _copy(template: models.Model, first: int, last: int, instead: Mapping[str, str]) -> None:
    """Insert copies of a row, with other expressions over the number `i` in some columns; our own words only."""
    quote = connection.ops.quote_name
    columns = [field.column for field in template._meta.concrete_fields]
    table, pk = quote(template._meta.db_table), template._meta.pk
    names = ", ".join(map(quote, columns))
    values = ", ".join(instead.get(column, f"model.{quote(column)}") for column in columns)
    row = f"(SELECT * FROM {table} WHERE {quote(pk.column)} = %s) AS model"
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE numbers(i) AS (SELECT {first} UNION ALL SELECT i + 1 FROM numbers WHERE i < {last}) "
            f"INSERT INTO {table} ({names}) SELECT {values} FROM numbers, {row}",
            [pk.get_db_prep_value(template.pk, connection)],
        )
