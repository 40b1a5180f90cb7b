"""Our worker under measurement: `run_due` on one batch after another, CPU taken from its whole process tree.

What a worker does once in its life (imports, the first reading child, the first connection) is done on a
small batch before anything is measured; children that are replaced on the way are counted.
"""

import os
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from measuring.machine import cpu_seconds, own_cpu_seconds, resident_bytes

from checking import metering, pages
from checking.database import database_cpu
from sources import checks
from sources.leasing import queue_check
from sources.models import Citation, Host, Source, SourceCheck
from sources.statuses import OPEN_CHECKS, CheckReason, SourceOutcome

_PATIENCE = timedelta(seconds=5)
_LONGEST_BURN = 900
_EXPECTED = {200: "alive", 302: "alive", 301: "redirected", 404: "unreachable", 500: "unreachable"}


def main(
    warm: str, passes: list[dict[str, Any]], give_up_after: float = 600, profile: str = ""
) -> list[dict[str, Any]]:
    """Warm up on the batch `warm`, then measure each pass.

    A pass names its `batch`; with `again` the sources that were found alive are looked at once more, with
    `steps` the batch is queued in so many parts and memory noted after each, with `busy` so many processes burn
    CPU meanwhile. Profiles go to `profile`.
    """
    _queue(warm)
    _run(30)
    _queue(warm, again=True)
    _run(30)
    metering.meter("sources.leasing", "sources.recording", "sources.politeness")
    return [_measure(**one, give_up_after=give_up_after, profile=profile) for one in passes]


def _measure(
    batch: str, give_up_after: float, profile: str, again: bool = False, steps: int = 1, busy: int = 0
) -> dict[str, Any]:
    size = Source.objects.filter(publisher=batch).count()
    began, memory, queued, used = timezone.now(), [], 0, Counter[str]()
    for _ in range(steps):
        queued += _queue(batch, again=again, limit=-(-size // steps))
        before = _used()
        with _burning(busy), metering.profiled(profile):
            _run(give_up_after)
            after = _used()
        used.update({name: after[name] - before[name] for name in after})
        memory.append(resident_bytes(os.getpid()))
    return {"batch": batch, "queued": queued, "memory": memory, **used, **_outcomes(batch, began)}


def _used() -> dict[str, float]:
    """CPU so far: of all our processes, of this one, of PostgreSQL's for us, and of the ledger's part of this one."""
    me = os.getpid()
    return {
        "cpu": cpu_seconds(me),
        "own_cpu": own_cpu_seconds(me),
        "database_cpu": database_cpu(),
        "ledger_cpu": metering.spent(),
    }


@contextmanager
def _burning(count: int) -> Iterator[None]:
    """Keep `count` processes busy for the length of a block; they end by themselves in any case."""
    code = f"import time\nuntil = time.monotonic() + {_LONGEST_BURN}\nwhile time.monotonic() < until: pass"
    burners = [subprocess.Popen([sys.executable, "-c", code]) for _ in range(count)]
    try:
        yield
    finally:
        for burner in burners:
            burner.kill()
            burner.wait()


def _queue(batch: str, *, again: bool = False, limit: int = 1_000_000) -> int:
    """Queue the batch's new sources as those of a claim are, or the live ones as the schedule does; return how many.

    Hosts are as if nobody had asked them for long: else those that answer with errors would be waited for.
    """
    now, sources = timezone.now(), Source.objects.filter(publisher=batch).order_by("added_at", "id")
    Host.objects.update(next_allowed_at=now, failures=0)
    if again:
        Source.objects.update(next_check_at=None)
        sources.filter(outcome__in=["alive", "redirected"]).update(next_check_at=now)
        return checks.queue_scheduled(at=now, limit=limit)
    with transaction.atomic():
        new = sources.filter(outcome="").exclude(checks__status__in=OPEN_CHECKS)[:limit]
        return len([queue_check(source, at=now, reason=CheckReason.ADDED) for source in new])


def _run(give_up_after: float) -> None:
    """Run until nothing is due within the next seconds; what a confirmation waits for is later than that."""
    until = time.monotonic() + give_up_after
    soon = timezone.now() + _PATIENCE
    open_checks = SourceCheck.objects.filter(status__in=OPEN_CHECKS, next_attempt_at__lte=soon)
    while open_checks.exists() and time.monotonic() < until:
        if not checks.run_due(now=timezone.now):
            time.sleep(0.02)


def _outcomes(batch: str, began: datetime) -> dict[str, Any]:
    """What was recorded since `began`, how fast, and how much of it is not the truth."""
    ended = SourceCheck.objects.filter(source__publisher=batch, finished_at__gte=began).order_by("finished_at")
    count = ended.count()
    if not count:
        raise RuntimeError(f"none of the batch {batch} was checked")
    first = ended.aggregate(first=Min("started_at"), last=Max("finished_at"))
    most = max(count * 99 // 100, 1)
    reached = ended.values_list("finished_at", flat=True)[most - 1]
    return {
        "checks": count,
        "wall": (first["last"] - first["first"]).total_seconds(),
        "rate": most / (reached - first["first"]).total_seconds(),
        "wrong": _wrong(batch),
        "outcomes": dict(Counter(ended.values_list("outcome", flat=True))),
    }


def _wrong(batch: str) -> list[str]:
    """Sources and citations whose outcome differs from what the page was made to show, or that have none."""
    wrong, passages = [], {}
    for source_id, exact, outcome in Citation.objects.filter(source__publisher=batch).values_list(
        "source_id", "exact", "outcome"
    ):
        passages.setdefault(source_id, {})[exact] = outcome
    errors = dict(
        SourceCheck.objects.filter(source__publisher=batch).exclude(detail="").values_list("source_id", "detail")
    )
    for pk, url, outcome in Source.objects.filter(publisher=batch).values_list("pk", "url", "outcome"):
        kind, number = url.partition("?")[0].split("/")[-2:]
        found, wanted = passages[pk], {one.exact: one.outcome for one in pages.quoted(int(number))}
        live = kind == "page" and pages.is_live(int(number))
        expected = _EXPECTED[pages.status(int(number))] if kind == "page" else "unreachable"
        if live and set(wanted.values()) & {"altered", "missing"}:
            expected = SourceOutcome.CHANGED
        if outcome != expected or (live and found != wanted):
            got, want = f"{outcome} {sorted(found.values())}", f"{expected} {sorted(wanted.values())}"
            wrong.append(f"{url}: {got}, not {want}. {errors.get(pk, '')}")
    return wrong
