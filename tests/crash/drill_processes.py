"""The real processes of a drill: a broker without a memory, a worker and a schedule; none outlives the drill."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import redis

from factcheck import loopback
from factcheck.broker import ONCE, server_binary
from factcheck.children import start_guard

HERE = Path(__file__).resolve().parents[2]
CELERY = ["-m", "celery", "-A", "factcheck", "worker", "--concurrency", "2", "--loglevel", "INFO"]


def wait_until(condition: Callable[[], bool], within: float, every: float = 0.05) -> float:
    """Wait for a condition; return after how many seconds it held. Raises TimeoutError."""
    began = time.monotonic()
    while not condition():
        if time.monotonic() - began > within:
            raise TimeoutError
        time.sleep(every)
    return time.monotonic() - began


@dataclass
class Processes:
    """Every process is the leader of a group, which the guard ends should the drill itself be killed."""

    folder: Path
    environment: dict[str, str]
    broker_port: int = field(default_factory=lambda: loopback.first_free(range(7390 + os.getpid() % 400, 7990)))
    running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _read: int = 0  # bytes of the worker's log
    _begun: int = 0

    @contextmanager
    def guarded(self) -> Iterator[None]:
        """Whatever happens within, everything has ended afterwards."""
        self._guard = start_guard(grace=1)
        try:
            yield
        finally:
            for process in self.running.values():
                process.terminate()
            for name in list(self.running):
                self.end(name)
            self._guard.communicate()

    def start(self, name: str, *command: str) -> None:
        with self.log(name).open("ab") as log:
            process = subprocess.Popen(
                command, cwd=HERE, env=self.environment, stdout=log, stderr=log, start_new_session=True
            )
        self.running[name] = process
        assert self._guard.stdin is not None
        self._guard.stdin.write(f"+{process.pid}\n".encode())

    def end(self, name: str) -> None:
        """Ask a process to stop, and end its group if it does not."""
        process = self.running.pop(name)
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=10)
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()

    def log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    # --- the parts -------------------------------------------------------------------------------------

    def start_broker(self) -> None:
        """Start a broker that remembers nothing, and wait until it answers."""
        options = ("--port", str(self.broker_port), "--bind", loopback.HOST, "--save", "", "--appendonly", "no")
        self.start("broker", str(server_binary()), *options, "--dir", str(self.folder))
        wait_until(self.broker_answers, 10, every=0.02)

    def broker_answers(self) -> bool:
        try:
            with redis.Redis(host=loopback.HOST, port=self.broker_port, socket_timeout=1, retry=ONCE) as client:
                return bool(client.ping())
        except redis.exceptions.RedisError:
            return False

    def kill_broker(self) -> None:
        process = self.running.pop("broker")
        process.kill()
        process.wait()

    def start_worker(self, *, supervised: bool) -> None:
        """Start a worker; not supervised it is Celery alone, with neither the sweep nor anybody to restart it."""
        self.start("worker", sys.executable, *(["manage.py", "supervise", "worker"] if supervised else CELERY))

    def start_beat(self) -> None:
        self.start("beat", sys.executable, "manage.py", "supervise", "beat")

    # --- what to kill ----------------------------------------------------------------------------------

    def celery(self) -> int | None:
        """The process id of Celery's main process."""
        leader = self.running["worker"].pid
        mains = [pid for pid, parent, words in _table() if "celery" in words and leader in (pid, parent)]
        return mains[0] if mains else None

    def pool_child(self) -> int | None:
        """The process id of one of Celery's children that do the work."""
        main = self.celery()
        children = [pid for pid, parent, words in _table() if main and parent == main and "celery" in words]
        return children[0] if children else None

    def sweep(self) -> int | None:
        """The process id of the sweep beside Celery."""
        leader = self.running["worker"].pid
        sweeps = [pid for pid, parent, words in _table() if parent == leader and words.endswith("manage.py sweep")]
        return sweeps[0] if sweeps else None

    def everything(self) -> list[int]:
        """The process ids of all that works; not of the supervisor and its guard."""
        main, sweep = self.celery(), self.sweep()
        children = [pid for pid, parent, _ in _table() if parent == main]
        return [pid for pid in (main, sweep, *children) if pid]

    def tasks_begun(self) -> int:
        """How many messages Celery has taken so far, by its log."""
        with self.log("worker").open("rb") as log:
            log.seek(self._read)
            news = log.read()
        whole = news[: news.rfind(b"\n") + 1]
        self._read += len(whole)
        self._begun += whole.count(b"] received")
        return self._begun

    def exits(self) -> tuple[int, int]:
        """How often the supervisor saw a process exit, and how often it ended one that got nowhere."""
        text = self.log("worker").read_text(encoding="utf-8", errors="replace")
        return text.count("; starting it again in"), text.count("runs but gets nowhere")


def _table() -> list[tuple[int, int, str]]:
    """Every process: its id, its parent's id, its command line."""
    listed = subprocess.run(["ps", "-eo", "pid=,ppid=,args="], capture_output=True, text=True, check=True).stdout
    rows = (line.split(None, 2) for line in listed.splitlines())
    return [(int(row[0]), int(row[1]), row[2].strip()) for row in rows if len(row) == 3]
