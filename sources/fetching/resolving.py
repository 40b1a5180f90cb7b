"""Name look-ups that end in time: the system's resolver cannot be told to, so a thread waits for it."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue

Resolve = Callable[[str], Sequence[str]]

# Look-ups that hang keep their thread until the system gives up; more than this many at once are not begun.
_slots = threading.BoundedSemaphore(128)


def system_resolver(host: str) -> tuple[str, ...]:
    """Every address of `host` in the system's order of preference. Raises OSError where there is none."""
    answers = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    return tuple(dict.fromkeys(str(address[0]) for *_, address in answers))


def resolve_within(resolve: Resolve, host: str, seconds: float) -> tuple[str, ...]:
    """
    Ask `resolve` for the addresses of `host`, for at most `seconds`.

    Raises OSError (TimeoutError among them), or whatever else `resolve` raises.
    """
    answer: SimpleQueue[tuple[str, ...] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answer.put(tuple(resolve(host)))
        except Exception as error:  # handed over to the thread that asked
            answer.put(error)
        finally:
            _slots.release()

    if not _slots.acquire(timeout=seconds):
        raise TimeoutError("too many name look-ups are hanging")
    try:
        threading.Thread(target=look_up, name=f"look up {host}", daemon=True).start()
    except RuntimeError as error:
        _slots.release()
        raise OSError("no thread to look the name up in") from error
    try:
        found = answer.get(timeout=seconds)
    except Empty:
        raise TimeoutError("the name look-up took too long") from None
    if isinstance(found, Exception):
        raise found
    return found
