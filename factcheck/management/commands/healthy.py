"""`manage.py healthy web|worker|beat`: what supervisors and containers ask; of the worker, whether it gets on."""

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

    def handle(self, *args: Any, **options: Any) -> str:
        """Return what was found; raises CommandError when it is not healthy."""
        part: str = options["part"]
        try:
            fault = self._fault(part, options["port"])
        except DatabaseError as error:
            raise CommandError(f"cannot tell: {error}", returncode=2) from error
        if fault:
            raise CommandError(f"{part} is not healthy: {fault}")
        return f"{part} is healthy"

    def _fault(self, part: str, port: int) -> str:
        if part == "web":
            return web_fault(port)
        return health.worker_fault(timezone.now()) if part == "worker" else health.beat_fault(timezone.now())


def web_fault(port: int) -> str:
    """Why the web server is not healthy, or an empty string."""
    # Asked as the proxy in front asks: by a host name the desk answers to, over TLS.
    host = next((name.lstrip(".") for name in settings.ALLOWED_HOSTS if name != "*"), "localhost")
    status = loopback.status_of(port, "/healthz", headers={"Host": host, "X-Forwarded-Proto": "https"})
    return "" if status == 200 else f"/healthz answers {status or 'nothing'}"
