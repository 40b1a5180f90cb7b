"""What a fetch is made of: its limits, its hops, its result, and the ways in which it fails."""

from __future__ import annotations

from dataclasses import dataclass

Headers = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Limits:
    """
    What one fetch may cost; `deadline_seconds` covers look-ups, connecting, every hop and the body.

    What is decoded is read, searched and stored as well, at several times its size in memory.
    """

    connect_seconds: float = 10
    deadline_seconds: float = 30
    wire_bytes: int = 10_000_000
    decoded_bytes: int = 10_000_000
    header_bytes: int = 65_536
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Hop:
    """A redirect that was answered: where we asked, whom we reached, and where it sent us."""

    url: str
    status: int
    location: str
    address: str
    headers: Headers


@dataclass(frozen=True, slots=True)
class Fetched:
    """
    An answer of any status.

    `wire` is the body as received, without chunk framing and before content decoding; `body` is decoded.
    Where `truncated` is true the body is not whole, and `cut` says what ended it: `wire_bytes`,
    `decoded_bytes`, `timeout`, `protocol` or `tls` (the peer broke off), `encoding` (it does not decode to
    its end), `partial` (status 206: a part that was not asked for), or `unread` (a redirect's body is never
    read). Nothing may be called missing from such a body. The answer to a conditional request that nothing
    changed (304) has an empty body and is whole.

    `tls` is the version that the last hop spoke, such as `TLSv1.3`, its chain and name verified but revocation
    not looked up; "" over plain HTTP.
    """

    requested_url: str
    final_url: str
    hops: tuple[Hop, ...]
    status: int
    reason: str
    headers: Headers
    wire: bytes
    body: bytes
    truncated: bool
    address: str
    http_version: str
    request_headers: Headers
    elapsed_seconds: float
    cut: str = ""
    tls: str = ""

    def header(self, name: str) -> str | None:
        """The first header of that name, in any case, or None."""
        return first_header(self.headers, name)


def first_header(headers: Headers, name: str) -> str | None:
    """The first header of that name, in any case, or None."""
    wanted = name.lower()
    return next((value for key, value in headers if key.lower() == wanted), None)


class FetchError(Exception):
    """A fetch without an answer: `code` for machines, `message` for people, `hops` for how far it came."""

    def __init__(self, code: str, message: str, hops: tuple[Hop, ...] = ()) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hops = hops


class Refused(FetchError):
    """
    Our own rules forbid it, and asking again will not help.

    Codes: `too_long`, `characters`, `scheme`, `userinfo`, `host` and `port` (of the address as written),
    `address` (what the name leads to), `redirects` (too many), `encoding` (stacked, or not asked for).
    """


class Unreachable(FetchError):
    """
    No usable answer came, which says nothing about the content.

    Codes: `dns` (no address for the name), `connect` (nobody accepts), `tls` (no certificate to trust, or the
    encryption broke), `timeout`, `protocol` (no HTTP, or HTTP that could be read in two ways),
    `too_large_headers`.
    """
