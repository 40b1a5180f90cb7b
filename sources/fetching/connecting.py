"""One HTTP exchange with one checked address, under one deadline; only `sources.fetching` may use it.

urllib3 and http.client write the request and read the answer. What they leave open is settled here: every
wait ends at the deadline (`sources.fetching.waiting`); heads, interim answers and framing are bounded; and what could
be read in two ways is an error.
"""

from __future__ import annotations

import http.client
import re
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from urllib3.connection import HTTPConnection
from urllib3.exceptions import HTTPError, ReadTimeoutError
from urllib3.exceptions import SSLError as TransportSSLError

from sources.fetching.exchanges import Headers, Limits, Unreachable, first_header
from sources.fetching.urls import Target
from sources.fetching.waiting import PIECE, Deadline, HeadTooLarge, TooMuchFraming, Wire

if TYPE_CHECKING:
    from urllib3.response import BaseHTTPResponse

_ADDRESSES_TRIED = 4
_INTERIM_ANSWERS = 8
# Ten megabytes in chunks of one byte would keep a processor busy for the whole deadline.
_CHUNKS = 100_000
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_CONTROLS = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]+\s*")


@dataclass(frozen=True, slots=True)
class Request:
    """What is asked, the same at every hop but for the headers."""

    method: str
    body: bytes | None
    headers: Headers


class _Response(http.client.HTTPResponse):
    """
    http.client's reader with its open ends closed.

    The three methods are those in which http.client skips 100 without bound, takes 103 for the answer, drops
    headers behind a malformed line, and reads "-1" or "0x5" as a chunk's size.
    """

    _chunks = 0

    def _read_status(self) -> tuple[str, int, str]:
        for _ in range(_INTERIM_ANSWERS + 1):
            status_line: tuple[str, int, str] = super()._read_status()  # type: ignore[misc]
            if not 100 <= status_line[1] < 200:
                return status_line
            if status_line[1] == 101:
                raise http.client.HTTPException("switched protocols unasked")
            http.client.parse_headers(self.fp)
        raise HeadTooLarge(f"more than {_INTERIM_ANSWERS} interim answers")

    def begin(self) -> None:
        super().begin()
        rest = self.headers.get_payload()
        if isinstance(rest, str) and rest.strip():
            raise http.client.HTTPException("a malformed line among the headers")
        lengths = set(self.headers.get_all("content-length", []))
        if len(lengths) > 1 or not all(length.isascii() and length.isdigit() for length in lengths):
            raise http.client.HTTPException("an ambiguous Content-Length")
        codings = [coding.lower() for coding in self.headers.get_all("transfer-encoding", [])]
        if codings not in ([], ["chunked"]):
            raise http.client.HTTPException("an unknown Transfer-Encoding")

    def _read_next_chunk_size(self) -> int:
        self._chunks += 1
        if self._chunks > _CHUNKS:
            raise http.client.HTTPException(f"more than {_CHUNKS} chunks")
        found = _CHUNK_SIZE.fullmatch(self.fp.readline(PIECE + 1))
        if found is None:
            raise ValueError("malformed chunk size")
        return int(found[1], 16)


class _Connection(HTTPConnection):
    response_class = _Response


class Answer:
    """
    The head of an answer, and its body for those who want it.

    `headers` are safe to print and to store; `raw_location` keeps what must be refused, not mended.
    """

    def __init__(self, response: BaseHTTPResponse, deadline: Deadline, address: str) -> None:
        self._response = response
        self._deadline = deadline
        self.address = address
        self.status = response.status
        self.reason = _plain_text(response.reason or "")
        self.http_version = "HTTP/1.0" if response.version == 10 else "HTTP/1.1"
        raw = tuple(response.headers.iteritems())
        self.headers: Headers = tuple((name, _plain_text(value)) for name, value in raw)
        self.raw_location = first_header(raw, "location")

    @property
    def is_chunked(self) -> bool:
        """Whether the body comes in chunks."""
        return self._response.chunked

    def pieces(self) -> Iterator[bytes]:
        """The body as received, piece by piece. Raises `Unreachable`, also where it ends too early."""
        while True:
            with _told_plainly():
                self._deadline.left()
                piece = self._response.read1(PIECE, decode_content=False)
            if not piece:
                return
            yield piece


@cache
def system_trust() -> ssl.SSLContext:
    """
    Certificates and host names verified against the system's store; no key log, unlike the default.

    One for the process: reading the store takes 20 ms.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
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
        with _told_plainly():
            address = str(sock.getpeername()[0])
            judge(address)
            if target.scheme == "https":
                sock.settimeout(deadline.left())
                sock = trust.wrap_socket(sock, server_hostname=target.host)
            response = _ask(target, request, Wire(sock, deadline, limits))
        yield Answer(response, deadline, address)
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


def _ask(target: Target, request: Request, wire: Wire) -> BaseHTTPResponse:
    connection = _Connection(target.host, target.port)
    connection.sock = wire
    connection.request(
        request.method,
        target.request_target,
        body=request.body,
        headers=dict(request.headers),
        preload_content=False,
        decode_content=False,
        enforce_content_length=True,
    )
    response = connection.getresponse()
    wire.is_in_head = False
    return response


@contextmanager
def _told_plainly() -> Iterator[None]:
    """Turn what the transport raises into `Unreachable`."""
    try:
        yield
    except (TimeoutError, ReadTimeoutError) as error:
        raise Unreachable("timeout", f"Timed out: {error}.") from error
    except (ssl.SSLError, TransportSSLError) as error:
        raise Unreachable("tls", f"No trustworthy TLS: {error}.") from error
    except (HeadTooLarge, http.client.LineTooLong) as error:
        raise Unreachable("too_large_headers", f"The headers are too large: {error}.") from error
    except (HTTPError, http.client.HTTPException, OSError, TooMuchFraming) as error:
        # http.client has no type of its own for too many headers: nothing else raises the bare base class
        # with that wording, and all of ours say what they mean.
        code = "too_large_headers" if "got more than" in str(error) else "protocol"
        raise Unreachable(code, f"The answer breaks HTTP: {error}.") from error


def _plain_text(value: str) -> str:
    """A header's value on one line: folds and control characters become a space."""
    return _CONTROLS.sub(" ", value)
