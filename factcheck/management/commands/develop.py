"""`manage.py develop web|worker|beat`: one part of the desk for its developers, with a broker beside it."""

import os
import sys
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from factcheck.broker import Broker, BrokerError
from factcheck.children import Process
from factcheck.demo import HOME
from factcheck.supervisor import StartFailed, StopAsked, Supervisor

COMMANDS = {
    "web": ["manage.py", "runserver", "--nostatic"],
    "worker": ["manage.py", "supervise", "worker"],
    "beat": ["manage.py", "supervise", "beat"],
}
GRACE = 40  # seconds; a supervised worker ends its own processes first


class Command(BaseCommand):
    """Without REDIS_URL the embedded broker runs beside; several parts share one, whoever started it."""

    help = "Run the web server (reloading), a worker or the schedule in this terminal."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("part", choices=list(COMMANDS))
        parser.add_argument("--port", type=int, default=8000, help="of the web server (default 8000)")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal; raises CommandError when the part cannot start."""
        part: str = options["part"]
        address = [f"127.0.0.1:{options['port']}"] if part == "web" else []
        try:
            with Supervisor(settings.DATA_DIR / "logs", _say) as supervisor:
                if not settings.REDIS_URL:
                    broker = Broker(settings.DATA_DIR)
                    broker.check_path()
                    command = ["-m", "factcheck.broker", str(settings.DATA_DIR)]
                    supervisor.start(_process(f"{part}-broker", command, is_ready=broker.answers))
                supervisor.start(_process(part, COMMANDS[part] + address, echo=True, grace=GRACE))
                supervisor.watch()
        except StopAsked:
            pass
        except (BrokerError, StartFailed) as error:
            raise CommandError(str(error)) from error


def _process(name: str, command: list[str], **more: Any) -> Process:
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}
    return Process(name=name, command=[sys.executable, *command], environment=environment, directory=HOME, **more)


def _say(line: str) -> None:
    sys.stderr.write(line + "\n")
    sys.stderr.flush()
