"""How an exchange is put into records: start lines, WARC fields, notes, and how hard it is compressed."""

import platform
import zlib
from functools import cache
from importlib.metadata import version
from typing import Final
from urllib.parse import urlsplit

from sources.archiving.fields import http_head, one_line, target_uri
from sources.archiving.kept import Exchange
from sources.archiving.warc_writing import FAST, STORED
from sources.fetching.exchanges import first_header

_TOOLS: Final = ("brotlicffi", "selectolax", "trafilatura", "pypdf")
_TEXTUAL: Final = ("text/", "xml", "json", "javascript")
_TRUNCATED: Final = {
    "wire_bytes": "length",
    "decoded_bytes": "length",
    "timeout": "time",
    "protocol": "disconnect",
    "tls": "disconnect",
}


def answer_head(exchange: Exchange) -> bytes:
    """Status line and headers as they came."""
    return http_head(f"{exchange.http_version} {exchange.status} {exchange.reason}", exchange.headers)


def request_head(exchange: Exchange) -> bytes:
    """Request line and headers as they were sent."""
    parts = urlsplit(target_uri(exchange.url))
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return http_head(f"{exchange.method} {target} {exchange.http_version}", exchange.request_headers)


def address_fields(exchange: Exchange) -> list[tuple[str, str]]:
    """Who answered."""
    return [("WARC-IP-Address", one_line(exchange.address))] if exchange.address else []


def answer_fields(exchange: Exchange) -> list[tuple[str, str]]:
    """Who answered, and why the body is not whole."""
    cut = [("WARC-Truncated", _TRUNCATED.get(exchange.cut, "unspecified"))] if exchange.cut else []
    return address_fields(exchange) + cut


def notes_of(exchange: Exchange) -> dict[str, str]:
    """The archive's own notes on how the page was come by."""
    notes = {
        "archive-requested-url": exchange.requested_url or exchange.url,
        "archive-final-url": exchange.url,
    }
    if exchange.cut:
        notes["archive-cut"] = exchange.cut
    if exchange.tls:
        notes["archive-tls"] = f"{exchange.tls}; chain and host name verified, revocation not looked up"
    return notes | {f"archive-hop-{number}": hop for number, hop in enumerate(exchange.hops, start=1)}


def level_of(exchange: Exchange) -> int:
    """How hard to compress the answer: not at all where the server has done so, or where little is to be gained."""
    if first_header(exchange.headers, "content-encoding"):
        return STORED
    return level_of_type(first_header(exchange.headers, "content-type") or "text/html")


def level_of_type(media_type: str) -> int:
    """How hard to compress bytes of this type."""
    return FAST if is_text(media_type) else STORED


def is_text(media_type: str) -> bool:
    """Whether bytes of this type are written in letters."""
    return any(part in media_type.lower() for part in _TEXTUAL)


@cache
def tools() -> str:
    """What decoded and read a snapshot, with versions."""
    own = [f"Python {platform.python_version()}", f"zlib {zlib.ZLIB_RUNTIME_VERSION}"]
    return ", ".join(own + [f"{name} {version(name)}" for name in _TOOLS])
