"""`manage.py demo`: the whole desk on this machine, with data to look at, from one command."""

import json
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from factcheck import loopback
from factcheck.broker import BrokerError
from factcheck.demo import HOME, Demo, DemoError, claimed, pages_not_ready
from factcheck.supervisor import StartFailed, StopAsked, Supervisor

PAGES_WITHIN = 60  # seconds


class Command(BaseCommand):
    """Children do all the work; this process only watches them and never opens the database."""

    help = "Run the demo desk: broker, database, newsstand, web, worker and schedule, until Ctrl-C."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, default=8000, help="of the desk on 127.0.0.1 (default 8000)")
        parser.add_argument(
            "--data-dir", type=Path, default=HOME / "var", help="what the demo writes, kept (default ./var)"
        )
        parser.add_argument("--json", action="store_true", help="print one JSON line when ready")

    def handle(self, *args: Any, **options: Any) -> None:
        """Run until a signal; raises CommandError when the demo cannot start."""
        if not 0 < options["port"] < 65536:
            raise CommandError(f"--port {options['port']} is not a port: choose one from 1 to 65535.")
        demo = Demo(options["port"], options["data_dir"].expanduser().resolve())
        try:
            with claimed(demo.data_dir):
                demo.check_ports()
                with Supervisor(demo.log_dir, _say) as supervisor:
                    self._run(supervisor, demo, as_json=options["json"])
        except StopAsked:
            _say("stopped")
        except (DemoError, BrokerError, StartFailed) as error:
            raise CommandError(str(error)) from error

    def _run(self, supervisor: Supervisor, demo: Demo, *, as_json: bool) -> None:
        began = time.monotonic()
        _say(f"data directory {demo.data_dir}; logs in {demo.log_dir}")
        _say("1/8 broker")
        supervisor.start(demo.broker())
        _say("2/8 database")
        supervisor.run_once(demo.migrate())
        supervisor.run_once(demo.check())
        _say("3/8 newsstand")
        supervisor.start(demo.newsstand())
        _say("4/8 demo data")
        supervisor.run_once(demo.seed())
        demo.loaded.touch()
        _say("5/8 web")
        supervisor.start(demo.web())
        _say("6/8 worker")
        supervisor.start(demo.worker())
        _say("7/8 schedule")
        supervisor.start(demo.beat())
        _say("8/8 first pages")
        _wait_for_pages(supervisor, demo)
        _say(f"ready after {time.monotonic() - began:.0f} s; Ctrl-C stops it")
        self._announce(demo, as_json=as_json)
        supervisor.watch()

    def _announce(self, demo: Demo, *, as_json: bool) -> None:
        known = demo.credentials()
        if as_json:
            self.stdout.write(json.dumps({"url": demo.url, "newsstand": demo.newsstand_url, **known}))
        else:
            self.stdout.write(_greeting(demo, known))
        self.stdout.flush()


def _wait_for_pages(supervisor: Supervisor, demo: Demo) -> None:
    deadline = time.monotonic() + PAGES_WITHIN
    while missing := pages_not_ready(demo.port, loopback.status_of):
        if time.monotonic() > deadline:
            told = ", ".join(f"{page} answers {status or 'nothing'}" for page, status in missing.items())
            raise StartFailed(f"The desk is up, but {told}; see {demo.log_dir / 'web.log'}.")
        supervisor.step()


def _greeting(demo: Demo, known: dict[str, Any]) -> str:
    users: dict[str, str] = known["users"]
    width = max(map(len, users), default=0)
    lines = [
        "",
        f"  Desk       {demo.url}/admin/",
        f"  Public     {demo.url}/",
        f"  API docs   {demo.url}/api/docs/",
        f"  Newsstand  {demo.newsstand_url}/",
        "",
        "  Sign in as",
        *(f"    {name:<{width}}  {password}" for name, password in users.items()),
        "",
        f"  API key    {known['api_key']}",
        f"  Try        curl -H 'Authorization: Api-Key {known['api_key']}' {demo.url}/api/v1/verdicts/",
        "",
    ]
    return "\n".join(lines)


def _say(text: str) -> None:
    """Everything but the result goes to stderr; a closed terminal must not stop the desk."""
    try:
        sys.stderr.writelines(f"demo: {line}\n" for line in text.splitlines())
        sys.stderr.flush()
    except OSError:
        pass
