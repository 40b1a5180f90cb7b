"""The only door outward: sources, robots, archive look-ups and webhooks are all fetched here."""

from __future__ import annotations

import re
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial
from types import MappingProxyType

from sources.fetching.addresses import forbidden, is_address, is_loopback
from sources.fetching.connecting import Answer, Request, exchange, system_trust
from sources.fetching.decoding import ACCEPTED, Body, content_encoding
from sources.fetching.exchanges import (
    Fetched,
    FetchError,
    Headers,
    Hop,
    Limits,
    Refused,
    Unreachable,
    first_header,
)
from sources.fetching.resolving import Resolve, look_ups, system_resolver
from sources.fetching.urls import STANDARD_PORTS, Target, dissect, join, parse
from sources.fetching.waiting import Deadline

METHODS = frozenset({"GET", "HEAD", "POST"})
_FOLLOWED = frozenset({301, 302, 303, 307, 308})
_PARTIAL = 206
# Ours to say, not the caller's: they frame the message, name us, or would carry an identity along.
_RESERVED = frozenset(
    {
        "host",
        "connection",
        "content-length",
        "transfer-encoding",
        "accept-encoding",
        "expect",
        "upgrade",
        "te",
        "range",
        "cookie",
        "user-agent",
    }
)
_HEADER = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+: [\x21-\x7e]([\x20-\x7e\t]*[\x21-\x7e])?")
_FOR_EVERY_HOST = frozenset({"accept", "accept-language"})
_NONE: Mapping[str, str] = MappingProxyType({})


@dataclass(frozen=True, slots=True, kw_only=True)
class Egress:
    """
    The rules under which we fetch; immutable, and safe to share between threads.

    `allow` lists (host, port) pairs on this machine that may be reached, for the demo's newsstand and for
    tests: the host is a loopback address or `localhost`, spelt as in the address. `ports` are open on every
    host. `resolve` gives all addresses of a name.

    `guard=False` switches off the rules on numbers as hosts, on ports and on addresses. It exists only for
    the control twins of safety tests, which must show that their canary would have been reached. No setting
    leads to it, and a test sees to that.
    """

    user_agent: str
    allow: frozenset[tuple[str, int]] = frozenset()
    ports: frozenset[int] = STANDARD_PORTS
    limits: Limits = field(default_factory=Limits)
    resolve: Resolve = system_resolver
    guard: bool = True
    trust: ssl.SSLContext = field(init=False, repr=False, compare=False, default_factory=system_trust)

    def __post_init__(self) -> None:
        _check_header("User-Agent", self.user_agent)
        for host, port in self.allow:
            if not 0 < port < 65_536 or not (host == "localhost" or is_loopback(host)):
                raise ValueError(f"{host}:{port} may not be allowed: only loopback addresses and localhost")

    def fetch(
        self, url: str, *, method: str = "GET", body: bytes | None = None, headers: Mapping[str, str] = _NONE
    ) -> Fetched:
        """
        Fetch `url` and return the answer, whatever its status.

        Redirects of GET and HEAD are followed, each hop through all rules; a POST gets the redirect itself.
        `headers` go to the origin of `url` only, Accept and Accept-Language to every hop: a condition
        (If-None-Match) therefore belongs with the address whose answer carried the tag. Raises `Refused` or
        `Unreachable`, with the hops so far, and ValueError for a method, body or header no caller may ask.
        """
        if method not in METHODS:
            raise ValueError(f"{method!r} is not one of {sorted(METHODS)}")
        if body is not None and method != "POST":
            raise ValueError(f"a body goes with POST, not with {method}")
        for name, value in headers.items():
            _check_header(name, value)
            if name.lower() in _RESERVED:
                raise ValueError(f"{name} is set by the egress, not by its callers")
        hops: list[Hop] = []
        deadline = Deadline(self.limits.deadline_seconds)
        try:
            return _Journey(self, url, method, body, headers, hops, deadline).run()
        except TimeoutError as error:
            raise Unreachable("timeout", f"Timed out: {error}.", tuple(hops)) from error
        except FetchError as error:
            error.hops = tuple(hops)
            raise

    def target(self, url: str) -> Target:
        """Take `url` apart under these rules. Raises `Refused`."""
        return parse(url, ports=self.ports, allow=self.allow) if self.guard else dissect(url)

    def judge(self, target: Target, address: str) -> None:
        """Raise `Refused` where `address` must not be reached for `target`."""
        if not self.guard:
            return
        if (target.host, target.port) in self.allow:
            reason = None if is_loopback(address) else "allowed only on this machine"
        else:
            reason = forbidden(address)
        if reason:
            raise Refused("address", f"{target.host} leads to {address}, which is not fetched: {reason}.")


@dataclass(frozen=True, slots=True)
class _Journey:
    """One fetch under way, from the first address to the last answer."""

    egress: Egress
    requested_url: str
    method: str
    body: bytes | None
    extra: Mapping[str, str]
    hops: list[Hop]
    deadline: Deadline

    def run(self) -> Fetched:
        limits = self.egress.limits
        target = start = self.egress.target(self.requested_url)
        while True:
            request = Request(self.method, self.body, self._headers(target, target.origin == start.origin))
            with exchange(
                target,
                self._addresses(target),
                request,
                limits=limits,
                deadline=self.deadline,
                trust=self.egress.trust,
                judge=partial(self.egress.judge, target),
            ) as answer:
                location = answer.raw_location
                if self.method == "POST" or answer.status not in _FOLLOWED or not location:
                    return self._fetched(target, request, answer)
                self.hops.append(_hop(target, answer))
            if len(self.hops) > limits.redirects:
                raise Refused("redirects", f"More than {limits.redirects} redirects; use the final address.")
            target = self.egress.target(join(target, location))

    def _headers(self, target: Target, is_first_origin: bool) -> Headers:
        own = {
            "Host": target.authority,
            "User-Agent": self.egress.user_agent,
            "Accept": "*/*",
            "Accept-Encoding": ACCEPTED,
            "Connection": "close",
        }
        if self.method == "POST":
            own["Content-Length"] = str(len(self.body or b""))
        theirs = {
            name: value for name, value in self.extra.items() if is_first_origin or name.lower() in _FOR_EVERY_HOST
        }
        overridden = {name.lower() for name in theirs}
        return (
            *((name, value) for name, value in own.items() if name.lower() not in overridden),
            *theirs.items(),
        )

    def _addresses(self, target: Target) -> tuple[str, ...]:
        if is_address(target.host):
            found: tuple[str, ...] = (target.host,)
        else:
            seconds = self.deadline.left()
            try:
                found = look_ups.within(seconds, self.egress.resolve, target.host)
            except OSError as error:
                raise Unreachable("dns", f"{target.host} could not be looked up: {error}.") from error
        if not found:
            raise Unreachable("dns", f"{target.host} has no address.")
        for address in found:
            self.egress.judge(target, address)
        return found

    def _fetched(self, target: Target, request: Request, answer: Answer) -> Fetched:
        wire, body, cut = self._received(answer)
        return Fetched(
            requested_url=self.requested_url,
            final_url=target.url,
            hops=tuple(self.hops),
            status=answer.status,
            reason=answer.reason,
            headers=answer.headers,
            wire=wire,
            body=body,
            truncated=bool(cut),
            address=answer.address,
            http_version=answer.http_version,
            request_headers=request.headers,
            elapsed_seconds=self.deadline.elapsed(),
            cut=cut,
            tls=answer.tls,
        )

    def _received(self, answer: Answer) -> tuple[bytes, bytes, str]:
        if answer.status in _FOLLOWED:
            return b"", b"", "unread"
        if answer.is_bodiless:
            return b"", b"", ""
        limits = self.egress.limits
        body = Body(
            content_encoding(answer.headers),
            wire_limit=limits.wire_bytes,
            decoded_limit=limits.decoded_bytes,
        )
        cut = ""
        try:
            for piece in answer.pieces():
                if cut := body.take(piece):
                    break
        except Unreachable as error:
            # A head whose body never came is an answer when the peer closed instead ("404", "Content-Length:
            # 9", and the end); silence and broken chunks before any byte are none.
            if not body.size and (error.code != "protocol" or answer.is_chunked):
                raise
            cut = error.code
        return *body.contents(), cut or body.finish() or ("partial" if answer.status == _PARTIAL else "")


def _hop(target: Target, answer: Answer) -> Hop:
    location = first_header(answer.headers, "location") or ""
    return Hop(target.url, answer.status, location, answer.address, answer.headers)


def _check_header(name: str, value: str) -> None:
    if not _HEADER.fullmatch(f"{name}: {value}"):
        raise ValueError(f"{name!r} and {value!r} do not make a header")
