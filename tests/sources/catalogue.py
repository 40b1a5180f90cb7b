"""The catalogue of hostile origins, played: how each behaves, and what a check of a page there must record.

The ids are those of the shared catalogue; behaviours with names instead are siblings of our own.
"""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Callable
from dataclasses import dataclass

import brotlicffi as brotli

from tests.sources.hostile import endlessly, numbered
from tests.sources.loopback import Script, Visit, answer

PASSAGE = "the ministry gave notice of its positions on Sunday evening"
BEFORE = "".join(f"<p>Paragraph {number} tells what happened on that day, hour by hour.</p>\n" for number in range(20))
AFTER = "<p>It named no recipient of that notice in any language, and no record of it was shown.</p>"
HTML = "Content-Type: text/html; charset=utf-8"
OK = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n"
OPEN = OK + b"\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
INNER = "http://127.0.0.1:9/secret"
MEGABYTES = (64, 64)
# A page as long as may be: its text is here in several forms, and in the child, which has its own limit, as a tree.
AS_LONG_AS_MAY_BE = (160, 640)


def page(middle: str = f"<p>In its statement of Monday {PASSAGE}, hours before the shelling began.</p>") -> bytes:
    """A page with something in its middle: the passage, unless told otherwise."""
    head = "<!doctype html><html lang=en><head><title>Notice</title></head>"
    return f"{head}<body>{BEFORE}{middle}{AFTER}</body></html>".encode()


PAGE = page()
HALF = PAGE[: PAGE.index(PASSAGE.encode()) + 20]
ZIPPED = gzip.compress(PAGE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Played:
    """
    What the origin does, and what must be recorded.

    `outcome` is the source's, `passage` the citation's ("" when no text could be searched), `detail` a part of the
    check's own. `body` is what the server sends, which the snapshot must hold byte by byte, or where `is_cut`
    from its beginning; None where there is no snapshot. `stage` names the surroundings it needs, `grows` by how
    many megabytes this process and its reading child may.
    """

    script: Script | bytes
    outcome: str
    detail: str = ""
    passage: str = ""
    body: bytes | None = None
    is_cut: bool = False
    hops: int = 0
    stage: str = "plain"
    grows: tuple[int, int] = MEGABYTES


def nothing(script: Script | bytes, detail: str, **more: object) -> Played:
    """Nothing usable comes: unreachable, and nothing is said about the page."""
    return Played(script=script, outcome="unreachable", detail=detail, **more)  # type: ignore[arg-type]


def refused(script: Script | bytes, detail: str, **more: object) -> Played:
    """Our own rules end it."""
    return Played(script=script, outcome="refused", detail=detail, **more)  # type: ignore[arg-type]


def cut(script: Script | bytes, detail: str = "truncated", *, body: bytes = PAGE, **more: object) -> Played:
    """Something comes, but not all: never missing."""
    fields = {"outcome": "inconclusive", "passage": "inconclusive", **more}
    return Played(script=script, detail=detail, body=body, is_cut=True, **fields)  # type: ignore[arg-type]


def found(script: Script | bytes, *, body: bytes = PAGE, **more: object) -> Played:
    """The page comes, and the passage is on it."""
    fields = {"outcome": "alive", "passage": "found", **more}
    return Played(script=script, body=body, **fields)  # type: ignore[arg-type]


def silent(visit: Visit) -> None:
    visit.wait(60)


def after(head: bytes, *then: Callable[[Visit], None]) -> Script:
    """Send `head`, then go on with each of `then`."""

    def script(visit: Visit) -> None:
        visit.send(head)
        for step in then:
            step(visit)

    return script


def pause(visit: Visit) -> None:
    """Let what was sent arrive before a reset takes it back."""
    visit.wait(0.3)


def hops(locate: Callable[[str], str], *, every: float = 0.0, status: str = "302 Found") -> Script:
    """Redirect every path to the next."""

    def script(visit: Visit) -> None:
        visit.wait(every)
        visit.send(answer(b"", f"Location: {locate(visit.path)}", status=status))

    return script


def at_end(first: bytes, end: bytes) -> Script:
    """Send `first` for the page that is asked for and `end` for any other path."""
    return lambda visit: visit.send(first if visit.path.startswith("/news/") else end)


def to(location: str, *, status: str = "302 Found", body: bytes = b"") -> bytes:
    return answer(body, f"Location: {location}", status=status)


def zipped(body: bytes, encoding: str = "gzip") -> bytes:
    return answer(body, HTML, f"Content-Encoding: {encoding}")


def bomb_of_a_gigabyte() -> bytes:
    """A gzip member of 2**30 zeros in about a megabyte, as one block a thousand times."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    block = packer.compress(bytes(2**20)) + packer.flush(zlib.Z_FULL_FLUSH)
    head = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\xff"
    return head + block * 1_024 + packer.flush() + _CHECKSUM_OF_A_GIGABYTE + (2**30).to_bytes(4, "little")


_CHECKSUM_OF_A_GIGABYTE = bytes.fromhex("b0c2645b")
BOMB = bomb_of_a_gigabyte()
TEXT_BOMB = gzip.compress(b"It said the same again. " * 1_500_000)
BROTLI_BOMB = brotli.compress(bytes(50_000_000), quality=2)
BROTLI = brotli.compress(PAGE)
DAMAGED = ZIPPED[:-8] + bytes(4) + ZIPPED[-4:]
MEMBERS = gzip.compress(b"") * 5_000 + ZIPPED
RAW_DEFLATE = zlib.compress(PAGE)[2:-4]

TIMING = {
    "h01": nothing(silent, "timeout"),
    "accept-close": nothing(b"", "protocol"),
    "rst-at-once": nothing(Visit.reset, "protocol"),
    "h04": nothing(after(b"HTTP/1.1 2", pause, Visit.reset), "protocol"),
    "h05": cut(after(OK + b"Content-Length: %d\r\n\r\n" % len(PAGE) + HALF, pause, Visit.reset)),
    "h06": nothing(lambda visit: visit.drip(OK, 2), "timeout"),
    "h07": nothing(after(b"HTTP/1.1 200 OK\r\n", endlessly(b"X", 1)), "timeout"),
    "h08": cut(after(OPEN, lambda visit: visit.drip(PAGE, 1))),
    "h09": nothing(after(OPEN, lambda visit: visit.wait(59)), "timeout"),
    "h10": cut(after(OPEN, endlessly(b"and so on, " * 9_000, 0.1)), body=b"and so on, " * 2_000_000),
    "half, then silence": cut(after(OPEN + HALF, silent)),
    "chunk-size-huge": nothing(CHUNKED + b"F" * 40 + b"\r\n" + PAGE, "protocol"),
    "chunk-size-2**60": cut(CHUNKED + b"FFFFFFFFFFFFFFF\r\n" + HALF),
    "chunk-size-words": nothing(CHUNKED + b"five\r\n" + PAGE, "protocol"),
    "h14": nothing(CHUNKED + b"-1\r\n" + PAGE, "protocol"),
    "h15": nothing(CHUNKED + b"5;" + b"x" * 1_000_000 + b"\r\n" + PAGE, "protocol"),
    "h16": cut(
        CHUNKED + b"%x\r\n%b\r\n0\r\n" % (len(HALF), HALF) + numbered("X-%d: 1\r\n", 100_000) + b"\r\n", body=HALF
    ),
    "h17": cut(CHUNKED + b"%x\r\n%b" % (len(HALF), HALF) + b"%x\r\n%b" % (len(PAGE), PAGE), body=HALF),
    "h18": cut(CHUNKED + b"%x\r\n%b\r\n" % (len(HALF), HALF)),
    "chunks of one byte": found(CHUNKED + b"".join(b"1\r\n%c\r\n" % byte for byte in PAGE) + b"0\r\n\r\n"),
}
FRAMING = {
    "more than Content-Length": found(answer(PAGE, HTML) + b"<p>and more</p>" * 1_000),
    "Content-Length-0-with-body": Played(
        script=answer(b"", HTML) + PAGE, outcome="inconclusive", passage="inconclusive", detail="empty", body=b""
    ),
    "h21": nothing(OK + b"Content-Length: -5\r\n\r\n" + PAGE, "protocol"),
    "Content-Length-words": nothing(OK + b"Content-Length: many\r\n\r\n" + PAGE, "protocol"),
    "h23": found(answer(PAGE, HTML, f"Content-Length: {len(PAGE)}")),
    "h24": nothing(answer(PAGE, HTML, "Content-Length: 5"), "protocol"),
    "h25": nothing(OK + b"Content-Length: 5, 5\r\n\r\n" + PAGE, "protocol"),
    "h26": nothing(OK + b"Content-Length: +5\r\n\r\n" + PAGE, "protocol"),
    "h27": cut(OK + b"Content-Length: 1" + b"0" * 30 + b"\r\n\r\n" + HALF),
    "Content-Length-60000-digits": nothing(OK + b"Content-Length: " + b"9" * 60_000 + b"\r\n\r\n" + PAGE, "protocol"),
    "h28": found(
        OK + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n%x\r\n%b\r\n0\r\n\r\n" % (len(PAGE), PAGE)
    ),
    "h29": nothing(OK + b"Transfer-Encoding: gzip, chunked\r\n\r\n" + ZIPPED, "protocol"),
    "h30": nothing(OK + b"Transfer-Encoding: xchunked\r\n\r\n" + PAGE, "protocol"),
    "h31": nothing(PAGE, "protocol"),
    "h32": nothing(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", "protocol"),
    "an HTTP/2 settings frame": nothing(b"\x00\x00\x12\x04\x00\x00\x00\x00\x00" + bytes(18), "protocol"),
    "h33": nothing(b"HTTP/1.1 000 X\r\n\r\n" + PAGE, "protocol"),
    "h34": nothing(answer(PAGE, HTML, status="999 X"), "999"),
    "h35": nothing(b"HTTP/1.1 200 " + b"A" * 1_000_000 + b"\r\n\r\n" + PAGE, "too_large_headers"),
    "no reason": found(b"HTTP/1.1 200\r\nContent-Type: text/html\r\n\r\n" + PAGE),
    "h37": nothing(b"HTTP/9.9 200 OK\r\n\r\n" + PAGE, "protocol"),
    "100-flood": nothing(endlessly(b"HTTP/1.1 100 Continue\r\n\r\n"), "too_large_headers"),
    "h39": nothing(endlessly(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n"), "too_large_headers"),
    "103, then the page": found(b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" + answer(PAGE, HTML)),
    "h40": nothing(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n", "protocol"),
    "204-with-body": Played(
        script=b"HTTP/1.1 204 No Content\r\nContent-Length: 9\r\n\r\n" + PAGE,
        outcome="inconclusive",
        passage="inconclusive",
        detail="empty",
        body=b"",
    ),
    "304-unasked": nothing(answer(PAGE, HTML, status="304 Not Modified"), "304"),
    "h43": cut(answer(HALF, HTML, "Content-Range: bytes 5-4/1", status="206 Partial Content")),
    "416": nothing(answer(PAGE, HTML, status="416 Range Not Satisfiable"), "416"),
    "401-challenge": Played(
        script=answer(PAGE, "WWW-Authenticate: Basic realm=x", status="401 No"), outcome="blocked", detail="401"
    ),
    "h46": Played(
        script=answer(PAGE, "Retry-After: 1000000000000", status="429 Later"), outcome="blocked", detail="429"
    ),
    "h47": nothing(answer(PAGE, "Retry-After: -1", status="503 Later"), "503"),
    "retry-after-words": Played(
        script=answer(PAGE, "Retry-After: Wed, 99 Foo 99999 99:99:99", status="429 Later"),
        outcome="blocked",
        detail="429",
    ),
}
HEADERS = {
    "header-1-mb": nothing(OK + b"X: " + b"A" * 1_000_000 + b"\r\n\r\n" + PAGE, "too_large_headers"),
    "h49": nothing(OK + numbered("X-%d: 1\r\n", 100_000) + b"\r\n" + PAGE, "too_large_headers"),
    "h50": nothing(OK + b"no colon here\r\n\r\n" + PAGE, "protocol"),
    "h51": nothing(OK + b"X-Odd : 1\r\n\r\n" + PAGE, "protocol"),
    "h52": found(answer(PAGE, HTML, "X-Odd: folded\r\n  over\r\n\tlines")),
    "h53": found(answer(PAGE, HTML, "X-Odd: a\x00b")),
    "h54": found(answer(PAGE, HTML).replace(b"\r\n", b"\n")),
    "h55": found(answer(PAGE, HTML, "X-Odd: a\rContent-Length: 3")),
    "names outside ASCII": nothing(OK + b"X-\xc3\xa9: 1\r\n\r\n" + PAGE, "protocol"),
    "values outside ASCII": found(answer(PAGE, HTML, "X-Odd: \xff\xfe\x80 \x1b[31m")),
    "h58": nothing(OK + numbered(f"Set-Cookie: c%d={'v' * 4_000}\r\n", 1_000) + b"\r\n" + PAGE, "too_large_headers"),
    "h59": found(answer(PAGE, HTML, "Set-Cookie: a=1; Domain=.com", "Set-Cookie: b=2; Domain=127.0.0.1")),
    "h61": found(answer(PAGE)),
    "content-type-garbage": found(answer(PAGE, "Content-Type: ;;/\x01 text/html;;charset")),
    "h64": found(answer(PAGE, HTML, "Content-Type: application/pdf")),
    "h65": found(answer(PAGE, "Content-Type: text/html; charset=x-does-not-exist")),
    "h70": found(answer(PAGE, HTML, 'Content-Disposition: attachment; filename="../../etc/x"')),
    "h71": found(answer(PAGE, HTML, 'Content-Disposition: attachment; filename="a\x00\xe2\x80\xaefdp.exe"')),
    "link-preload": found(answer(PAGE, HTML, f"Link: <{INNER}>; rel=preload")),
    "h73": found(answer(PAGE, HTML, f"Refresh: 0;url={INNER}")),
}
COMPRESSION = {
    "h74": cut(zipped(BOMB), body=BOMB, grows=AS_LONG_AS_MAY_BE),
    "brotli-bomb": cut(
        answer(BROTLI_BOMB, "Content-Type: text/plain", "Content-Encoding: br"),
        body=BROTLI_BOMB,
    ),
    "text-bomb": cut(
        answer(TEXT_BOMB, "Content-Type: text/plain", "Content-Encoding: gzip"), body=TEXT_BOMB, grows=AS_LONG_AS_MAY_BE
    ),
    "brotli": found(zipped(BROTLI, "br"), body=BROTLI),
    "brotli-truncated": cut(zipped(BROTLI[:-200], "br"), body=BROTLI[:-200]),
    "gzip-twice": refused(zipped(gzip.compress(ZIPPED), "gzip, gzip"), "encoding"),
    "h77": refused(zipped(PAGE, ", ".join(["gzip"] * 100)), "encoding"),
    "zstd": refused(zipped(PAGE, "zstd"), "encoding"),
    "h80": found(zipped(RAW_DEFLATE, "deflate"), body=RAW_DEFLATE),
    "h81": cut(zipped(ZIPPED[: len(ZIPPED) // 2]), body=ZIPPED[: len(ZIPPED) // 2]),
    "h82": cut(zipped(DAMAGED), body=DAMAGED),
    "h83": found(zipped(ZIPPED + b"garbage"), body=ZIPPED + b"garbage"),
    "gzip-members": cut(zipped(MEMBERS), body=MEMBERS),
    "gzip that is none": cut(zipped(PAGE)),
    "h86": refused(zipped(PAGE, "foo"), "encoding"),
    "h87": found(
        at_end(
            answer(BOMB, "Location: /moved/notice", "Content-Encoding: gzip", status="302 Found"), answer(PAGE, HTML)
        ),
        hops=1,
    ),
}
