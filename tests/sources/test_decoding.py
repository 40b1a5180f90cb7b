"""The limits of a body, piece by piece."""

from __future__ import annotations

import gzip
import zlib

import pytest

from sources.fetching.decoding import Body


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
