"""`manage.py healthy web|worker|beat`: a container's health check; for the worker it asks for progress."""

import os
import signal
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import DatabaseError
from django.utils import timezone

from factcheck import health, loopback


class Command(BaseCommand):
    """Exit code 0: healthy. 1: not healthy. Anything else: could not tell."""

    help = "Exit 1 when the web server, the worker or the schedule gets nowhere."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=["web", "worker", "beat"])
        parser.add_argument("--port", type=int, default=8000, help="of the web server on 127.0.0.1")
        parser.add_argument("--minutes", type=int, default=10, help="without progress that are too many (default 10)")
        parser.add_argument(
            "--end",
            type=Path,
            metavar="PIDFILE",
            help="end the unhealthy process whose id stands there, for its restart policy to start it afresh",
        )

    def handle(self, *args: Any, **options: Any) -> str:
        """Return what was found; raises CommandError when it is not healthy."""
        part: str = options["part"]
        try:
            fault = self._fault(part, options["port"], timedelta(minutes=options["minutes"]))
        except DatabaseError as error:
            raise CommandError(f"cannot tell: {error}", returncode=2) from error
        if fault:
            if options["end"]:
                _end(options["end"])
            raise CommandError(f"{part} is not healthy: {fault}")
        return f"{part} is healthy"

    def _fault(self, part: str, port: int, within: timedelta) -> str:
        if part == "web":
            return web_fault(port)
        return worker_fault(within) if part == "worker" else beat_fault(within)


def web_fault(port: int) -> str:
    """Why the web server is not healthy, or an empty string."""
    # Asked as the proxy in front asks: by a host name the desk answers to, over TLS.
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    status = loopback.status_of(port, "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return "" if status == 200 else f"/healthz answers {status or 'nothing'}"


def worker_fault(within: timedelta) -> str:
    """Why the worker is not healthy, or an empty string."""
    stuck = health.stuck_checks(timezone.now(), within=within)
    return f"{stuck} source checks are due and none was taken for {within}" if stuck else ""


def beat_fault(within: timedelta) -> str:
    """Why the schedule is not healthy, or an empty string."""
    age = health.schedule_age(timezone.now())
    if age is None:
        return "it has saved no schedule yet"
    return f"it last saved its schedule {age} ago" if age > within else ""


def _end(pidfile: Path) -> None:
    try:
        os.kill(int(pidfile.read_text(encoding="ascii")), signal.SIGKILL)
    except (OSError, ValueError):
        pass  # already gone, or not started yet
