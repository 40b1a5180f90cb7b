"""Waiting for a peer no longer than one deadline allows, however slowly it drips.

A socket's own timeout starts anew at each byte, so it never ends a peer that sends one byte a second. Here
every send and receive is re-armed with what is left of the whole.
"""

from __future__ import annotations

import io
import time
from typing import TYPE_CHECKING, Protocol

from sources.fetching.exchanges import Limits

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE = 65_536


class Deadline:
    """A point in time after which nothing more is waited for."""

    def __init__(self, seconds: float) -> None:
        self._began = time.monotonic()
        self._seconds = seconds

    def elapsed(self) -> float:
        """Seconds since it was set."""
        return time.monotonic() - self._began

    def left(self) -> float:
        """Seconds that remain; raises TimeoutError where none do."""
        left = self._seconds - self.elapsed()
        if left <= 0:
            raise TimeoutError(f"nothing usable within {self._seconds:g} seconds")
        return left


class Socket(Protocol):
    """What is needed of a connected socket, plain or TLS."""

    def settimeout(self, seconds: float, /) -> None: ...
    def send(self, data: memoryview, /) -> int: ...
    def recv_into(self, buffer: WriteableBuffer, /) -> int: ...


class HeadTooLarge(Exception):
    """The status lines and headers outgrew their limit."""


class TooMuchFraming(Exception):
    """The peer sent far more than its body may measure, as chunk sizes, extensions or trailers."""


class Wire:
    """Stands in for an HTTP connection's socket; every wait on it is a wait for the deadline."""

    def __init__(self, sock: Socket, deadline: Deadline, limits: Limits) -> None:
        self._socket = sock
        self._deadline = deadline
        self._head_limit = limits.header_bytes
        self._total_limit = limits.header_bytes + 2 * limits.wire_bytes + PIECE
        self._received = 0
        self.is_in_head = True

    def settimeout(self, seconds: object) -> None:
        """Do nothing: the deadline decides."""

    def close(self) -> None:
        """Do nothing: http.client closes before the body is read; `exchange` closes when all is done."""

    def sendall(self, data: bytes) -> None:
        """Send all of `data`."""
        rest = memoryview(data)
        while rest:
            self._socket.settimeout(self._deadline.left())
            rest = rest[self._socket.send(rest) :]

    def makefile(self, mode: str) -> io.BufferedReader:
        """A reader over `receive`."""
        return io.BufferedReader(_Source(self))

    def receive(self, buffer: WriteableBuffer) -> int:
        """Receive some bytes into `buffer`. The buffer is refilled only when all before it was consumed."""
        if self.is_in_head and self._received >= self._head_limit:
            raise HeadTooLarge(f"more than {self._head_limit} bytes of headers")
        if self._received >= self._total_limit:
            raise TooMuchFraming("more framing than body")
        self._socket.settimeout(self._deadline.left())
        count = self._socket.recv_into(buffer)
        if not count and self.is_in_head:
            # http.client takes this for the end of the headers, and so half a head for an empty page.
            raise ConnectionError("closed before the end of the headers")
        self._received += count
        return count


class _Source(io.RawIOBase):
    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: WriteableBuffer) -> int:
        return self._wire.receive(buffer)
