"""`manage.py supervise worker|beat`: keeps a part of the desk running, and starts afresh what gets nowhere."""

import os
import sys
import tempfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandParser
from django.db import connections
from django.utils import timezone

from factcheck import health
from factcheck.children import Process
from factcheck.demo import HOME
from factcheck.supervisor import Backoff, StopAsked, Supervisor

_CELERY = ("-m", "celery", "-A", "factcheck")
_QUIET = ("--without-gossip", "--without-mingle", "--loglevel", "INFO")  # workers need not know of each other
# A part that exits is back within so many seconds, even when it keeps exiting.
LONGEST_WAIT = 5
LOOKS = 8  # in the time after which no progress is a fault


class Command(BaseCommand):
    """One mechanism everywhere: the container, `make worker` and the demo run this, and it restarts what they need."""

    help = "Run a worker (or the schedule) and restart it when it exits, or makes no progress while work waits."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["worker", "beat"])
        parser.add_argument("--concurrency", type=int, default=2, help="of the worker: its processes (default 2)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal."""
        with tempfile.TemporaryDirectory(prefix="factcheck-") as folder:
            pulse = Path(folder) / "pulse"
            pulse.touch()
            processes = worker(options["concurrency"], pulse) if options["part"] == "worker" else beat()
            patience = settings.STUCK_AFTER.total_seconds()
            try:
                with Supervisor(None, _say, Backoff(most=LONGEST_WAIT), patience / LOOKS, patience) as supervisor:
                    for process in processes:
                        supervisor.start(process)
                    supervisor.watch()
            except StopAsked:
                _say(f"{options['part']} stopped")


def worker(concurrency: int, pulse: Path) -> list[Process]:
    """What one worker consists of: the sweep, which needs no broker, and Celery, which is there within milliseconds."""
    return [
        _process("sweep", "manage.py", "sweep", health=lambda: _asked(health.worker_fault)),
        _process(
            "celery",
            *(*_CELERY, "worker", "--pool", "prefork", "--concurrency", str(concurrency), *_QUIET),
            environment={"FACTCHECK_PULSE": str(pulse)},
            health=lambda: _asked(health.worker_fault) or health.deaf_fault(pulse, timezone.now()),
            grace=20,
        ),
    ]


def beat() -> list[Process]:
    """The schedule, of which one is enough."""
    command = (*_CELERY, "beat", "--pidfile=", "--loglevel", "INFO")
    return [_process("beat", *command, health=lambda: health.beat_fault(timezone.now()))]


def _asked(question: Callable[[datetime], str]) -> str:
    try:
        return question(timezone.now())
    finally:
        connections.close_all()  # the thread that asks is gone afterwards


def _process(name: str, *command: str, environment: dict[str, str] | None = None, **more: Any) -> Process:
    return Process(
        name=name,
        command=[sys.executable, *command],
        # A worker that is stopped puts unfinished messages back.
        environment={**os.environ, "PYTHONUNBUFFERED": "1", "REMAP_SIGTERM": "SIGQUIT", **(environment or {})},
        directory=HOME,
        echo=True,
        verbatim=True,  # whoever collects these lines may read them as JSON
        **more,
    )


def _say(text: str) -> None:
    """Pass lines on; a reader that went away must not stop the part."""
    try:
        sys.stderr.writelines(f"{line}\n" for line in text.splitlines())
        sys.stderr.flush()
    except OSError:
        pass
