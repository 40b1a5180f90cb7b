"""The kill drill: workers are killed at every stage of a check, and each check must still end in one outcome.

Usage: python -m tests.crash.kill_drill [--kills 300] [--stalls 60] [--seed 1] [--stage NAME] [--fence-off]
A *kill* is SIGKILL at a stage; a *stall* is a pause at a stage that outlasts the lease, so that another worker
takes the check and this one comes late. --fence-off is the control: late duplicates must then be found.
The database is made for the drill, beside the one of DATABASE_URL, or as an SQLite file, and dropped again.
"""

from __future__ import annotations

import argparse
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from sources.stages import Stage

LEASE_SECONDS = 1
WORKERS = 2
WIDTH = 4  # checks under way in one worker
SOURCES = 24
GIVE_UP_SECONDS = 60  # without any progress


@dataclass(frozen=True)
class Plan:
    """What befalls one worker: at the `nth` time that it reaches `stage` it is killed, or stalls."""

    stage: str
    nth: int
    is_stall: bool


@dataclass
class Tally:
    """What the drill did and what it found."""

    struck: Counter[str] = field(default_factory=Counter)
    stalls: int = 0
    checks: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def kills(self) -> int:
        return self.struck.total() - self.stalls


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--stalls", type=int, default=60)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--stage", action="append", choices=[stage.name for stage in Stage], help="only at these")
    parser.add_argument("--fence-off", action="store_true")
    options = parser.parse_args(arguments)
    stages = options.stage or [stage.name for stage in Stage]
    began = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="drill-") as folder, own_origin() as port, own_database(Path(folder), port):
        from tests.crash import drilling

        tally = drilling.run(
            plans=list(make_plans(stages, options.kills, options.stalls, options.seed)),
            origin=f"http://127.0.0.1:{port}",
            fence_off=options.fence_off,
        )
    tally.faults += [f"no worker was struck at {name}" for name in stages if not tally.struck[name]]
    print_tally(tally, time.monotonic() - began)
    if options.fence_off:
        print("control:", "duplicates were found" if tally.faults else "NO DUPLICATE WAS FOUND")
        return 0 if tally.faults else 1
    return 1 if tally.faults else 0


def make_plans(stages: list[str], kills: int, stalls: int, seed: int) -> Iterator[Plan]:
    """Every stage in turn, stalls spread among the kills."""
    chance = random.Random(seed)  # noqa: S311 - a drill that can be repeated
    kinds = [False] * kills + [True] * stalls
    chance.shuffle(kinds)
    for number, is_stall in enumerate(kinds):
        yield Plan(stages[number % len(stages)], chance.randint(1, 3), is_stall)


def print_tally(tally: Tally, seconds: float) -> None:
    engine = os.environ["DATABASE_URL"].partition(":")[0]
    print(f"{engine}: {tally.kills} kills and {tally.stalls} stalls over {tally.checks} checks in {seconds:.0f} s")
    for stage in Stage:
        print(f"  {tally.struck[stage.name]:4d}  {stage}")
    for fault in tally.faults[:20]:
        print("FAULT:", fault)
    if not tally.faults:
        print("every check ended in exactly one outcome: none lost, none doubled")


@contextmanager
def own_origin() -> Iterator[int]:
    """A server of pages in a process of its own; yields its port."""
    command = [sys.executable, "-m", "tests.crash.pages"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield int(server.stdout.readline())
        finally:
            server.kill()


@contextmanager
def own_database(folder: Path, port: int) -> Iterator[None]:
    """Point the settings at a database of the drill's own, migrated; drop it at the end."""
    given = os.environ.get("DATABASE_URL", "")
    name = f"drill_{os.getpid()}"
    own = urlunsplit(urlsplit(given)._replace(path=f"/{name}")) if given else f"sqlite:///{folder}/drill.sqlite3"
    os.environ |= {
        "DATABASE_URL": own,
        "DJANGO_SETTINGS_MODULE": "factcheck.settings",
        "FACTCHECK_DATA_DIR": str(folder),
        "FACTCHECK_FETCH_ALLOW": f"127.0.0.1:{port}",
        "FACTCHECK_HOST_INTERVAL_MS": "0",
        "FACTCHECK_HOST_PARALLEL": "1000",
        "FACTCHECK_CHECK_BACKOFF_SECONDS": "0",
        "FACTCHECK_LOG_LEVEL": "CRITICAL",
        "FACTCHECK_PRODUCTION": "false",
    }
    with _created(given, name):
        import django
        from django.core.management import call_command
        from django.db import connections

        django.setup()
        call_command("migrate", verbosity=0)
        try:
            yield
        finally:
            connections.close_all()


@contextmanager
def _created(given: str, name: str) -> Iterator[None]:
    if not given:
        yield
        return
    import psycopg
    from psycopg import sql

    with psycopg.connect(given, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
        try:
            yield
        finally:
            connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(name)))


def strike(plan: Plan) -> None:
    """What befalls the process now."""
    if plan.is_stall:
        time.sleep(LEASE_SECONDS * 1.3)
    else:
        os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    sys.exit(main())
