"""Waiting for a peer no longer than one deadline allows, however slowly it drips.

A socket's own timeout starts anew at each byte, so it never ends a peer that sends one byte a second. Here
every send and receive is re-armed with what is left of the whole.
"""

from __future__ import annotations

import ssl
import time
from typing import Protocol

from sources.fetching.exchanges import Unreachable

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
    def recv(self, size: int, /) -> bytes: ...


class LineTooLong(Exception):
    """The peer sent more before a line feed than it may."""


class Wire:
    """
    A connected socket, and what it gave but nobody has taken yet.

    Every method waits for the deadline at most and raises `Unreachable`: `timeout`, `tls`, or `protocol` where
    the peer broke off.
    """

    def __init__(self, sock: Socket, deadline: Deadline) -> None:
        self._socket = sock
        self._deadline = deadline
        self._held = bytearray()

    def send(self, data: bytes) -> None:
        """Send all of `data`."""
        rest = memoryview(data)
        try:
            while rest:
                self._socket.settimeout(self._deadline.left())
                rest = rest[self._socket.send(rest) :]
        except OSError as error:
            raise told_plainly(error) from error

    def line(self, most: int) -> bytes:
        """
        The next line with its line feed, or b"" where the peer has closed before one.

        Raises LineTooLong where it has more than `most` bytes.
        """
        searched = 0
        while not (end := self._held.find(b"\n", searched, most) + 1):
            searched = len(self._held)
            if searched >= most:
                raise LineTooLong(f"more than {most} bytes")
            piece = self._receive(PIECE)
            if not piece:
                return b""
            self._held += piece
        return self._take(end)

    def some(self, most: int) -> bytes:
        """At least one byte and `most` at most, or b"" where the peer has closed."""
        return self._take(most) if self._held else self._receive(min(most, PIECE))

    def _take(self, most: int) -> bytes:
        taken = bytes(self._held[:most])
        del self._held[:most]
        return taken

    def _receive(self, most: int) -> bytes:
        try:
            self._socket.settimeout(self._deadline.left())
            return self._socket.recv(most)
        except OSError as error:
            raise told_plainly(error) from error


def told_plainly(error: OSError) -> Unreachable:
    """What a socket raises, as `Unreachable`."""
    if isinstance(error, TimeoutError):
        return Unreachable("timeout", f"Timed out: {error}.")
    if isinstance(error, ssl.SSLError):
        return Unreachable("tls", f"No trustworthy TLS: {error}.")
    return Unreachable("protocol", f"The connection broke: {error}.")
