"""One reading child as its parent sees it: starting it, talking to it in frames, and why it was lost."""

import json
import os
import select
import signal
import subprocess
import sys
import time
import weakref
from pathlib import Path
from typing import Any, Final

_ROOT: Final = Path(__file__).resolve().parents[2]
_ENVIRONMENT: Final = {
    "PYTHONPATH": str(_ROOT),
    "PYTHONDONTWRITEBYTECODE": "1",
    "PYTHONIOENCODING": "utf-8",
    # Each thread of a numeric library would reserve address space that the memory limit counts.
    "OPENBLAS_NUM_THREADS": "1",
    "OMP_NUM_THREADS": "1",
}
CHILD = "sources.reading.child"
"""The module that the child runs; another one only in tests."""

_START_SECONDS = 60.0
_LARGEST_ANSWER = 100_000_000
_PIECE = 1 << 20


class ChildLostError(Exception):
    """The child is gone or of no more use; `problem` names the reason as a Reading does."""

    def __init__(self, problem: str) -> None:
        super().__init__(problem)
        self.problem = problem


class ChildProcess:
    """A running `sources.reading.child`. Every method that waits raises ChildLostError."""

    def __init__(self, memory_bytes: int, cpu_seconds: int) -> None:
        self.documents = 0
        self._is_warm = False
        # The child dies when our end is closed; no process forked from this one keeps a copy (see below).
        life, self._life = os.pipe()
        try:
            self._process = subprocess.Popen(  # noqa: S603 - our own module, and two numbers
                [
                    sys.executable,
                    "-m",
                    CHILD,
                    str(int(memory_bytes)),
                    str(int(cpu_seconds)),
                    str(life),
                ],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                bufsize=0,
                env=_ENVIRONMENT,
                cwd=_ROOT,
                start_new_session=True,
                pass_fds=(life,),
            )
        except OSError as error:
            os.close(self._life)
            raise ChildLostError("crashed") from error
        finally:
            os.close(life)
        _OURS.add(self)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._requests, self._answers = self._process.stdin, self._process.stdout
        os.set_blocking(self._requests.fileno(), False)
        os.set_blocking(self._answers.fileno(), False)
        try:
            self.receive(self.deadline(_START_SECONDS))
        except ChildLostError:
            self.kill()
            raise

    @property
    def pid(self) -> int:
        """Process id, for tests and for whoever watches the machine."""
        return self._process.pid

    def resident_bytes(self) -> int:
        """The memory it holds now; 0 where the system does not say, or the process is gone."""
        try:
            pages = Path(f"/proc/{self.pid}/statm").read_text().split()[1]
        except OSError:
            return 0
        return int(pages) * os.sysconf("SC_PAGE_SIZE")

    def is_alive(self) -> bool:
        """Whether the process still runs."""
        return self._process.poll() is None

    @staticmethod
    def deadline(seconds: float) -> float:
        """The moment of the monotonic clock so many seconds ahead."""
        return time.monotonic() + seconds

    def warm(self) -> bool:
        """Have the libraries for main text loaded, once, outside any document's time; say whether that was now."""
        if self._is_warm:
            return False
        deadline = self.deadline(_START_SECONDS)
        self.send({"warm": True, "size": 0}, b"", deadline)
        self.receive(deadline)
        self._is_warm = True
        return True

    def send(self, request: dict[str, object], body: bytes, deadline: float) -> None:
        """Send one request and the body behind it, by `deadline`."""
        head = json.dumps(request).encode()
        pieces = (len(head).to_bytes(4, "big") + head, body)
        for piece in pieces:
            rest = memoryview(piece)
            while rest:
                self._wait(self._requests.fileno(), select.POLLOUT, deadline)
                try:
                    rest = rest[os.write(self._requests.fileno(), rest[:_PIECE]) :]
                except BlockingIOError:
                    continue
                except OSError as error:
                    raise ChildLostError(self._cause_of_death()) from error

    def receive(self, deadline: float) -> dict[str, Any]:
        """The child's next answer, by `deadline`."""
        length = int.from_bytes(self._read(4, deadline), "big")
        try:
            answer = json.loads(self._read_part(length, deadline))
        except ValueError as error:
            raise ChildLostError("crashed") from error
        if not isinstance(answer, dict):
            raise ChildLostError("crashed")
        if "failed" in answer:
            raise ChildLostError(str(answer["failed"]))
        if "text_size" in answer:
            answer["text"] = str(self._read_part(answer.pop("text_size"), deadline), "utf-8", "replace")
        return answer

    def kill(self) -> None:
        """End the process and give back what it held. Never raises."""
        self._process.kill()
        self._process.wait()
        self._close_pipes()

    def abandon(self) -> None:
        """Let go of another process's child: close our copies of its pipes, and do not wait for it."""
        self._process.returncode = 0
        self._close_pipes()

    def _close_pipes(self) -> None:
        if self._life >= 0:
            os.close(self._life)
            self._life = -1
        for pipe in (self._requests, self._answers):
            try:
                pipe.close()
            except OSError:  # a request half written to a dead child
                pass

    def _read_part(self, length: object, deadline: float) -> bytearray:
        """So many bytes as the child announced, unless that is nonsense."""
        if not isinstance(length, int) or not 0 <= length <= _LARGEST_ANSWER:
            raise ChildLostError("crashed")
        return self._read(length, deadline)

    def _read(self, length: int, deadline: float) -> bytearray:
        data = bytearray()
        while len(data) < length:
            self._wait(self._answers.fileno(), select.POLLIN, deadline)
            try:
                piece = os.read(self._answers.fileno(), min(length - len(data), _PIECE))
            except BlockingIOError:
                continue
            if not piece:
                raise ChildLostError(self._cause_of_death())
            data += piece
        return data

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        """Wait until the pipe is ready; a child that takes too long is of no more use."""
        poll = select.poll()
        poll.register(descriptor, event)
        if not poll.poll(max(deadline - time.monotonic(), 0) * 1_000):
            raise ChildLostError("time_limit")

    def _cause_of_death(self) -> str:
        """The problem's name by how the child ended; a SIGKILL not sent by us is the kernel's, for memory."""
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            return "crashed"
        return {-signal.SIGXCPU: "time_limit", -signal.SIGKILL: "memory_limit"}.get(code, "crashed")


_OURS: "weakref.WeakSet[ChildProcess]" = weakref.WeakSet()


def _leave_to_parent() -> None:
    """After a fork, give up every child: else it would outlive the process that started it."""
    for child in list(_OURS):
        child.abandon()
    _OURS.clear()


os.register_at_fork(after_in_child=_leave_to_parent)
