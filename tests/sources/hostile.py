"""What hostile servers send, by what must come of it: nothing usable, a body cut short, or an odd answer."""

from __future__ import annotations

import gzip
import hashlib
import zlib
from collections.abc import Callable

from sources.fetching import Limits
from tests.sources.loopback import Script, Visit, answer, chunked

LIMITS = Limits(connect_seconds=1, deadline_seconds=5, wire_bytes=200_000, decoded_bytes=1_000_000)


def after(head: bytes, then: Callable[[Visit], None]) -> Script:
    def script(visit: Visit) -> None:
        visit.send(head)
        then(visit)

    return script


def endlessly(piece: bytes, every: float = 0.0) -> Callable[[Visit], None]:
    def send(visit: Visit) -> None:
        while True:
            visit.send(piece)
            visit.wait(every)

    return send


def numbered(template: str, lines: int) -> bytes:
    return "".join(template % number for number in range(lines)).encode()


OK = b"HTTP/1.1 200 OK\r\n"
OPEN = OK + b"\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
GZIP = gzip.compress(b"The quotation stands here. " * 500)
NOISE = hashlib.shake_256(b"the same at each run").digest(5_000)
ZEROS = gzip.compress(bytes(300_000_000), 9)

UNREACHABLE: dict[str, tuple[Script | bytes, str]] = {
    "accepts and is silent": (lambda visit: visit.wait(5), "timeout"),
    "closes at once": (b"", "protocol"),
    "resets at once": (Visit.reset, "protocol"),
    "resets within the status line": (after(b"HTTP/1.1 2", Visit.reset), "protocol"),
    "closes within the headers": (OK + b"Content-Type: text/ht", "protocol"),
    "drips its status line": (lambda visit: visit.drip(OK, 0.2), "timeout"),
    "drips headers for ever": (after(OK, endlessly(b"X", 0.02)), "timeout"),
    "drips whole headers for ever": (after(OK, endlessly(b"X-Y: 1\r\n", 0.05)), "timeout"),
    "silent after its headers": (after(OPEN, lambda visit: visit.wait(5)), "timeout"),
    "100 Continue for ever": (endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"), "too_large_headers"),
    "103 Early Hints for ever": (endlessly(b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n"), "too_large_headers"),
    "103 with headers for ever": (after(b"HTTP/1.1 103 H\r\n", endlessly(b"X: 1\r\n")), "too_large_headers"),
    "switches protocols": (b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n", "protocol"),
    "no status line": (b"<html>old</html>\n", "protocol"),
    "speaks HTTP/2": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "protocol"),
    "an SSH banner": (b"SSH-2.0-OpenSSH_9.2\r\n", "protocol"),
    "a TLS alert": (b"\x15\x03\x01\x00\x02\x02\x46", "protocol"),
    "status 000": (b"HTTP/1.1 000 X\r\n\r\n", "protocol"),
    "status abc": (b"HTTP/1.1 abc X\r\n\r\n", "protocol"),
    "HTTP/9.9": (b"HTTP/9.9 200 OK\r\n\r\n", "protocol"),
    "an endless reason": (after(b"HTTP/1.1 200 ", endlessly(b"A" * 4_096)), "too_large_headers"),
    "a reason of 1 MB": (b"HTTP/1.1 200 " + b"A" * 1_000_000 + b"\r\n\r\n", "too_large_headers"),
    "one header of 1 MB": (OK + b"X: " + b"A" * 1_000_000 + b"\r\n\r\n", "too_large_headers"),
    "endless headers": (after(OK, endlessly(b"X-Y: 1\r\n")), "too_large_headers"),
    "50,000 headers": (OK + numbered("X-%d: 1\r\n", 50_000) + b"\r\n", "too_large_headers"),
    "300 short headers": (OK + numbered("X-%d: 1\r\n", 300) + b"\r\n", "too_large_headers"),
    "megabytes of cookies": (OK + numbered(f"Set-Cookie: c%d={'v' * 4_000}\r\n", 900), "too_large_headers"),
    "a header without colon": (OK + b"no colon here\r\nContent-Encoding: gzip\r\n\r\n" + GZIP, "protocol"),
    "a space before the colon": (answer(b"x", "Content-Type : text/html"), "protocol"),
    "two Locations": (answer(b"", "Location: /a", "Location: /b", status="302 Found"), "protocol"),
    "Content-Length -5": (OK + b"Content-Length: -5\r\n\r\nhello", "protocol"),
    "Content-Length +5": (OK + b"Content-Length: +5\r\n\r\nhello", "protocol"),
    "Content-Length 5, 5": (OK + b"Content-Length: 5, 5\r\n\r\nhello", "protocol"),
    "Content-Length ٥": (OK + "Content-Length: ٥\r\n\r\nhello".encode(), "protocol"),
    "two Content-Lengths": (OK + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!", "protocol"),
    "gzip, chunked": (answer(GZIP, "Transfer-Encoding: gzip, chunked", length=False), "protocol"),
    "xchunked": (answer(b"x", "Transfer-Encoding: xchunked", length=False), "protocol"),
    "chunked twice": (
        answer(b"0\r\n\r\n", "Transfer-Encoding: chunked", "Transfer-Encoding: chunked", length=False),
        "protocol",
    ),
    "a negative chunk": (CHUNKED + b"-1\r\nhello", "protocol"),
    "a hexadecimal prefix": (CHUNKED + b"0x5\r\nhello\r\n0\r\n\r\n", "protocol"),
    "a chunk size of words": (CHUNKED + b"five\r\nhello", "protocol"),
    "an immense chunk size": (CHUNKED + b"F" * 40 + b"\r\nhello", "protocol"),
    "a chunk extension of 1 MB": (CHUNKED + b"5;" + b"x" * 1_000_000 + b"\r\nhello", "protocol"),
    "chunk sizes that drip": (after(CHUNKED, endlessly(b"0", 0.02)), "timeout"),
}

CUT: dict[str, tuple[Script | bytes, str, bytes]] = {
    "206 unasked": (answer(b"half", "Content-Range: bytes 5-4/1", status="206 Partial Content"), "partial", b"half"),
    "resets within the body": (
        after(OK + b"Content-Length: 9\r\n\r\nhalf", lambda visit: (visit.wait(0.1), visit.reset())),
        "protocol",
        b"half",
    ),
    "promises more than it sends": (OK + b"Content-Length: 9\r\n\r\nhalf", "protocol", b"half"),
    "promises and sends nothing": (OK + b"Content-Length: 9\r\n\r\n", "protocol", b""),
    "promises 10^30 bytes": (OK + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\nhalf", "protocol", b"half"),
    "no last chunk": (chunked(b"half", end=b""), "protocol", b"half"),
    "breaks off within a chunk": (CHUNKED + b"9\r\nhalf", "protocol", b"half"),
    "no line end after a chunk": (CHUNKED + b"4\r\nhalf5\r\nwhole\r\n0\r\n\r\n", "protocol", b"half"),
    "a slow body": (after(OPEN + b"half", endlessly(b" ", 0.1)), "timeout", b"half"),
    "a pause, then a burst": (after(OPEN + b"half", lambda visit: visit.wait(5)), "timeout", b"half"),
    "an endless body": (after(OPEN, endlessly(b"A" * 20_000)), "wire_bytes", b"A" * LIMITS.wire_bytes),
    "endless small chunks": (after(CHUNKED, endlessly(b"1;" + b"e" * 500 + b"\r\nA\r\n")), "", b"A"),
    "100,000 trailers": (
        chunked(b"half", end=b"0\r\n" + numbered("X-%d: 1\r\n", 100_000) + b"\r\n"),
        "protocol",
        b"half",
    ),
    "a gzip bomb": (answer(ZEROS[:150_000], "Content-Encoding: gzip"), "decoded_bytes", bytes(1_000_000)),
    "a broken gzip": (answer(GZIP[: len(GZIP) // 2], "Content-Encoding: gzip"), "encoding", b"The quotation"),
    "a wrong checksum": (
        answer(GZIP[:-8] + b"\0\0\0\0" + GZIP[-4:], "Content-Encoding: gzip"),
        "encoding",
        b"",
    ),
    "gzip that is none": (answer(b"<p>plain</p>", "Content-Encoding: gzip"), "encoding", b""),
    "one byte of gzip": (answer(b"\x1f", "Content-Encoding: gzip"), "encoding", b""),
    "deflate that is none": (answer(b"\xff\xff\xff", "Content-Encoding: deflate"), "encoding", b""),
    "10,000 gzip members": (
        answer(gzip.compress(b"") * 5_000 + gzip.compress(b"x"), "Content-Encoding: gzip"),
        "encoding",
        b"",
    ),
}

WHOLE: dict[str, tuple[Script | bytes, bytes]] = {
    "status 999": (answer(b"odd", status="999 X"), b"odd"),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 3\r\n\r\nodd", b"odd"),
    "103, then an answer": (b"HTTP/1.1 103 Hints\r\nLink: </a>\r\n\r\n" + answer(b"odd"), b"odd"),
    "two equal Content-Lengths": (answer(b"odd", "Content-Length: 3"), b"odd"),
    "Content-Length and chunks": (chunked(b"odd", head=("Content-Length: 99",)), b"odd"),
    "chunk extensions": (CHUNKED + b"3;a=b\r\nodd\r\n0;c\r\nX: 1\r\n\r\n", b"odd"),
    "bare line feeds": (b"HTTP/1.1 200 OK\nContent-Length: 3\n\nodd", b"odd"),
    "more than it promised": (answer(b"odd", "Content-Length: 3", length=False) + b" and more", b"odd"),
    "a fold and a NUL": (answer(b"odd", "X-Odd: a\r\n b\x00c"), b"odd"),
    "a bare carriage return": (answer(b"odd", "X-Odd: a\rX-Other: b"), b"odd"),
    "Retry-After 10^12": (answer(b"odd", "Retry-After: 1000000000000", status="429 Later"), b"odd"),
    "Retry-After -1": (answer(b"odd", "Retry-After: -1", status="503 Later"), b"odd"),
    "two Content-Types": (answer(b"odd", "Content-Type: a/b", "Content-Type: c/d"), b"odd"),
    "a multipart type": (answer(b"odd", "Content-Type: multipart/mixed"), b"odd"),
    "an unknown charset": (answer(b"odd", "Content-Type: text/html; charset=x-none"), b"odd"),
    "a file name with a path": (answer(b"odd", 'Content-Disposition: x; filename="../../etc/x"'), b"odd"),
    "raw deflate": (
        answer(zlib.compress(b"odd" * 9)[2:-4], "Content-Encoding: deflate"),
        b"odd" * 9,
    ),
    "zlib deflate": (answer(zlib.compress(b"odd" * 9), "Content-Encoding: deflate"), b"odd" * 9),
    "x-gzip": (answer(gzip.compress(b"odd"), "Content-Encoding: X-GZIP"), b"odd"),
    "gzip members": (answer(gzip.compress(b"o") + gzip.compress(b"dd"), "Content-Encoding: gzip"), b"odd"),
    "gzip, then garbage": (answer(gzip.compress(b"odd") + b"garbage", "Content-Encoding: gzip"), b"odd"),
    "a dripping gzip": (
        after(OK + b"Content-Encoding: gzip\r\n\r\n", lambda visit: visit.drip(gzip.compress(b"odd"), 0.005)),
        b"odd",
    ),
    "identity, named": (answer(b"odd", "Content-Encoding: identity,"), b"odd"),
    "noise": (answer(NOISE, "Content-Type: text/html"), NOISE),
    "150,000 NULs": (answer(bytes(150_000)), bytes(150_000)),
    "an archive record as a body": (answer(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n"), b"WARC/1.1\r\n"),
}
