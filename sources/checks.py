"""Running source checks: lease, look, record, over a window that slides. No transaction is open while we fetch."""

import atexit
import time
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.conf import settings
from structlog import get_logger

from sources.archiving import SnapshotStore, desk_store
from sources.candidates import list_candidates, list_waiting
from sources.fetching import Egress
from sources.leasing import Lease, give_back, lease_due, queue_scheduled
from sources.looking import Instruments, Result, look
from sources.models import Citation
from sources.outside_archives import ask_after_loss
from sources.politeness import HostAnswer, note_answers
from sources.preparing import prepare
from sources.reading import Reader
from sources.recording import Case, record
from sources.robots import keep_robots
from sources.stages import Stage, reached

__all__ = ["queue_scheduled", "run_due", "sweep"]

log = get_logger(__name__)
Clock = Callable[[], datetime]

# While checks are under way, more are looked for only so often: seconds.
ASK_AGAIN = 0.25


@cache
def egress() -> Egress:
    """The desk's way out, as the settings allow."""
    return Egress(user_agent=settings.FETCH_USER_AGENT, allow=settings.FETCH_ALLOW)


@cache
def reader() -> Reader:
    """This process's reading child."""
    child = Reader()
    atexit.register(child.close)
    return child


def store() -> SnapshotStore:
    """Where snapshots are kept."""
    return desk_store()


def run_due(*, now: Clock, limit: int | None = None) -> int:
    """Run due checks, up to `limit` at once, until none is due or the time is up; return how many were recorded.

    The window slides: whenever some checks have ended others are leased, so that a page that hangs holds up
    nobody but itself.
    """
    width = limit or settings.FETCH_PARALLEL
    with ThreadPoolExecutor(max_workers=width) as pool:
        return _Window(pool, width, now).run()


def sweep(*, now: Clock) -> int:
    """Queue what the schedule asks for, run what is due, list candidates left behind; return how many were recorded."""
    queue_scheduled(at=now())
    recorded = run_due(now=now)
    list_waiting(at=now())
    return recorded


@dataclass
class _Window:
    """The checks under way in this process."""

    pool: ThreadPoolExecutor
    width: int
    now: Clock
    flying: dict[Future[Result], Case] = field(default_factory=dict)
    ask_at: float = 0
    recorded: int = 0

    def run(self) -> int:
        started = self.now()
        while True:
            if self._has_room() and self.now() - started < settings.CHECK_BUDGET:
                self._lease()
            if not self.flying:
                return self.recorded
            patience = max(self.ask_at - time.monotonic(), 0) if self._has_room() else None
            done, _ = wait(self.flying, timeout=patience, return_when=FIRST_COMPLETED)
            self._finish([(future, self.flying.pop(future)) for future in done])

    def _has_room(self) -> bool:
        """Whether leasing is worth its queries: a good part of the window is free."""
        return len(self.flying) <= self.width // 2

    def _lease(self) -> None:
        if self.flying and time.monotonic() < self.ask_at:
            return
        room = self.width - len(self.flying)
        leases = lease_due(at=self.now(), limit=room)
        # A full answer means that there is more: then we ask again as soon as there is room.
        self.ask_at = 0 if len(leases) == room else time.monotonic() + ASK_AGAIN
        if leases:
            reached(Stage.LEASED)
            instruments = Instruments(egress(), reader(), store())
            for case in self._prepared(leases):
                self.flying[self.pool.submit(look, case.job, instruments, at=self.now())] = case

    def _prepared(self, leases: list[Lease]) -> list[Case]:
        try:
            return prepare(leases, at=self.now())
        except Exception as error:  # as in _record: without this, each would wait for its lease to run out
            for lease in leases:
                give_back(lease, at=self.now(), error=f"{type(error).__name__}: {error}")
            raise

    def _finish(self, ended: list[tuple[Future[Result], Case]]) -> None:
        answers = [answer for future, case in ended for answer in self._record(future, case)]
        if answers:
            note_answers(answers, at=self.now())

    def _record(self, future: Future[Result], case: Case) -> list[HostAnswer]:
        """Record one result. An error of our own gives the check back and is logged; others go on."""
        lease, source = case.lease, case.source
        try:
            result = future.result()
            if record(case, result, at=self.now()):
                self.recorded += 1
                if result.robots and result.robots.fetched:
                    keep_robots(result.robots, at=self.now())
                if result.shows_loss and Citation.objects.lost().filter(source=source).exists():
                    ask_after_loss(source, at=self.now())
                if source.intake_at is not None and source.candidates_at is None:
                    list_candidates(source, at=self.now())
        except Exception as error:  # the ledger must learn of any failure, or the check would wait for its lease
            log.exception("source check failed", check=str(lease.check_id), attempt=lease.fence)
            give_back(lease, at=self.now(), error=f"{type(error).__name__}: {error}")
            return []
        crawl_delay = result.robots.crawl_delay if result.robots else None
        answer = HostAnswer(lease.host, result.judgement.outcome, result.retry_after, crawl_delay)
        return [answer] if lease.host else []
