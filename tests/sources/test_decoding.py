"""The limits of a body, piece by piece."""

from __future__ import annotations

import gzip
import zlib
from functools import cache

import brotlicffi as brotli
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sources.fetching.decoding import Body, content_encoding
from sources.fetching.exchanges import Refused


def take_all(body: Body, *pieces: bytes) -> tuple[str, bytes, bytes]:
    cut = ""
    for piece in pieces:
        if cut := body.take(piece):
            break
    return cut or body.finish(), *body.contents()


def test_a_plain_body_obeys_the_smaller_limit() -> None:
    body = Body("identity", wire_limit=100, decoded_limit=10)

    assert take_all(body, b"A" * 60, b"A" * 40) == ("decoded_bytes", b"A" * 100, b"A" * 10)


def test_a_body_of_exactly_the_limits_is_whole() -> None:
    packed = gzip.compress(b"A" * 10)

    body = Body("gzip", wire_limit=len(packed), decoded_limit=10)

    assert take_all(body, packed) == ("", packed, b"A" * 10)


def test_one_byte_more_than_the_wire_limit_is_cut() -> None:
    body = Body("identity", wire_limit=10, decoded_limit=10)

    assert take_all(body, b"A" * 10, b"B") == ("wire_bytes", b"A" * 10, b"A" * 10)


@pytest.mark.parametrize("size", [1, 2, 3, 7, 26, 1_000])
@pytest.mark.parametrize("garbage", [b"", b"\x1f", b"garbage"])
def test_small_pieces_of_gzip_members_decode_like_one(size: int, garbage: bytes) -> None:
    packed = gzip.compress(b"Hello ") + gzip.compress(b"world") + garbage
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]

    taken = take_all(Body("gzip", wire_limit=1_000, decoded_limit=1_000), *pieces)

    assert taken == ("", packed, b"Hello world")


@pytest.mark.parametrize("packed", [zlib.compress(b"Hello"), zlib.compress(b"Hello")[2:-4]])
def test_small_pieces_of_deflate_decode_like_one(packed: bytes) -> None:
    pieces = [bytes([byte]) for byte in packed + b"garbage"]

    taken = take_all(Body("deflate", wire_limit=1_000, decoded_limit=1_000), *pieces)

    assert taken == ("", packed + b"garbage", b"Hello")


def test_a_member_that_breaks_off_is_not_whole() -> None:
    packed = gzip.compress(b"Hello ") + gzip.compress(b"world")

    for end in range(1, len(packed)):
        cut, _, decoded = take_all(Body("gzip", wire_limit=1_000, decoded_limit=1_000), packed[:end])
        is_between_members = end in (len(gzip.compress(b"Hello ")), len(gzip.compress(b"Hello ")) + 1)
        assert (cut == "") is is_between_members
        assert b"Hello world".startswith(decoded)


TEXT = b"".join(b"Hello world, for the %d. time. " % number for number in range(2_000))


@pytest.mark.parametrize("size", [1, 7, 1_000, 100_000])
def test_small_pieces_of_brotli_decode_like_one(size: int) -> None:
    packed = brotli.compress(TEXT)
    pieces = [packed[start : start + size] for start in range(0, len(packed), size)]

    taken = take_all(Body("br", wire_limit=100_000, decoded_limit=100_000), *pieces)

    assert taken == ("", packed, TEXT)


def test_brotli_that_breaks_off_is_not_whole() -> None:
    packed = brotli.compress(TEXT)

    for end in range(1, len(packed), 97):
        cut, wire, decoded = take_all(Body("br", wire_limit=100_000, decoded_limit=100_000), packed[:end])
        assert (cut, wire) == ("encoding", packed[:end])
        assert TEXT.startswith(decoded)


def test_a_body_without_bytes_is_whole_in_every_encoding() -> None:
    for encoding in ("gzip", "deflate", "br", "identity"):
        assert take_all(Body(encoding, wire_limit=10, decoded_limit=10)) == ("", b"", b"")
        assert take_all(Body(encoding, wire_limit=10, decoded_limit=10), b"") == ("", b"", b"")


@pytest.mark.parametrize(
    "packed", [b"<p>plain text</p>", b"\xff" * 9, brotli.compress(b"Hello") + b"garbage", b"\x11\x1e" + bytes(9)]
)
def test_what_is_no_brotli_is_marked(packed: bytes) -> None:
    assert take_all(Body("br", wire_limit=100, decoded_limit=100), packed)[0] == "encoding"


def test_bytes_behind_a_brotli_stream_are_marked_in_whatever_piece_they_come() -> None:
    body = Body("br", wire_limit=100, decoded_limit=100)

    assert take_all(body, brotli.compress(b"Hello"), b"garbage")[::2] == ("encoding", b"Hello")


def test_brotli_of_exactly_the_limits_is_whole_and_one_byte_more_is_cut() -> None:
    packed = brotli.compress(TEXT)

    whole = take_all(Body("br", wire_limit=len(packed), decoded_limit=len(TEXT)), packed)
    cut = take_all(Body("br", wire_limit=len(packed), decoded_limit=len(TEXT) - 1), packed)
    short = take_all(Body("br", wire_limit=len(packed) - 1, decoded_limit=len(TEXT)), packed)

    assert whole == ("", packed, TEXT)
    assert cut == ("decoded_bytes", packed, TEXT[:-1])
    assert short[0] == "wire_bytes"


@cache
def bomb(encoding: str) -> bytes:
    """A gigabyte of zeros."""
    packer = brotli.Compressor(quality=5, lgwin=24) if encoding == "br" else zlib.compressobj(9, wbits=31)
    feed = packer.process if encoding == "br" else packer.compress
    end = packer.finish if encoding == "br" else packer.flush
    return b"".join([*(feed(bytes(2**23)) for _ in range(2**7 if encoding == "br" else 4)), end()])


@pytest.mark.parametrize("encoding", ["br", "gzip"])
@pytest.mark.parametrize("size", [1, 65_536])
def test_a_bomb_costs_no_more_than_its_limit(encoding: str, size: int) -> None:
    packed = bomb(encoding)
    body = Body(encoding, wire_limit=100_000, decoded_limit=3_000_000)

    cut, wire, decoded = take_all(body, *(packed[start : start + size] for start in range(0, len(packed), size)))

    assert (cut, decoded) == ("decoded_bytes", bytes(3_000_000))
    assert packed.startswith(wire)


PACKED = {"br": brotli.compress(TEXT), "gzip": gzip.compress(TEXT), "deflate": zlib.compress(TEXT)}


@pytest.mark.parametrize("encoding", PACKED)
@given(damages=st.lists(st.tuples(st.integers(0, 2**16), st.integers(0, 255)), min_size=1, max_size=5))
def test_damage_never_raises_and_never_outgrows_the_limits(encoding: str, damages: list[tuple[int, int]]) -> None:
    damaged = bytearray(PACKED[encoding])
    for place, byte in damages:
        damaged[place % len(damaged)] = byte

    cut, wire, decoded = take_all(Body(encoding, wire_limit=10_000, decoded_limit=70_000), bytes(damaged))

    assert cut in {"", "encoding", "decoded_bytes"}
    assert len(wire) <= 10_000
    assert len(decoded) <= 70_000


@pytest.mark.parametrize(
    ("named", "expected"),
    [("br", "br"), ("BR", "br"), ("x-gzip", "gzip"), ("identity, br", "br"), ("", "identity"), (" , gzip ,", "gzip")],
)
def test_one_encoding_is_read(named: str, expected: str) -> None:
    assert content_encoding((("Content-Encoding", named),)) == expected


@pytest.mark.parametrize("named", ["zstd", "br, gzip", "br,br", "compress", "dcb", "x-br-x", "aws-chunked"])
def test_other_encodings_and_stacks_are_refused_with_their_names(named: str) -> None:
    with pytest.raises(Refused, match=r"gzip, deflate, br are read|only one encoding is read"):
        content_encoding((("Content-Encoding", named),))
