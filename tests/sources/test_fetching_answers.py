"""Reading one answer, byte by byte: what is read, what is an error, and that nothing else can come of any bytes."""

from __future__ import annotations

import http.client
import io
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching.answers import Head, body_pieces, read_head
from sources.fetching.exchanges import Unreachable
from sources.fetching.waiting import Deadline, Wire

MOST = 65_536
OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


class Sent:
    """A socket at whose other end everything was sent already; it gives it out in pieces of `size` bytes."""

    def __init__(self, data: bytes, size: int = MOST) -> None:
        self._data = io.BytesIO(data)
        self._size = size

    def settimeout(self, seconds: float, /) -> None:
        assert seconds > 0

    def send(self, data: memoryview, /) -> int:
        raise AssertionError("nothing is sent here")

    def recv(self, size: int, /) -> bytes:
        return self._data.read(min(size, self._size))

    def makefile(self, mode: str) -> io.BytesIO:
        return self._data


def read(data: bytes, *, size: int = MOST, of_head_request: bool = False, most: int = MOST) -> tuple[Head, bytes]:
    wire = Wire(Sent(data, size), Deadline(5))
    head = read_head(wire, of_head_request=of_head_request, most=most)
    return head, b"".join(body_pieces(wire, head))


def failure(data: bytes, *, most: int = MOST) -> str:
    with pytest.raises(Unreachable) as unreachable:
        read(data, most=most)
    assert unreachable.value.message.endswith(".")
    return unreachable.value.code


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"HTTP/1.1 200 OK\r\n", ("HTTP/1.1", 200, "OK")),
        (b"HTTP/1.0 404 Not Found\n", ("HTTP/1.0", 404, "Not Found")),
        (b"HTTP/1.1 200\r\n", ("HTTP/1.1", 200, "")),
        (b"HTTP/1.1 200 \r\n", ("HTTP/1.1", 200, "")),
        (b"HTTP/1.1 200\tOK\r\n", ("HTTP/1.1", 200, "OK")),
        (b"HTTP/1.3 299 Odd\r\n", ("HTTP/1.1", 299, "Odd")),
        (b"HTTP/1.1 999 \xe9\r\n", ("HTTP/1.1", 999, "é")),
    ],
)
def test_status_lines_that_are_read(line: bytes, expected: tuple[str, int, str]) -> None:
    head, _ = read(line + b"\r\n")

    assert (head.http_version, head.status, head.reason) == expected


@pytest.mark.parametrize(
    "line",
    [
        *(
            b"\r\n",
            b"HTTP/1.1\r\n",
            b"HTTP/1.1 20\r\n",
            b"HTTP/1.1 2000 X\n",
            b"HTTP/1.1  200 X\n",
            b"http/1.1 200 X\n",
        ),
        *(b"HTTP/2 200\r\n", b"HTTP/1.1 +20 OK\r\n", b"HTTP/1.10 200 X\n", b" HTTP/1.1 200 OK\r\n", b"ICY 200 OK\r\n"),
        *(b"HTTP/1.1 099 X\r\n", b"HTTP/1.1 200OK\r\n", b"HTTP/1.1 200\rOK\r\n", b"\x00HTTP/1.1 200 OK\r\n"),
    ],
)
def test_status_lines_that_are_none(line: bytes) -> None:
    assert failure(line + b"Content-Length: 0\r\n\r\n") == "protocol"


def test_headers_keep_their_order_their_case_and_their_bytes() -> None:
    data = OK + b"B: 2\r\na:1\r\nB:\t 3 \t\r\nEmpty:\r\nOdd!#: \xff\x00:x\r\nFold: a\r\n \tb\r\n\t\r\n  c\r\n\r\n"

    head, _ = read(data)

    assert head.headers == (
        ("B", "2"),
        ("a", "1"),
        ("B", "3"),
        ("Empty", ""),
        ("Odd!#", "\xff\x00:x"),
        ("Fold", "a b c"),
    )


@pytest.mark.parametrize(
    "line",
    [
        b": nameless",
        b"no colon",
        b"Name : 1",
        b" folded first",
        b"N\xc3\xa9: 1",
        b"N\x00: 1",
        b"N\tM: 1",
        b"\r",
        b"N\x7f: 1",
    ],
)
def test_malformed_header_lines_end_it(line: bytes) -> None:
    assert failure(OK + line + b"\r\nContent-Length: 0\r\n\r\n") == "protocol"


def test_a_head_of_exactly_the_limit_is_read_and_one_byte_more_is_not() -> None:
    data = OK + b"X: 1\r\n\r\n"

    assert read(data, most=len(data))[0].headers == (("X", "1"),)
    assert failure(data, most=len(data) - 1) == "too_large_headers"


@pytest.mark.parametrize(("count", "is_read"), [(250, True), (251, False)])
def test_only_so_many_headers_are_read(count: int, is_read: bool) -> None:
    data = OK + b"X: 1\r\n" * count + b"\r\n"

    if is_read:
        assert len(read(data)[0].headers) == count
    else:
        assert failure(data) == "too_large_headers"


@pytest.mark.parametrize(("count", "is_read"), [(8, True), (9, False)])
def test_only_so_many_interim_answers_are_skipped(count: int, is_read: bool) -> None:
    data = b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n" * count + OK + b"X: 1\r\n\r\n"

    if is_read:
        assert read(data)[0].headers == (("X", "1"),)
    else:
        assert failure(data) == "too_large_headers"


@pytest.mark.parametrize("name", ["Content-Length", "Transfer-Encoding", "Location", "LOCATION"])
def test_what_may_be_said_once_may_not_be_said_in_two_ways(name: str) -> None:
    said = {"Content-Length": ("4", "5"), "Transfer-Encoding": ("chunked", "gzip")}.get(name, ("/a", "/b"))
    lines = "".join(f"{name}: {value}\r\n" for value in said).encode()

    assert failure(OK + lines + b"\r\nbody") == "protocol"


@pytest.mark.parametrize("status", [204, 304])
def test_an_answer_that_can_have_no_body_has_none_whatever_it_says(status: int) -> None:
    data = b"HTTP/1.1 %d X\r\nContent-Length: 4\r\n\r\nbody" % status

    head, body = read(data)

    assert (head.is_bodiless, head.is_chunked, body) == (True, False, b"")


def test_the_answer_to_head_has_no_body() -> None:
    head, body = read(CHUNKED + b"4\r\nbody\r\n0\r\n\r\n", of_head_request=True)

    assert (head.is_bodiless, body) == (True, b"")


@pytest.mark.parametrize("size", [1, 2, 3, 1_000])
@pytest.mark.parametrize(
    "data",
    [
        OK + b"Content-Length: 9\r\n\r\nsome text and more",
        OK + b"Content-Length: 0009\r\n\r\nsome text",
        OK + b"\r\nsome text",
        CHUNKED + b"4\r\nsome\r\n5;a=b\r\n text\r\n0\r\n\r\nand more",
        CHUNKED + b"4 \nsome\n05\n text\n000\nTrailer: 1\n\n",
        CHUNKED + b"9\r\nsome text\r\n0\r\n",
        CHUNKED + b"9\r\nsome text\r\n0\r\nTrailer: cut of",
        b"HTTP/1.0 200 OK\nTransfer-Encoding: Chunked\n\n9\r\nsome text\r\n0\r\n\r\n",
        OK + b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n9\r\nsome text\r\n0\r\n\r\n",
    ],
)
def test_bodies_are_the_same_in_whatever_pieces_they_come(data: bytes, size: int) -> None:
    assert read(data, size=size)[1] == b"some text"


@pytest.mark.parametrize(
    "chunks",
    [
        *(
            b"",
            b"4",
            b"4\r\n",
            b"4\r\nsom",
            b"4\r\nsome",
            b"4\r\nsome\r\n",
            b"4\r\nsomeXX0\r\n\r\n",
            b"4\r\nsome\r\r\n0\r\n\r\n",
        ),
        *(b"-4\r\nsome", b"0x4\r\nsome", b"4_0\r\nsome", b" 4\r\nsome", b"+4\r\nsome", b"\n4\r\nsome", b"4,4\r\nsome"),
        *(b"4\rsome\r\n0\r\n\r\n", b"g\r\n", b"1" * 16 + b"\r\nsome", b"4;" + b"x" * 5_000 + b"\r\nsome\r\n0\r\n\r\n"),
    ],
)
def test_broken_chunks_are_an_error_after_what_came_before(chunks: bytes) -> None:
    wire = Wire(Sent(CHUNKED + b"5\r\nfirst\r\n" + chunks), Deadline(5))
    pieces = body_pieces(wire, read_head(wire, of_head_request=False, most=MOST))

    assert next(pieces) == b"first"
    with pytest.raises(Unreachable) as unreachable:
        list(pieces)
    assert unreachable.value.code == "protocol"


def test_more_framing_than_body_is_an_error() -> None:
    extended = b"1;" + b"x" * 4_000 + b"\r\nA\r\n"
    trailed = CHUNKED + b"4\r\nsome\r\n0\r\n" + b"X: 1\r\n" * 20_000 + b"\r\n"

    assert failure(CHUNKED + extended * 20 + b"0\r\n\r\n") == "protocol"
    assert failure(trailed) == "protocol"
    assert read(CHUNKED + extended * 10 + b"0\r\n\r\n")[1] == b"A" * 10


def test_a_deadline_that_has_passed_ends_the_wait() -> None:
    wire = Wire(Sent(OK + b"\r\n"), Deadline(0))

    with pytest.raises(Unreachable) as unreachable:
        read_head(wire, of_head_request=False, most=MOST)

    assert unreachable.value.code == "timeout"


TOKENS = st.text("abcdefghijklmnopqrstuvwxyzABCDEFXYZ0123456789-_!#$%&'*+.^`|~", min_size=1, max_size=20)
VALUES = st.text(st.characters(min_codepoint=0x21, max_codepoint=0x7E), max_size=30)
BODIES = st.binary(max_size=300)


@st.composite
def answers(draw: st.DrawFn) -> bytes:
    """An answer in due form, in one of the three framings."""
    framing = draw(st.sampled_from(["length", "chunks", "closing"]))
    named = draw(st.lists(st.tuples(TOKENS.map(lambda name: f"X-{name}"), VALUES), max_size=10))
    body, size = draw(BODIES), draw(st.integers(1, 100))
    extra = {"length": f"Content-Length: {len(body)}\r\n", "chunks": "Transfer-Encoding: chunked\r\n"}.get(framing, "")
    head = f"HTTP/1.1 {draw(st.integers(200, 599))} {draw(VALUES)}\r\n{extra}"
    head += "".join(f"{name}: {value}\r\n" for name, value in named) + "\r\n"
    if framing == "chunks":
        pieces = [body[start : start + size] for start in range(0, len(body), size)]
        body = b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"
    return head.encode("ascii") + body


@given(answers(), st.integers(1, 50))
def test_answers_in_due_form_are_read_as_the_standard_library_reads_them(data: bytes, size: int) -> None:
    reference = http.client.HTTPResponse(Sent(data), method="GET")  # type: ignore[arg-type]
    reference.begin()

    head, body = read(data, size=size)

    assert (head.status, head.reason) == (reference.status, reference.reason)
    assert list(head.headers) == [(name, value.strip()) for name, value in reference.getheaders()]
    assert body == reference.read()


def pieces_of(data: bytes) -> Iterator[bytes]:
    wire = Wire(Sent(data, 7), Deadline(5))
    yield from body_pieces(wire, read_head(wire, of_head_request=False, most=2_000))


@given(answers(), st.lists(st.tuples(st.integers(0, 2**16), st.binary(max_size=3)), min_size=1, max_size=6))
def test_damage_is_read_or_unreachable_and_nothing_else(data: bytes, damages: list[tuple[int, bytes]]) -> None:
    damaged = bytearray(data)
    for place, replacement in damages:
        place %= len(damaged)
        damaged[place : place + len(replacement)] = replacement

    try:
        received, code = sum(map(len, pieces_of(bytes(damaged)))), "protocol"
    except Unreachable as unreachable:
        received, code = 0, unreachable.code

    assert received <= len(damaged)
    assert code in {"protocol", "too_large_headers"}
