"""`manage.py sweep`: does due source checks without the broker, which may be away and whose messages may be lost."""

import signal
from threading import Event
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, connection
from django.utils import timezone
from structlog import get_logger

from sources import checks

log = get_logger(__name__)


class Command(BaseCommand):
    """Looks into the ledger itself, so that a worker service gets on with the database alone."""

    help = "Queue scheduled source checks and run due ones, again and again until a signal; needs no broker."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=float, default=2, help="seconds between two looks (default 2)")
        parser.add_argument("--once", action="store_true", help="look once")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until SIGTERM or SIGINT; a database that does not answer is asked again."""
        stopping = Event()

        def stop(number: int, frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, stop)
        while not stopping.is_set():
            sweep()
            if options["once"]:
                break
            stopping.wait(options["every"])


def sweep() -> int:
    """Queue what the schedule asks for and run what is due; return how many checks were recorded."""
    try:
        return checks.sweep(now=timezone.now)
    except (OperationalError, InterfaceError) as error:
        log.warning("database unreachable, asking again", error=str(error))
        connection.close()  # the next look opens another
        return 0
