"""Strikes workers down while they check sources, and counts what came of it. Imported once Django is set up."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import partial

from django.conf import settings
from django.db import connections
from django.db.models import Count, F, Q
from django.utils import timezone

from sources import checks, recording, stages, workflow
from sources.archiving import Corrupt
from sources.models import Citation, Finding, Host, Snapshot, Source, SourceCheck
from sources.statuses import OPEN_CHECKS, CheckReason, CheckStatus
from tests.crash.kill_drill import GIVE_UP_SECONDS, LEASE_SECONDS, SOURCES, WIDTH, WORKERS, Plan, Tally, strike
from tests.crash.pages import PASSAGE
from tests.desk import TestDesk

HIT, MISSED = 0, 3  # how a worker that was not killed says whether its plan was carried out


def run(*, plans: list[Plan], origin: str, fence_off: bool) -> Tally:
    """Carry out the plans, then let undisturbed workers finish; return what was done and every fault."""
    # So many strikes can fall on one check by chance; that three quarantine it has its own test.
    settings.CHECK_MAX_ATTEMPTS = 10**6
    settings.CHECK_LEASE = timedelta(seconds=LEASE_SECONDS)
    if fence_off:
        recording.fence = lambda lease: {"id": lease.check_id}
    desk = TestDesk.make()
    desk.at = timezone.now() - timedelta(days=1)
    _add_sources(desk, origin)
    tally = Tally()
    _strike_all(desk, plans, tally)
    _finish(tally)
    tally.checks = SourceCheck.objects.count()
    tally.faults += _faults()
    return tally


def _add_sources(desk: TestDesk, origin: str) -> None:
    claim = desk.submit()
    for number in range(SOURCES):
        url = f"{origin}/{number}"
        source = workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.at)
        source.host = f"host-{number}.example"  # one address, many hosts: turns are no subject of the drill
        source.save(update_fields=["host"])
        if number % 2:
            desk.cite(claim, source=source, exact=PASSAGE.format(number=number))


def _strike_all(desk: TestDesk, plans: list[Plan], tally: Tally) -> None:
    waiting = list(reversed(plans))
    running: dict[int, Plan] = {}
    progress_at = time.monotonic()
    while waiting or running:
        _keep_busy(desk)
        while waiting and len(running) < WORKERS:
            plan = waiting.pop()
            running[_start(plan)] = plan
        pid, status = os.wait()
        plan = running.pop(pid)
        was_struck = os.WIFSIGNALED(status) or os.waitstatus_to_exitcode(status) == HIT
        if was_struck:
            tally.struck[plan.stage] += 1
            tally.stalls += plan.is_stall
            progress_at = time.monotonic()
        else:
            waiting.append(plan)
            time.sleep(0.05)
        if time.monotonic() - progress_at > GIVE_UP_SECONDS:
            raise SystemExit(f"no worker has come to {plan.stage} for {GIVE_UP_SECONDS} s")


def _keep_busy(desk: TestDesk) -> None:
    """Queue a check of every source that has none open, and bring confirmations forward."""
    now = timezone.now()
    for source in Source.objects.exclude(checks__status__in=OPEN_CHECKS):
        workflow.queue_check(source, at=now, reason=CheckReason.ASKED, by=desk.ana)
    SourceCheck.objects.filter(status=CheckStatus.QUEUED, next_attempt_at__gt=now).update(next_attempt_at=now)
    Host.objects.update(next_allowed_at=now - timedelta(seconds=1), failures=0)


def _start(plan: Plan | None) -> int:
    connections.close_all()
    pid = os.fork()
    if pid == 0:
        os._exit(_work(plan))
    return pid


def _work(plan: Plan | None) -> int:
    """Be a worker until nothing is due; say whether the plan was carried out."""
    struck: list[Plan] = []
    arrivals: Iterator[int] = iter(range(1, 1_000_000))
    if plan:

        def listen(stage: stages.Stage, plan: Plan = plan) -> None:
            if stage.name == plan.stage and next(arrivals) == plan.nth:
                struck.append(plan)
                strike(plan)

        stages.listener = listen
    try:
        checks.run_due(now=timezone.now, limit=WIDTH)
    finally:
        checks.reader().close()
        connections.close_all()
    return HIT if struck or plan is None else MISSED


def _finish(tally: Tally) -> None:
    """Let undisturbed workers end what is open; what stays open for too long is lost."""
    deadline = time.monotonic() + GIVE_UP_SECONDS
    first_round = partial(SourceCheck.objects.filter, status__in=OPEN_CHECKS, reason=CheckReason.ASKED)
    while first_round().exists() and time.monotonic() < deadline:
        Host.objects.update(next_allowed_at=timezone.now() - timedelta(seconds=1), failures=0)
        SourceCheck.objects.filter(status=CheckStatus.QUEUED).update(next_attempt_at=timezone.now())
        os.waitpid(_start(None), 0)
        time.sleep(0.1)
    lost = first_round().count()
    if lost:
        tally.faults.append(f"{lost} checks have no outcome")


def _faults() -> Iterator[str]:
    """Everything that is not as it must be after so many deaths."""
    ended = SourceCheck.objects.exclude(status__in=OPEN_CHECKS)
    for check in ended.filter(Q(outcome="") | Q(finished_at=None) | Q(attempt=0)):
        yield f"check {check.pk} ended as {check.status} without an outcome"
    for row in ended.values("source").annotate(n=Count("pk")).filter(n=0):
        yield f"source {row['source']} was never checked"
    referred = ended.exclude(snapshot=None).values("snapshot")
    for pk in Snapshot.objects.exclude(pk__in=referred).values_list("pk", flat=True):
        yield f"snapshot {pk} belongs to no outcome: it was recorded twice"
    for row in referred.annotate(n=Count("pk")).filter(n__gt=1):
        yield f"snapshot {row['snapshot']} belongs to {row['n']} outcomes"
    cited = Citation.objects.in_use()
    for check in ended.filter(snapshot__isnull=False, source__citations__in=cited).exclude(findings__isnull=False):
        yield f"check {check.pk} recorded a page and no finding"
    for finding in Finding.objects.exclude(check_run__source=F("citation__source")):
        yield f"finding {finding.pk} is of another source's citation"
    for snapshot in Snapshot.objects.all():
        try:
            checks.store().verify(snapshot.path, snapshot.sha256)
        except Corrupt as fault:
            yield str(fault)
