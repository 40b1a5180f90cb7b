"""A whole desk in real processes: broker, newsstand, web, worker and schedule, on either database."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from factcheck import loopback
from factcheck.children import Process
from factcheck.demo import Demo
from factcheck.supervisor import Supervisor
from tests.golden_path.visitor import Visitor


@dataclass(frozen=True)
class RunningDesk(Demo):
    """The demo's processes with people and no claims, a newsstand of our own, and perhaps other services."""

    pages: Path = Path()
    services: dict[str, str] = field(default_factory=dict)

    def environment(self) -> dict[str, str]:
        return super().environment() | self.services

    def newsstand(self) -> Process:
        port = self.newsstand_port
        return self._process(
            "newsstand",
            *("-m", "factcheck.newsstand", "--port", str(port), "--root", str(self.pages)),
            is_ready=lambda: loopback.status_of(port, "/_health", timeout=1) == 200,
        )

    def seed(self) -> Process:
        return self._manage("seed", "seed", "--people-only", "--passwords", str(self.passwords))

    def known(self) -> dict[str, Any]:
        return dict(json.loads(self.passwords.read_text(encoding="utf-8")))

    def signed_in(self, name: str) -> Visitor:
        visitor = Visitor(self.url)
        visitor.sign_in(name, self.known()["users"][name])
        return visitor

    def partner(self) -> Visitor:
        return Visitor(self.url, key=self.known()["api_key"])


@contextmanager
def running(data_dir: Path, pages: Path, services: dict[str, str]) -> Iterator[RunningDesk]:
    """Start everything and stop it afterwards. `services` names PostgreSQL and Redis, empty: the embedded default."""
    port = loopback.first_free(range(18_000 + os.getpid() % 1500, 19_900))
    data_dir.mkdir()
    desk = RunningDesk(port, data_dir, pages, services)
    with Supervisor(desk.log_dir, lambda line: None) as supervisor:
        if not services:
            supervisor.start(desk.broker())
        supervisor.run_once(desk.migrate())
        supervisor.start(desk.newsstand())
        supervisor.run_once(desk.seed())
        for process in (desk.web(), desk.worker(), desk.beat()):
            supervisor.start(process)
        yield desk
