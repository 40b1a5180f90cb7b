"""Name look-ups that end in time: the system's resolver cannot be told to, so another thread waits for it."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue

from sources.fetching.waiting import Deadline

Resolve = Callable[[str], Sequence[str]]


def system_resolver(host: str) -> tuple[str, ...]:
    """Every address of `host` in the system's order of preference. Raises OSError where there is none."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in answers))


@dataclass(frozen=True, slots=True)
class _Question:
    resolve: Resolve
    host: str
    answer: SimpleQueue[tuple[str, ...] | Exception] = field(default_factory=SimpleQueue)


class LookUps:
    """
    Threads that look names up and, when done, wait for the next: starting one costs as much as a look-up.

    A look-up that hangs keeps its thread until the system gives up; beyond `most` at once none is begun.
    """

    def __init__(self, most: int = 128) -> None:
        self._most = most
        self.begin_anew()

    def begin_anew(self) -> None:
        """Forget all threads: those of a parent process did not come along into its child."""
        self._slots = threading.BoundedSemaphore(self._most)
        self._idle = threading.Semaphore(0)
        self._questions: SimpleQueue[_Question] = SimpleQueue()

    def within(self, seconds: float, resolve: Resolve, host: str) -> tuple[str, ...]:
        """
        Ask `resolve` for the addresses of `host`, for at most `seconds`.

        Raises OSError (TimeoutError among them), or whatever else `resolve` raises.
        """
        question = _Question(resolve, host)
        patience = Deadline(seconds)
        if not self._slots.acquire(timeout=patience.left()):
            raise TimeoutError("too many name look-ups are hanging")
        if not self._idle.acquire(blocking=False):
            self._start_thread()
        self._questions.put(question)
        try:
            found = question.answer.get(timeout=patience.left())
        except Empty:
            raise TimeoutError("the name look-up took too long") from None
        if isinstance(found, Exception):
            raise found
        return found

    def _start_thread(self) -> None:
        try:
            threading.Thread(target=self._look_up_for_ever, name="name look-ups", daemon=True).start()
        except RuntimeError as error:
            self._slots.release()
            raise OSError("no thread to look the name up in") from error

    def _look_up_for_ever(self) -> None:
        slots, idle, questions = self._slots, self._idle, self._questions
        while True:
            question = questions.get()
            try:
                found: tuple[str, ...] | Exception = tuple(map(str, question.resolve(question.host)))
            except Exception as error:  # handed over to the thread that asked
                found = error
            # Before the answer: whoever asks next must find this thread idle.
            idle.release()
            slots.release()
            question.answer.put(found)


look_ups = LookUps()
os.register_at_fork(after_in_child=look_ups.begin_anew)
