"""Small servers on loopback that answer as they are told, also in ways no server should."""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable
from contextlib import suppress
from types import TracebackType

import pytest

from sources.fetching import Egress, Limits, connecting

AGENT = "Factcheck-tests/1"
QUICK = Limits(connect_seconds=1, deadline_seconds=1)
PUBLIC = "93.184.216.34"
REAL_DIAL = connecting.dial

Script = Callable[["Visit"], None]


class Visit:
    """One connection: what was asked, and the means to answer."""

    def __init__(self, connection: socket.socket, request: bytes, number: int, closing: threading.Event) -> None:
        self.connection = connection
        self.request = request
        self.number = number
        self._closing = closing

    @property
    def path(self) -> str:
        return self.request.split(b" ", 2)[1].decode()

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def wait(self, seconds: float) -> None:
        """Sleep, but give up when the test is over."""
        if self._closing.wait(seconds):
            raise ConnectionAbortedError

    def drip(self, data: bytes, every: float) -> None:
        for byte in data:
            self.send(bytes([byte]))
            self.wait(every)

    def reset(self) -> None:
        """Close with RST instead of FIN."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\0\0\0\0\0\0\0")
        self.connection.close()


class Origin:
    """A server that plays `script` for every connection; a script of bytes is sent as it is."""

    def __init__(
        self,
        script: Script | bytes,
        *,
        tls: ssl.SSLContext | None = None,
        reads: bool = True,
        address: str = "127.0.0.1",
    ) -> None:
        self._script = script
        self._tls = tls
        self._reads = reads
        self._closing = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(
            (address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET, backlog=128
        )
        self._listener.settimeout(0.05)
        self.address = address
        self.port: int = self._listener.getsockname()[1]
        self.requests: list[bytes] = []
        self.connections = 0
        self._start(self._accept)

    def url(self, path: str = "/", *, scheme: str = "http", host: str | None = None) -> str:
        return f"{scheme}://{host or self.address}:{self.port}{path}"

    @property
    def pair(self) -> tuple[str, int]:
        return self.address, self.port

    def __enter__(self) -> Origin:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._closing.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)  # wakes the accepting thread
        for thread in self._threads:
            thread.join(timeout=5)
        self._listener.close()

    def _start(self, work: Callable[[], None]) -> None:
        thread = threading.Thread(target=work, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._closing.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:  # nobody came yet, or `close` woke us
                continue
            self.connections += 1
            number = self.connections
            self._start(lambda connection=connection, number=number: self._answer(connection, number))

    def _answer(self, connection: socket.socket, number: int) -> None:
        connection.settimeout(5)
        with suppress(OSError), connection:
            if self._tls is not None:
                connection = self._tls.wrap_socket(connection, server_side=True)
            with connection:
                request = _read_request(connection) if self._reads else b""
                self.requests.append(request)
                if isinstance(self._script, bytes):
                    connection.sendall(self._script)
                else:
                    self._script(Visit(connection, request, number, self._closing))


def _read_request(connection: socket.socket) -> bytes:
    request = b""
    while b"\r\n\r\n" not in request:
        piece = connection.recv(65_536)
        if not piece:
            return request
        request += piece
    head, _, body = request.partition(b"\r\n\r\n")
    length = 0
    for line in head.split(b"\r\n"):
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
    while len(body) < length:
        body += connection.recv(65_536)
    return head + b"\r\n\r\n" + body


def answer(body: bytes = b"", *headers: str, status: str = "200 OK", length: bool = True) -> bytes:
    """An answer with those header lines, and a Content-Length unless told otherwise."""
    lines = [f"HTTP/1.1 {status}", *headers, *([f"Content-Length: {len(body)}"] if length else [])]
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


def redirect(location: str, status: str = "302 Found") -> bytes:
    """A redirect without a body."""
    return answer(b"", f"Location: {location}", status=status)


def chunked(*pieces: bytes, head: tuple[str, ...] = (), end: bytes = b"0\r\n\r\n") -> bytes:
    """An answer in chunks."""
    chunks = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces)
    return answer(b"", "Transfer-Encoding: chunked", *head, length=False) + chunks + end


def egress(*allowed: Origin, **options: object) -> Egress:
    """Rules that allow those origins, and are quick."""
    pairs = frozenset(origin.pair for origin in allowed)
    return Egress(**{"user_agent": AGENT, "allow": pairs, "limits": QUICK, **options})  # type: ignore[arg-type]


def only_loopback_connects(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Let no connection leave this machine; returns the list of addresses that were dialled."""
    dialled: list[str] = []

    def dial(address: str, port: int, seconds: float) -> socket.socket:
        dialled.append(address)
        if address != "127.0.0.1":
            raise ConnectionRefusedError("the tests stay on this machine")
        return REAL_DIAL(address, port, seconds)

    monkeypatch.setattr(connecting, "dial", dial)
    return dialled


class Canaries:
    """Every inner address at once: dialling one counts, and one server answers for all; nothing goes outside."""

    def __init__(
        self, canary: Origin, is_inner: Callable[[str], bool], patch: pytest.MonkeyPatch, *let_through: Origin
    ) -> None:
        self._canary = canary
        self._is_inner = is_inner
        self._let_through = {origin.pair for origin in let_through}
        self.reached: list[str] = []
        patch.setattr(connecting, "dial", self._dial)

    def _dial(self, address: str, port: int, seconds: float) -> socket.socket:
        if (address, port) in self._let_through:
            return REAL_DIAL(address, port, seconds)
        if self._is_inner(address):
            self.reached.append(f"{address}:{port}")
            return REAL_DIAL(*self._canary.pair, seconds)
        raise ConnectionRefusedError("the tests stay on this machine")


def read_leniently(host: str) -> list[str]:
    """A resolver that reads numbers as the C library does; what ends in public.example is public, all else inside."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except (OSError, UnicodeEncodeError):
        return [PUBLIC] if host.endswith("public.example") else ["127.0.0.1"]
