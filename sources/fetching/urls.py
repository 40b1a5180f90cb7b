"""Addresses of sources: taken apart once, refused where they are ambiguous, and put into one canonical form.

Syntax is RFC 3986, host names are UTS 46. Where RFC 3986 and the WHATWG URL standard part (backslashes, tabs,
"http:/host", octal or hexadecimal hosts) the address is refused instead of guessed, because two readers that
guess differently are how a checked address becomes another one.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from ipaddress import AddressValueError, IPv4Address, IPv6Address

import idna

from sources.fetching.exchanges import Refused

MAX_LENGTH = 2_048
STANDARD_PORTS = frozenset({80, 443})
_DEFAULT_PORTS = {"http": 80, "https": 443}

_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]*):")
_PARTS = re.compile(r"//(?P<authority>[^/?#]*)(?P<path>[^?#]*)(?:\?(?P<query>[^#]*))?")
_NEVER = re.compile(r"[\x00-\x20\x7f-\x9f\\\s\ud800-\udfff]")
_BRACKETED = re.compile(r"\[([0-9A-Fa-f:.]+)\](?::([0-9]*))?")
_NAMED = re.compile(r"([^:\[\]]+)(?::([0-9]*))?")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LABEL = re.compile(r"[a-z0-9_-]{1,63}")
_NUMBER_LIKE = re.compile(r"[0-9]+|0x[0-9a-f]*")
# RFC 3986 2.3, and what may stand as it is in a path or a query. "[" and "]" may not, by the letter, but
# servers tell "a[]=1" and "a%5B%5D=1" apart, so both stay as typed.
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
_TO_NORMALISE = re.compile(r"%([0-9A-Fa-f]{2})|[^A-Za-z0-9\-._~!$&'()*+,;=:@/?\[\]]")


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart. `host` is ASCII, without brackets; `query` is None where there is no "?"."""

    scheme: str
    host: str
    port: int
    path: str
    query: str | None

    @property
    def authority(self) -> str:
        """Host and, where it is not the scheme's own, port: the Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    @property
    def origin(self) -> str:
        """Scheme and authority."""
        return f"{self.scheme}://{self.authority}"

    @property
    def request_target(self) -> str:
        """Path and query, as the request line carries them."""
        return self.path if self.query is None else f"{self.path}?{self.query}"

    @property
    def url(self) -> str:
        """The whole address in canonical form, without fragment."""
        return self.origin + self.request_target


def parse(
    url: str,
    *,
    ports: Collection[int] = STANDARD_PORTS,
    allow: Collection[tuple[str, int]] = frozenset(),
) -> Target:
    """
    Take apart an address that is to be fetched.

    `allow` lists host and port pairs that need no port of `ports`. Raises `Refused`, whose message says what
    to write instead.
    """
    target = identify(url)
    if target.port not in ports and (target.host, target.port) not in allow:
        raise Refused("port", f"Port {target.port} is not open to fetches; use an address on port 80 or 443.")
    return target


def canonical(url: str) -> str:
    """
    The one form under which a source is known.

    Scheme and host in lower case, host as A-labels without a final dot, default port dropped, dot segments
    resolved, percent-encoding per RFC 3986 6.2.2, an empty path as "/", no fragment; the query keeps its
    order. Raises `Refused`.
    """
    return identify(url).url


def identify(url: str) -> Target:
    """Take apart an address on whatever port. Raises `Refused`."""
    target = dissect(url)
    if not _is_canonical_number(target.host):
        raise Refused(
            "host",
            f"{target.host} looks like a number; write an IPv4 address as four decimal numbers: 192.0.2.1.",
        )
    return target


def dissect(url: str) -> Target:
    """
    Take apart by syntax alone, numeric host names as they come.

    Only for the functions above and for the tests' control twins, which must be able to reach a canary.
    """
    if len(url) > MAX_LENGTH:
        raise Refused("too_long", f"The address has {len(url)} characters; shorten it to {MAX_LENGTH}.")
    if found := _NEVER.search(url):
        raise Refused(
            "characters",
            f"The address contains {found[0]!r}; remove it, or write it percent-encoded in path and query.",
        )
    scheme = _scheme(url)
    parts = _PARTS.match(url, len(scheme) + 1)
    if parts is None:
        raise Refused("host", f"Write two slashes and a host after the scheme: {scheme}://example.org/.")
    host, port = _host_and_port(parts["authority"], _DEFAULT_PORTS[scheme])
    path = _without_dot_segments(_percent_normalised(parts["path"]))
    query = None if parts["query"] is None else _percent_normalised(parts["query"])
    target = Target(scheme, host, port, path, query)
    if len(target.url) > MAX_LENGTH:
        raise Refused(
            "too_long",
            f"The address has {len(target.url)} characters once encoded; shorten it to {MAX_LENGTH}.",
        )
    return target


def join(base: Target, location: str) -> str:
    """
    Resolve a Location header against the address that answered with it (RFC 3986 5.2); not checked yet.

    `location` is as http.client gives it, bytes read as ISO 8859-1. Servers send raw UTF-8 and raw spaces
    there, which browsers follow; both are percent-encoded, and a host that holds one is refused later.
    """
    reference = _location_text(location).partition("#")[0].replace(" ", "%20")
    if _SCHEME.match(reference):
        return reference
    if reference.startswith("//"):
        return f"{base.scheme}:{reference}"
    if reference.startswith("/"):
        return base.origin + reference
    if reference.startswith("?"):
        return base.origin + base.path + reference
    if not reference:
        return base.url
    return f"{base.origin}{base.path.rpartition('/')[0]}/{reference}"


def _location_text(location: str) -> str:
    raw = location.encode("latin-1")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def _scheme(url: str) -> str:
    found = _SCHEME.match(url)
    if found is None:
        raise Refused("scheme", "Start the address with https:// or http://.")
    scheme = found[1].lower()
    if scheme not in _DEFAULT_PORTS:
        raise Refused("scheme", f"Only https:// and http:// can be fetched, not {scheme}:.")
    return scheme


def _host_and_port(authority: str, default_port: int) -> tuple[str, int]:
    if "@" in authority:
        raise Refused("userinfo", "Remove the name and password before the @ of the host.")
    if "%" in authority:
        raise Refused("host", "Write the host in plain characters, without percent signs or zones.")
    if found := _BRACKETED.fullmatch(authority):
        return _ipv6(found[1]), _port(found[2], default_port)
    if found := _NAMED.fullmatch(authority):
        return _ascii_host(found[1]), _port(found[2], default_port)
    raise Refused("host", "Write one host after the slashes, and a port only as :443 behind it.")


def _port(text: str | None, default_port: int) -> int:
    if not text:
        return default_port
    if not _PORT.fullmatch(text) or int(text) > 65_535:
        raise Refused("port", f"{text} is not a port; leave it out or write a number from 1 to 65535.")
    return int(text)


def _ipv6(text: str) -> str:
    try:
        return str(IPv6Address(text))
    except AddressValueError as error:
        raise Refused("host", f"[{text}] is not an IPv6 address; write it like [2001:db8::1].") from error


def _ascii_host(text: str) -> str:
    try:
        mapped = idna.uts46_remap(text, std3_rules=False).removesuffix(".")
        host = ".".join(_ascii_label(label) for label in mapped.split("."))
    except UnicodeError as error:  # idna's own errors are UnicodeErrors
        raise Refused("host", f"{text!r} is not a host name ({error}); copy it afresh.") from error
    if len(host) > 253:
        raise Refused("host", f"The host name has {len(host)} characters; no name has more than 253.")
    return host


def _ascii_label(label: str) -> str:
    if not label.isascii():
        # By hand: idna.alabel is IDNA 2008, which has no emoji, but such names are registered and linked to.
        label = "xn--" + label.encode("punycode").decode("ascii")
    if not _LABEL.fullmatch(label):
        raise UnicodeError(f"{label!r} is not a part of a host name")
    if label.startswith("xn--"):
        # The one encoding of a name that UTS 46 leaves alone, or one host would have two identities.
        name = label[4:].encode("ascii").decode("punycode")
        again = "xn--" + name.encode("punycode").decode("ascii")
        if name.isascii() or again != label or idna.uts46_remap(name, std3_rules=False) != name:
            raise UnicodeError(f"{label!r} is not the canonical form of any name")
    return label


def _is_canonical_number(host: str) -> bool:
    """False for what some resolver reads as a number although it is not four plain decimals."""
    if not _NUMBER_LIKE.fullmatch(host.rpartition(".")[2]):
        return True
    try:
        IPv4Address(host)
    except AddressValueError:
        return False
    return True


def _percent_normalised(text: str) -> str:
    """RFC 3986 6.2.2.1 and 6.2.2.2; what may not stand bare, a lone "%" too, is encoded as UTF-8."""
    return _TO_NORMALISE.sub(_normalise_one, text)


def _normalise_one(found: re.Match[str]) -> str:
    if found[1] is None:
        return "".join(f"%{byte:02X}" for byte in found[0].encode())
    character = chr(int(found[1], 16))
    return character if character in _UNRESERVED else f"%{found[1].upper()}"


def _without_dot_segments(path: str) -> str:
    """RFC 3986 5.2.4, for a path that is empty or begins with a slash."""
    segments = path.split("/")[1:]
    kept: list[str] = []
    for segment in segments:
        if segment == "..":
            del kept[-1:]
        elif segment != ".":
            kept.append(segment)
    if segments and segments[-1] in {".", ".."}:
        kept.append("")
    return "/" + "/".join(kept)
