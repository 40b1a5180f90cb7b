"""Reading one HTTP/1 answer (RFC 9112), bounded in every part; what could be read in two ways is an error.

Ours, because the general readers leave open what a hostile server uses: interim answers without end, headers
behind a malformed line, "-1" or "0x5" as the size of a chunk. Bare line feeds, folds, odd reasons and odd bytes
in values are read as browsers read them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from sources.fetching.exchanges import Headers, Unreachable
from sources.fetching.waiting import PIECE, LineTooLong, Wire

_INTERIM_ANSWERS = 8
_HEADERS = 250
# Ten megabytes in chunks of one byte would keep a processor busy for the whole deadline.
_CHUNKS = 100_000
_CHUNK_LINE = 4_096
_STATUS_LINE = re.compile(rb"HTTP/1\.([0-9]) ([1-9][0-9]{2})(?:[ \t]([^\n]*)|\r)?\n")
_NAME = re.compile(rb"[!-9;-~]+")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,15})[ \t]*(?:;[^\n]*)?\r?\n")
_BLANK = frozenset({b"\r\n", b"\n"})
_LENGTH = re.compile(r"[0-9]{1,100}")
_BODILESS = frozenset({204, 304})
# Said twice in two ways, each of these would be read differently by the next reader.
_SAID_ONCE = frozenset({"content-length", "transfer-encoding", "location"})


@dataclass(frozen=True, slots=True)
class Head:
    """
    Status line and headers as sent, bytes read as ISO 8859-1, folds joined by a space.

    `length` is that of the body, None where it comes in chunks or ends with the connection. `is_bodiless` means
    that there can be no body, whatever the headers say of one.
    """

    status: int
    reason: str
    http_version: str
    headers: Headers
    length: int | None
    is_chunked: bool
    is_bodiless: bool = False


def read_head(wire: Wire, *, of_head_request: bool, most: int) -> Head:
    """
    Read up to the end of the headers of the answer, interim answers included, `most` bytes in all.

    Raises `Unreachable`.
    """
    lines = _HeadLines(wire, most)
    for _ in range(_INTERIM_ANSWERS + 1):
        version, status, reason = _status_line(lines.next())
        headers = _headers(lines)
        if status >= 200:
            return _framed(version, status, reason, headers, is_bodiless=of_head_request or status in _BODILESS)
        if status == 101:
            _fail("it switches protocols unasked")
    raise Unreachable("too_large_headers", f"The headers are too large: over {_INTERIM_ANSWERS} interim answers.")


def body_pieces(wire: Wire, head: Head) -> Iterator[bytes]:
    """The body as received but for chunk framing. Raises `Unreachable`, also where it ends too early."""
    if head.is_chunked:
        return _chunks(wire)
    if head.length is not None:
        return _counted(wire, head.length)
    return _until_closed(wire)


class _HeadLines:
    """The lines of heads, as long as there is room for them."""

    def __init__(self, wire: Wire, most: int) -> None:
        self._wire = wire
        self._most = self._room = most

    def next(self) -> bytes:
        try:
            line = self._wire.line(self._room)
        except LineTooLong:
            message = f"The headers are too large: over {self._most} bytes."
            raise Unreachable("too_large_headers", message) from None
        if not line:
            _fail("it ends before its headers do")
        self._room -= len(line)
        return line


def _status_line(line: bytes) -> tuple[str, int, str]:
    found = _STATUS_LINE.fullmatch(line)
    if found is None:
        _fail(f"it begins with {line[:40]!r}")
    version, status, reason = found.groups(b"")
    return "HTTP/1.0" if version == b"0" else "HTTP/1.1", int(status), reason.decode("latin-1").strip()


def _headers(lines: _HeadLines) -> Headers:
    headers: list[tuple[str, str]] = []
    while (line := lines.next()) not in _BLANK:
        value = line.strip(b" \t\r\n").decode("latin-1")
        if line[0] in b" \t" and headers:
            name, before = headers.pop()
            headers.append((name, f"{before} {value}".strip(" ")))
            continue
        name, colon, value = value.partition(":")
        if not colon or not _NAME.fullmatch(line, 0, len(name)):
            _fail(f"a malformed line among the headers: {line[:40]!r}")
        headers.append((name, value.lstrip(" \t")))
        if len(headers) > _HEADERS:
            raise Unreachable("too_large_headers", f"The headers are too large: over {_HEADERS} of them.")
    return tuple(headers)


def _framed(version: str, status: int, reason: str, headers: Headers, *, is_bodiless: bool) -> Head:
    said: dict[str, set[str]] = {}
    for name, value in headers:
        if (key := name.lower()) in _SAID_ONCE:
            said.setdefault(key, set()).add(value)
    for name, values in said.items():
        if len(values) > 1:
            _fail(f"it has {len(values)} different {name} headers")
    lengths = said.get("content-length", set())
    if not all(_LENGTH.fullmatch(length) for length in lengths):
        _fail("its Content-Length is no number")
    codings = [value.lower() for name, value in headers if name.lower() == "transfer-encoding"]
    if codings not in ([], ["chunked"]):
        _fail("its Transfer-Encoding is unknown")
    if is_bodiless:
        return Head(status, reason, version, headers, length=0, is_chunked=False, is_bodiless=True)
    # Chunks go before a Content-Length (RFC 9112 6.3): with both, we are the only reader and there is no next request.
    length = int(lengths.pop()) if lengths and not codings else None
    return Head(status, reason, version, headers, length, is_chunked=bool(codings))


def _counted(wire: Wire, length: int) -> Iterator[bytes]:
    while length:
        piece = wire.some(min(length, PIECE))
        if not piece:
            _fail(f"{length} bytes of its body are missing")
        length -= len(piece)
        yield piece


def _until_closed(wire: Wire) -> Iterator[bytes]:
    while piece := wire.some(PIECE):
        yield piece


def _chunks(wire: Wire) -> Iterator[bytes]:
    framing = body = 0
    for _ in range(_CHUNKS):
        line = _framing_line(wire)
        found = _CHUNK_SIZE.fullmatch(line)
        if found is None:
            _fail(f"the size of a chunk is {line[:40]!r}")
        framing += len(line)
        size = int(found[1], 16)
        if not size:
            _skip_trailers(wire, PIECE)
            return
        yield from _counted(wire, size)
        body += size
        if _framing_line(wire) not in _BLANK:
            _fail("a chunk does not end where it says")
        if framing > PIECE + body:
            _fail("it has more framing than body")
    _fail(f"it has more than {_CHUNKS} chunks")


def _skip_trailers(wire: Wire, room: int) -> None:
    """Read to the end of the trailers. Where the peer closes instead, the body was whole all the same."""
    while (line := _framing_line(wire)) and line not in _BLANK:
        room -= len(line)
        if room < 0:
            _fail("it has more framing than body")


def _framing_line(wire: Wire) -> bytes:
    try:
        return wire.line(_CHUNK_LINE)
    except LineTooLong as error:
        _fail(f"a line of its chunks has {error}")


def _fail(why: str) -> NoReturn:
    raise Unreachable("protocol", f"The answer breaks HTTP: {why}.")
