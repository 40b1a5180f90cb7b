"""The drill with real processes: kill workers and broker under load, and see that no check is lost or doubled.

`python -m tests.crash.broker_drill --kills 20`; with DATABASE_URL on a database of its own beside that one, else on
SQLite. Exit code 1: an outcome came later than allowed, or the account does not add up.
"""

import argparse
import json
import os
import secrets
import signal
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from itertools import cycle, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import django
import psycopg
from django.core.management import call_command
from django.db import connections
from django.utils import timezone

from tests.crash.drill_pages import pages
from tests.crash.drill_processes import Processes, wait_until

Say = Callable[[str], None]
KINDS = ("broker", "celery", "broker", "pool child", "broker and celery", "sweep")
HANGS = ("celery hangs", "everything hangs")  # stopped, not killed: only their supervisor can tell
ALLOWED = 10.0  # seconds from the broker's return, or the worker's death, to the next outcome
STUCK = 5.0  # seconds after which a worker that makes no progress is started afresh, if all of it hangs
PATIENCE = 60.0  # seconds after which we stop waiting for one
BROKER_AWAY = (1.0, 2.0, 3.0)  # seconds
BETWEEN = 1.0  # seconds before each kill


@dataclass(frozen=True)
class Kill:
    """One kill. Seconds: until the next outcome, until one of a check asked for since, until Celery took a message."""

    kind: str
    open: int
    outcome: float
    fresh: float
    celery: float | None

    @property
    def allowed(self) -> float:
        """Seconds: those until a hanging worker is found out come on top."""
        return ALLOWED + STUCK if self.kind == "everything hangs" else ALLOWED


@dataclass
class Drill:
    """The kills so far, and how long everything took afterwards."""

    processes: Processes
    patience: float
    say: Say
    kills: list[Kill] = field(default_factory=list)

    def strike(self, kind: str, away: float) -> None:
        """Kill something, bring the broker back, and measure from then on."""
        from tests.crash import drill_desk

        waiting = drill_desk.open_checks()
        for what in kind.split(" and "):
            self._kill(what)
        if kind.startswith("broker"):
            time.sleep(away)
            self.processes.start_broker()
        back, began, tasks = timezone.now(), time.monotonic(), self.processes.tasks_begun()
        outcome = _seconds(lambda: drill_desk.has_outcome_since(back), self.patience)
        _seconds(lambda: drill_desk.has_outcome_since(back, asked_since=back), self.patience - outcome)
        fresh = time.monotonic() - began
        heard = _seconds(lambda: self.processes.tasks_begun() > tasks, self.patience - fresh)
        celery = fresh + heard if self.processes.tasks_begun() > tasks else None
        self.kills.append(Kill(kind, waiting, outcome, fresh, celery))
        self.say(_row(len(self.kills), self.kills[-1]))

    def _kill(self, what: str) -> None:
        if what == "broker":
            self.processes.kill_broker()
            return
        if what in HANGS:
            main = self.processes.celery()
            for pid in [main] if what == "celery hangs" and main else self.processes.everything():
                os.kill(pid, signal.SIGSTOP)
            return
        find = {"celery": self.processes.celery, "pool child": self.processes.pool_child, "sweep": self.processes.sweep}
        wait_until(lambda: find[what]() is not None, within=30)
        pid = find[what]()
        if pid:  # else it ended this very moment, which does as well
            os.kill(pid, signal.SIGKILL)

    def breaches(self) -> list[str]:
        """Which kills were followed by too long a silence."""
        late = [
            f"{kill.allowed:g} s after kill {number}"
            for number, kill in enumerate(self.kills, 1)
            if kill.fresh >= kill.allowed
        ]
        deaf = [number for number, kill in enumerate(self.kills, 1) if kill.celery is None]
        return [
            *(f"no outcome within {when}" for when in late),
            *(f"Celery took no message within {self.patience:g} s after kill {number}" for number in deaf),
        ]


def _seconds(condition: Callable[[], bool], within: float) -> float:
    """For how many seconds a condition kept us waiting, `within` if it never held."""
    try:
        return wait_until(condition, within)
    except TimeoutError:
        return within


# --- What it stands on ---------------------------------------------------------------------------------------


@contextmanager
def database(folder: Path) -> Iterator[str]:
    """A database of the drill's own: beside the one of DATABASE_URL, dropped afterwards, or a file."""
    given = os.environ.get("DATABASE_URL", "")
    if not given.startswith("postgres"):
        yield f"sqlite:///{folder / 'desk.sqlite3'}"
        return
    parts, name = urlsplit(given), f"factcheck_drill_{secrets.token_hex(4)}"
    with psycopg.connect(urlunsplit(parts._replace(path="/postgres")), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
        try:
            yield urlunsplit(parts._replace(path=f"/{name}"))
        finally:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def environment(folder: Path, database_url: str, pairs: list[tuple[str, int]], lease: int) -> dict[str, str]:
    """What the drill's processes run with: short times, so that leases run out while we watch."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FACTCHECK_", "CELERY_"))}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "DATABASE_URL": database_url,
        "FACTCHECK_DATA_DIR": str(folder),
        "FACTCHECK_FETCH_ALLOW": ",".join(f"{host}:{port}" for host, port in pairs),
        "FACTCHECK_HOST_INTERVAL_MS": "10",
        "FACTCHECK_HOST_PARALLEL": "20",
        "FACTCHECK_SWEEP_SECONDS": "1",
        "FACTCHECK_STUCK_SECONDS": f"{STUCK:.0f}",
        "FACTCHECK_CHECK_LEASE_SECONDS": str(lease),
        "FACTCHECK_CHECK_BACKOFF_SECONDS": "1",
        "PYTHONUNBUFFERED": "1",
    }


# --- The course ----------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Plan:
    """What to kill and under which load; not supervised the worker is Celery alone, without sweep and schedule."""

    kinds: list[str]
    sources: int
    per_second: float
    hosts: int
    lease: int
    supervised: bool


def run(plan: Plan, say: Say) -> dict[str, Any]:
    """Run the drill; return what it found."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="factcheck-drill-")))
        url = stack.enter_context(database(folder))
        pairs = stack.enter_context(pages(plan.hosts))
        processes = Processes(folder, environment(folder, url, pairs, plan.lease))
        processes.environment["REDIS_URL"] = f"redis://127.0.0.1:{processes.broker_port}/0"
        stack.enter_context(processes.guarded())
        # Here, where the web would be, every hint that finds no broker would be a warning.
        os.environ.update(processes.environment | {"FACTCHECK_LOG_LEVEL": "ERROR"})
        django.setup()
        say(f"database {url.partition(':')[0]}; {len(pairs)} hosts; {plan.sources} sources; logs in {folder}")
        call_command("migrate", verbosity=0)
        try:
            return _course(plan, processes, pairs, say)
        finally:
            connections.close_all()


def _course(plan: Plan, processes: Processes, pairs: list[tuple[str, int]], say: Say) -> dict[str, Any]:
    from tests.crash import drill_desk  # its models need the settings

    processes.start_broker()
    processes.start_worker(supervised=plan.supervised)
    if plan.supervised:
        processes.start_beat()
    desk = drill_desk.DrillDesk.make(pairs, plan.sources)
    drill = Drill(processes, PATIENCE if plan.supervised else ALLOWED, say)
    with drill_desk.Feeder(desk, plan.per_second) as feeder:
        wait_until(lambda: processes.tasks_begun() > 0, PATIENCE)
        say(HEADING)
        for kind, away in zip(plan.kinds, cycle(BROKER_AWAY), strict=False):
            time.sleep(BETWEEN)
            drill.strike(kind, away)
        feeder.stop()
    drained = _seconds(lambda: drill_desk.open_checks() == 0, 3 * plan.lease if plan.supervised else 0)
    account = drill_desk.Account.draw(desk, feeder.asked)
    exits, stuck = processes.exits()
    return {
        "kills": [asdict(kill) for kill in drill.kills],
        "account": asdict(account),
        "drained": drained,
        "asking": statistics.quantiles(feeder.took, n=100)[98],
        "exits": exits,
        "ended_as_stuck": stuck,
        "breaches": [*drill.breaches(), *account.faults()],
    }


# --- What it says --------------------------------------------------------------------------------------------

HEADING = f"{'':>3} {'killed':<18} {'open':>5} {'outcome':>8} {'fresh':>8} {'celery':>8}"


def _row(number: int, kill: Kill) -> str:
    celery = "deaf" if kill.celery is None else f"{kill.celery:.2f} s"
    return f"{number:>3} {kill.kind:<18} {kill.open:>5} {kill.outcome:>6.2f} s {kill.fresh:>6.2f} s {celery:>8}"


def summary(found: dict[str, Any]) -> str:
    """The totals in words."""
    fresh = [kill["fresh"] for kill in found["kills"]]
    account = found["account"]
    return "\n".join(
        [
            f"{len(fresh)} kills; an outcome of a check asked for since: median {statistics.median(fresh):.2f} s, "
            f"most {max(fresh):.2f} s (allowed {ALLOWED:g} s)",
            f"{account['checks']} checks, {account['done']} done, {account['open']} open, {account['lost']} lost, "
            f"{account['quarantined']} in quarantine; {account['taken_again']} taken a second time",
            f"{account['findings']} findings, {account['snapshots']} snapshots; "
            f"all was over {found['drained']:.1f} s after the last request",
            f"99 of 100 times, asking for a check took at most {found['asking']:.3f} s, with the broker up or down",
            f"the supervisor started {found['exits']} processes again, {found['ended_as_stuck']} of them got nowhere",
            *(f"BREACH: {breach}" for breach in found["breaches"]),
        ]
    )


def main(arguments: list[str]) -> int:
    """Run the drill as asked for; 1 when anything was breached."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--kills", type=int, help="how many (default: 20, or each of --kinds once)")
    parser.add_argument(
        "--kinds", default="", help=f"what to kill, separated by commas, of: {', '.join(sorted({*KINDS, *HANGS}))}"
    )
    parser.add_argument("--sources", type=int, default=300)
    parser.add_argument("--hosts", type=int, default=30)
    parser.add_argument("--per-second", type=float, default=20, help="checks asked for in a second (default 20)")
    parser.add_argument("--lease", type=int, default=15, help="seconds after which another worker takes a check")
    parser.add_argument("--unsupervised", action="store_true", help="the control: Celery alone; it must fail")
    parser.add_argument("--json", action="store_true", help="print what was found as one line of JSON")
    given = parser.parse_args(arguments)
    kinds = given.kinds.split(",") if given.kinds else list(KINDS)
    if unknown := set(kinds) - {*KINDS, *HANGS}:
        parser.error(f"--kinds: {', '.join(sorted(unknown))} is none of {', '.join(sorted({*KINDS, *HANGS}))}")
    order = list(islice(cycle(kinds), given.kills or (len(kinds) if given.kinds else 20)))
    supervised = not given.unsupervised
    found = run(Plan(order, given.sources, given.per_second, given.hosts, given.lease, supervised), _say)
    _say(summary(found))
    if given.json:
        sys.stdout.write(json.dumps(found) + "\n")
    return 1 if found["breaches"] else 0


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
