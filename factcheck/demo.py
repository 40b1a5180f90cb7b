"""The demo desk's plan: one data directory, its environment, and the processes in the order they start."""

import fcntl
import json
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from factcheck import loopback
from factcheck.broker import Broker
from factcheck.children import Process

HOME = Path(__file__).resolve().parent.parent
PAGES = ("/admin/login/", "/api/v1/verdicts/", "/api/docs/")
# Below the range from which systems take the ports of outgoing connections, and away from --port.
_NEWSSTAND_PORTS = (20_000, 30_000)
# What the demo decides itself: a developer's settings must not leak into it.
_OWN_PREFIXES = ("FACTCHECK_", "CELERY_", "GRANIAN_")
_OWN_NAMES = ("DATABASE_URL", "REDIS_URL", "DJANGO_SETTINGS_MODULE")
# Weeks of a desk's life in seconds, so that a visitor sees evidence vanish and be confirmed lost.
_SHORT_INTERVALS = {
    "FACTCHECK_CONFIRM_AFTER_SECONDS": "5",
    "FACTCHECK_GONE_TIMES": "2",
    "FACTCHECK_GONE_OVER_SECONDS": "5",
    "FACTCHECK_SWEEP_SECONDS": "2",
    "FACTCHECK_HOST_INTERVAL_MS": "50",
    "FACTCHECK_CHECK_BACKOFF_SECONDS": "2",
}


class DemoError(Exception):
    """The demo cannot start; the message names the option that helps."""


@dataclass(frozen=True)
class Demo:
    """A demo desk on 127.0.0.1:`port` that keeps all it writes under `data_dir`."""

    port: int
    data_dir: Path

    @property
    def url(self) -> str:
        return f"http://{loopback.HOST}:{self.port}"

    @property
    def newsstand_url(self) -> str:
        return f"http://{loopback.HOST}:{self.newsstand_port}"

    @property
    def log_dir(self) -> Path:
        return self.data_dir / "logs"

    @property
    def passwords(self) -> Path:
        """Where `seed` keeps the demo's users and API key."""
        return self.data_dir / "demo.json"

    @cached_property
    def newsstand_port(self) -> int:
        """The newsstand's port, kept since the first start: the addresses of the demo's sources carry it."""
        kept = self.data_dir / "newsstand.port"
        if kept.exists():
            return int(kept.read_text(encoding="ascii"))
        least, end = _NEWSSTAND_PORTS
        start = least + self.port % (end - least)
        port = loopback.first_free([*range(start, end), *range(least, start)])
        kept.write_text(f"{port}\n", encoding="ascii")
        return port

    @property
    def loaded(self) -> Path:
        """Stands once the data was loaded whole: from then on the newsstand's pages have had their visits."""
        return self.data_dir / "demo.loaded"

    def check_ports(self) -> None:
        """Raise DemoError where a port that we need is taken."""
        if not loopback.is_free(self.port):
            raise DemoError(f"Port {self.port} is taken by another program. Choose another one with --port.")
        if not loopback.is_free(self.newsstand_port):
            raise DemoError(
                f"Port {self.newsstand_port} is taken by another program. It is the newsstand's, which the "
                f"demo's source addresses in {self.data_dir} carry: end that program, or start a fresh demo "
                f"with another --data-dir (and another --port, if a demo runs already)."
            )

    def environment(self) -> dict[str, str]:
        """The children's environment: this one's, less what would point the demo at other services."""
        kept = {
            name: value
            for name, value in os.environ.items()
            if name not in _OWN_NAMES and not name.startswith(_OWN_PREFIXES)
        }
        return kept | {
            "DJANGO_SETTINGS_MODULE": "factcheck.settings",
            "FACTCHECK_DATA_DIR": str(self.data_dir),
            "FACTCHECK_PUBLIC_URL": self.url,
            "FACTCHECK_FETCH_ALLOW": f"{loopback.HOST}:{self.newsstand_port}",
            "PYTHONUNBUFFERED": "1",
            **_SHORT_INTERVALS,
        }

    def credentials(self) -> dict[str, Any]:
        """The demo's users with their passwords, and its API key. Raises DemoError when there are none."""
        try:
            kept = json.loads(self.passwords.read_text(encoding="utf-8"))
            return {"users": dict(kept["users"]), "api_key": str(kept["api_key"])}
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise DemoError(
                f"{self.passwords} does not hold the demo's users ({error!r}). Start with a fresh --data-dir."
            ) from error

    # --- the steps and the processes, in their order -------------------------------------------------------

    def broker(self) -> Process:
        broker = Broker(self.data_dir)
        broker.check_path()
        return self._process(
            "broker", "-m", "factcheck.broker", str(self.data_dir), is_ready=broker.answers, ready_within=20
        )

    def migrate(self) -> Process:
        return self._manage("migrate", "migrate", "--no-input", "--verbosity=1")

    def check(self) -> Process:
        return self._manage("check", "check", "--database", "default")

    def newsstand(self) -> Process:
        port = self.newsstand_port
        return self._process(
            "newsstand",
            *("-m", "factcheck.newsstand", "--port", str(port)),
            # It counts visits from its own start: without this, what had vanished would be back.
            *(["--aged"] if self.loaded.exists() else []),
            is_ready=lambda: loopback.status_of(port, "/_health", timeout=1) == 200,
        )

    def seed(self) -> Process:
        return self._manage(
            "seed",
            *("seed", "--newsstand", self.newsstand_url, "--passwords", str(self.passwords)),
            echo=True,
        )

    def web(self) -> Process:
        return self._process(
            "web",
            *("-m", "granian", "--interface", "wsgi", "--host", loopback.HOST, "--port", str(self.port)),
            *("--workers", "1", "--blocking-threads", "4", "factcheck.wsgi:application"),
            is_ready=lambda: loopback.status_of(self.port, "/healthz", timeout=1) == 200,
        )

    def worker(self) -> Process:
        return self._manage("worker", "supervise", "worker", ready_line=" ready.", grace=40)

    def beat(self) -> Process:
        return self._manage("beat", "supervise", "beat", ready_line="beat: Starting...", grace=20)

    def _manage(self, name: str, *arguments: str, **more: Any) -> Process:
        return self._process(name, str(HOME / "manage.py"), *arguments, **more)

    def _process(self, name: str, *arguments: str, **more: Any) -> Process:
        return Process(
            name=name,
            command=[sys.executable, *arguments],
            environment=self.environment(),
            directory=HOME,
            **more,
        )


@contextmanager
def claimed(data_dir: Path, option: str = "--data-dir") -> Iterator[None]:
    """Hold `data_dir`, making it if needed, for one demo. Raises DemoError naming `option`."""
    try:
        data_dir.mkdir(parents=True, exist_ok=True)
        lock = os.open(data_dir / "demo.lock", os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise DemoError(f"{data_dir} cannot be written ({error.strerror}). Choose another {option}.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        os.close(lock)
        raise DemoError(f"A demo already runs in {data_dir}. Choose another {option} and --port.") from error
    try:
        yield
    finally:
        os.close(lock)


def pages_not_ready(port: int, status_of: Callable[[int, str], int | None]) -> dict[str, int | None]:
    """Which of the pages a visitor starts with do not answer 200 yet, and what they answer."""
    answers = {page: status_of(port, page) for page in PAGES}
    return {page: status for page, status in answers.items() if status != 200}
