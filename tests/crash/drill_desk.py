"""The desk of a drill: sources that are cited, somebody who keeps asking for checks, and the account of them all."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from threading import Event, Thread
from uuid import UUID

from django.db import connections
from django.db.models import Count
from django.utils import timezone

from claims import workflow as claims
from claims.models import Claim, Desk, Membership, Person
from claims.statuses import Role
from sources import workflow
from sources.models import Finding, Snapshot, Source, SourceCheck
from sources.statuses import CheckStatus, PassageOutcome
from tests.crash.drill_pages import QUOTATION


@dataclass(frozen=True)
class DrillDesk:
    """Ana's desk: one claim that relies on many pages, each cited once."""

    ana: Person
    claim: Claim
    sources: list[Source]

    @classmethod
    def make(cls, pairs: list[tuple[str, int]], count: int) -> "DrillDesk":
        """Make the desk; every source is queued for its first check, as citing it does."""
        desk = Desk.objects.create(slug="drill", name="The Drill Desk")
        ana = Person.objects.create(username="ana", is_staff=True)
        Membership.objects.create(desk=desk, person=ana, role=Role.FACT_CHECKER)
        claim = claims.submit(desk=desk, text="The ministry gave notice of its positions.", by=ana, at=timezone.now())
        sources = []
        for number in range(count):
            host, port = pairs[number % len(pairs)]
            url = f"http://{host}:{port}/page/{number}"
            source = workflow.add_web_source(desk=desk, url=url, by=ana, at=timezone.now())
            workflow.cite(claim, source=source, exact=QUOTATION, by=ana, at=timezone.now())
            sources.append(source)
        return cls(ana, claim, sources)


@dataclass
class Feeder:
    """Keeps asking for checks, as the web does, from a thread of its own."""

    desk: DrillDesk
    per_second: float
    took: list[float] = field(default_factory=list)  # seconds, each time it asked
    asked: set[UUID] = field(default_factory=set)
    error: BaseException | None = None
    _stop: Event = field(default_factory=Event)

    def __enter__(self) -> "Feeder":
        self._thread = Thread(target=self._feed, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *raised: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Ask no more; raises what went wrong."""
        self._stop.set()
        self._thread.join()
        if self.error:
            raise self.error

    def _feed(self) -> None:
        try:
            while True:
                for source in self.desk.sources:
                    if self._stop.wait(1 / self.per_second):
                        return
                    began = time.monotonic()
                    check = workflow.request_check(source, by=self.desk.ana, at=timezone.now())
                    self.asked.add(check.pk)
                    self.took.append(time.monotonic() - began)
        except BaseException as error:  # told to whoever stops the feeder
            self.error = error
        finally:
            connections.close_all()


def has_outcome_since(moment: datetime, *, asked_since: datetime | None = None) -> bool:
    """Whether a check ended after a moment, perhaps one that was only asked for after another."""
    ended = SourceCheck.objects.filter(finished_at__gt=moment)
    return (ended.filter(requested_at__gt=asked_since) if asked_since else ended).exists()


def open_checks() -> int:
    return SourceCheck.objects.open().count()


@dataclass(frozen=True)
class Account:
    """What became of all checks."""

    lost: int
    checks: int
    done: int
    failed: int
    quarantined: int
    open: int
    taken_again: int
    without_finding: int
    findings: int
    snapshots: int
    stray_snapshots: int
    passages_found: int
    citations: int

    @classmethod
    def draw(cls, desk: DrillDesk, asked: set[UUID]) -> "Account":
        """Draw it from the ledger; `asked` are the checks that somebody was promised."""
        checks = SourceCheck.objects.all()
        by_status: dict[str, int] = dict(checks.order_by().values_list("status").annotate(Count("id")))
        done = checks.filter(status=CheckStatus.DONE)
        citations = desk.claim.citations.in_use()
        return cls(
            lost=len(asked - set(checks.values_list("pk", flat=True))),
            checks=checks.count(),
            done=by_status.get(CheckStatus.DONE, 0),
            failed=by_status.get(CheckStatus.FAILED, 0),
            quarantined=by_status.get(CheckStatus.QUARANTINED, 0),
            open=checks.open().count(),
            taken_again=checks.filter(attempt__gt=1).count(),
            without_finding=done.filter(findings__isnull=True).count(),
            findings=Finding.objects.count(),
            snapshots=Snapshot.objects.count(),
            stray_snapshots=Snapshot.objects.filter(checks__isnull=True).count(),
            passages_found=citations.filter(outcome=PassageOutcome.FOUND).count(),
            citations=citations.count(),
        )

    def faults(self) -> list[str]:
        """What the account must not show."""
        found = {
            "checks are lost": self.lost,
            "checks are still open": self.open,
            "checks failed": self.failed,
            "checks are in quarantine": self.quarantined,
            "checks were done without a finding": self.without_finding,
            "findings too many": self.findings - self.done,
            "snapshots too many": max(self.snapshots - self.done, 0),
            "snapshots belong to no check": self.stray_snapshots,
            "cited passages were not found": self.citations - self.passages_found,
        }
        return [f"{count} {what}" for what, count in found.items() if count]
