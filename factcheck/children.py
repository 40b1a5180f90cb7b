"""One started child of the supervisor: its process group, its output, and how it is ended."""

import os
import re
import signal
import subprocess
import sys
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Thread

LOG_MAX_BYTES = 10_000_000
TAIL_LINES = 12
# Lines that a person should see at once: structlog's console and JSON forms, Celery's, a traceback's head.
_ERROR = re.compile(r"\[(error|critical)\s*\]|: (ERROR|CRITICAL)/|\"level\": ?\"(error|critical)\"|^Traceback")

Say = Callable[[str], None]


@dataclass(frozen=True, kw_only=True)
class Process:
    """A process to keep running.

    Ready means: it runs, a line of its output holds `ready_line`, and `is_ready` says so; all within
    `ready_within` seconds. `health` tells why the process runs but gets nowhere, or an empty string; it raises
    where it cannot tell. With `echo` its output is shown, and not only logged; `verbatim` without its name
    before each line. `grace` is in seconds.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    directory: Path
    is_ready: Callable[[], bool] = lambda: True
    ready_line: str = ""
    ready_within: float = 60
    health: Callable[[], str] | None = None
    grace: float = 10
    echo: bool = False
    verbatim: bool = False


class LogFile:
    """A child's log: prefixed lines, appended; the file before it is kept when it grows past a limit."""

    def __init__(self, path: Path) -> None:
        self.path = path
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a", encoding="utf-8")

    def write(self, line: str) -> None:
        """Append one line."""
        self._file.write(line + "\n")
        self._file.flush()
        if self._file.tell() > LOG_MAX_BYTES:
            self._file.close()
            os.replace(self.path, self.path.with_name(self.path.name + ".1"))
            self._file = self.path.open("a", encoding="utf-8")

    def close(self) -> None:
        """Close the file."""
        self._file.close()


class Child:
    """One run of a process, as the leader of a session of its own: the terminal's Ctrl-C spares it."""

    def __init__(self, process: Process, log_dir: Path | None, say: Say) -> None:
        self.process = process
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.has_shown_ready_line = not process.ready_line
        self.started_at = time.monotonic()
        self._say = say
        self._log = LogFile(log_dir / f"{process.name}.log") if log_dir else None
        self._rest = b""
        self._popen = subprocess.Popen(
            process.command,
            env=dict(process.environment),
            cwd=process.directory,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        self.pid = self._popen.pid
        assert self._popen.stdout is not None
        self._output = self._popen.stdout
        os.set_blocking(self._output.fileno(), False)

    def fileno(self) -> int:
        """The descriptor of its output, for select()."""
        return self._output.fileno()

    @property
    def exit_code(self) -> int | None:
        """The exit code once it has ended; negative for the signal that ended it."""
        return self._popen.poll()

    def read(self) -> None:
        """Take over what it has written since the last time, without waiting."""
        while chunk := self._read_chunk():
            *lines, self._rest = (self._rest + chunk).split(b"\n")
            for line in lines:
                self._take(line.decode("utf-8", "replace").rstrip("\r"))

    def _read_chunk(self) -> bytes:
        try:
            return os.read(self._output.fileno(), 65536)
        except BlockingIOError:
            return b""

    def _take(self, line: str) -> None:
        if self._log:
            self._log.write(f"{self.process.name} | {line}")
        self.tail.append(line)
        if self.process.ready_line in line:
            self.has_shown_ready_line = True
        if self.process.echo or _ERROR.search(line):
            self._say(line if self.process.verbatim else f"{self.process.name} | {line}")

    def ask_to_stop(self) -> None:
        """Ask the leader alone: a worker looks after its own pool."""
        try:
            os.kill(self.pid, signal.SIGTERM)
        except ProcessLookupError:
            pass

    def kill(self) -> None:
        """End the whole group now."""
        try:
            os.killpg(self.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS says EPERM for a group of zombies
            pass

    def bury(self) -> int:
        """Sweep up what is left of the group once the leader has ended; return the leader's exit code."""
        self.kill()
        code = self._popen.wait()
        self.read()
        if self._rest:
            self._take(self._rest.decode("utf-8", "replace"))
        self._output.close()
        if self._log:
            self._log.close()
        return code


class Examination:
    """One question after a process's health, asked in a thread: what it asks of may never answer."""

    def __init__(self, question: Callable[[], str]) -> None:
        self.began_at = time.monotonic()
        self.fault = ""
        self.doubt = ""  # why nobody can tell
        self._question = question
        self._thread = Thread(target=self._ask, daemon=True)
        self._thread.start()

    def _ask(self) -> None:
        try:
            self.fault = self._question()
        except Exception as error:  # whatever it is, the process is not to blame; the supervisor says it
            self.doubt = f"{type(error).__name__}: {error}"

    @property
    def is_over(self) -> bool:
        """Whether there is an answer."""
        return not self._thread.is_alive()


def start_guard(grace: float) -> subprocess.Popen[bytes]:
    """Start the guard that ends our children should this process be killed; see factcheck.guard."""
    return subprocess.Popen(
        [sys.executable, "-I", "-S", str(Path(__file__).with_name("guard.py")), str(grace)],
        stdin=subprocess.PIPE,
        bufsize=0,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
