"""One HTTP exchange with one checked address, under one deadline; only `sources.fetching` may use it."""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache

from sources.fetching.answers import Head, body_pieces, read_head
from sources.fetching.exchanges import Headers, Limits, Unreachable, first_header
from sources.fetching.urls import Target
from sources.fetching.waiting import Deadline, Wire, told_plainly

_ADDRESSES_TRIED = 4
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+\s*")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, the same at every hop but for the headers."""

    method: str
    body: bytes | None
    headers: Headers

    def message(self, target: Target) -> bytes:
        """As it goes over the wire."""
        lines = [f"{self.method} {target.request_target} HTTP/1.1"]
        lines += [f"{name}: {value}" for name, value in self.headers]
        return "\r\n".join([*lines, "", ""]).encode("ascii") + (self.body or b"")


class Answer:
    """
    The head of an answer, and its body for those who want it.

    `headers` are safe to print and to store; `raw_location` keeps what must be refused, not mended.
    """

    def __init__(self, wire: Wire, head: Head, address: str, tls: str) -> None:
        self._wire = wire
        self._head = head
        self.address = address
        self.tls = tls
        self.status = head.status
        self.reason = _plain_text(head.reason)
        self.http_version = head.http_version
        self.headers: Headers = tuple([(name, _plain_text(value)) for name, value in head.headers])
        self.raw_location = first_header(head.headers, "location")

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return self._head.is_chunked

    @property
    def is_bodiless(self) -> bool:
        """Whether there can be no body: the answer to HEAD, 204 and 304."""
        return self._head.is_bodiless

    def pieces(self) -> Iterator[bytes]:
        """The body as received, piece by piece. Raises `Unreachable`, also where it ends too early."""
        return body_pieces(self._wire, self._head)


@cache
def system_trust() -> ssl.SSLContext:
    """
    Certificates and host names verified against the system's store, TLS 1.2 at least; no key log.

    Revocation is not looked up: lists and OCSP are further connections to addresses that a certificate names,
    and browsers that know revoked certificates carry lists of their own. A revoked certificate is therefore
    good until it expires; whoever must not trust it removes its authority from the system's store.

    One for the process: reading the store takes 20 ms.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.hostname_checks_common_name = False
    context.load_default_certs()
    context.set_alpn_protocols(["http/1.1"])
    return context


@contextmanager
def exchange(
    target: Target,
    addresses: tuple[str, ...],
    request: Request,
    *,
    limits: Limits,
    deadline: Deadline,
    trust: ssl.SSLContext,
    judge: Callable[[str], None],
) -> Iterator[Answer]:
    """
    Ask the first of `addresses` that accepts a connection.

    `judge` raises for an address that must not be reached; it is asked again about the peer that accepted.
    The connection is closed at the end, whatever was left unread. Raises `Unreachable`, and TimeoutError
    where the deadline passes between two waits.
    """
    sock = _connect(addresses, target.port, limits.connect_seconds, deadline)
    try:
        address = _peer(sock)
        judge(address)
        tls = ""
        if target.scheme == "https":
            sock = secured = _secured(sock, target.host, deadline, trust)
            tls = secured.version() or ""
        wire = Wire(sock, deadline)
        wire.send(request.message(target))
        head = read_head(wire, of_head_request=request.method == "HEAD", most=limits.header_bytes)
        yield Answer(wire, head, address, tls)
    finally:
        sock.close()


def dial(address: str, port: int, seconds: float) -> socket.socket:
    """Connect to a numeric address."""
    sock = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_STREAM)
    try:
        sock.settimeout(seconds)
        sock.connect((address, port))
    except OSError:
        sock.close()
        raise
    return sock


def _connect(addresses: tuple[str, ...], port: int, seconds: float, deadline: Deadline) -> socket.socket:
    patience = Deadline(seconds)
    failure = ""
    tried = addresses[:_ADDRESSES_TRIED]
    for still_to_try, address in zip(range(len(tried), 0, -1), tried, strict=True):
        left = deadline.left()
        try:
            return dial(address, port, min(left, patience.left() / still_to_try))
        except OSError as error:
            failure = f"{address}: {error}"
    deadline.left()
    raise Unreachable("connect", f"No connection: {failure}.")


def _peer(sock: socket.socket) -> str:
    try:
        return str(sock.getpeername()[0])
    except OSError as error:  # reset between the two calls
        raise Unreachable("connect", f"No connection: {error}.") from error


def _secured(sock: socket.socket, host: str, deadline: Deadline, trust: ssl.SSLContext) -> ssl.SSLSocket:
    try:
        sock.settimeout(deadline.left())
        # A connection cut by somebody on the way must not look like the end of a page.
        return trust.wrap_socket(sock, server_hostname=host, suppress_ragged_eofs=False)
    except OSError as error:
        raise told_plainly(error) from error


def _plain_text(value: str) -> str:
    """A header's value on one line: folds and control characters become a space."""
    return value if value.isprintable() else _CONTROLS.sub(" ", value)
