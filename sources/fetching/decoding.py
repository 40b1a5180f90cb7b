"""The body of an answer, decoded while it arrives and held within its limits."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from functools import partial
from io import BytesIO
from typing import Protocol

import brotlicffi  # type: ignore[import-untyped]

from sources.fetching.exchanges import Headers, Refused

ACCEPTED = "gzip, deflate, br"
# A response of concatenated gzip members is legal (bgzip makes them); thousands of empty ones are an attack
# on the CPU, because every member costs a new window.
_MEMBERS = 1_000
_GZIP_MAGIC = b"\x1f\x8b"
# How much brotli decodes before it asks whether to go on; it may overshoot by one block of 32 kB.
_STEP = 262_144


def content_encoding(headers: Headers) -> str:
    """
    The one content encoding of an answer: `gzip`, `deflate`, `br` or `identity`.

    Raises `Refused` for a stack of encodings and for one that was not asked for.
    """
    named = ",".join(value for name, value in headers if name.lower() == "content-encoding").lower()
    encodings = [part for part in (part.strip() for part in named.split(",")) if part not in {"", "identity"}]
    if len(encodings) > 1:
        raise Refused("encoding", f"The answer is encoded {len(encodings)} times; only one encoding is read.")
    encoding = encodings[0].removeprefix("x-") if encodings else "identity"
    if encoding not in {*_INFLATERS, "identity"}:
        raise Refused("encoding", f"The answer is encoded as {encoding[:40]!r}; only {ACCEPTED} are read.")
    return encoding


class Body:
    """Takes the pieces of a body; `wire` and `decoded` never grow beyond their limits."""

    def __init__(self, encoding: str, *, wire_limit: int, decoded_limit: int) -> None:
        self._wire = BytesIO()
        self._wire_limit = wire_limit
        self._inflater = None if encoding == "identity" else _INFLATERS[encoding](decoded_limit)
        self._decoded_limit = decoded_limit

    @property
    def size(self) -> int:
        """Bytes taken from the wire so far."""
        return self._wire.tell()

    def take(self, piece: bytes) -> str:
        """Add a piece; say which limit or fault ends the body, or "" to go on."""
        room = self._wire_limit - self.size
        self._wire.write(piece[:room])
        fault = self._inflater.feed(piece[:room]) if self._inflater else ""
        return fault or ("wire_bytes" if len(piece) > room else "")

    def finish(self) -> str:
        """Say what is wrong with a body that ended by itself, or ""."""
        if self._inflater is None:
            return "decoded_bytes" if self.size > self._decoded_limit else ""
        return self._inflater.finish()

    def contents(self) -> tuple[bytes, bytes]:
        """The body as received and as decoded."""
        wire = self._wire.getvalue()
        return wire, self._inflater.output.getvalue() if self._inflater else wire[: self._decoded_limit]


class Inflater(Protocol):
    """An incremental decoder into `output`, never more than its limit."""

    output: BytesIO

    def feed(self, data: bytes) -> str:
        """Decode more; return `encoding` or `decoded_bytes` where that ends it, else ""."""

    def finish(self) -> str:
        """`encoding` where the compressed stream broke off. A body without any bytes is whole."""


class _Zlib:
    """Gzip with its members, and deflate."""

    def __init__(self, limit: int, *, is_gzip: bool) -> None:
        self.output = BytesIO()
        self._limit = limit
        self._is_gzip = is_gzip
        self._pending = b""
        self._engine: zlib._Decompress | None = None
        self._members = 0
        self._is_over = False

    def feed(self, data: bytes) -> str:
        self._pending += data
        try:
            while len(self._pending) > 1 or (self._engine and self._pending):
                if fault := self._step():
                    return fault
        except zlib.error:
            return "encoding"
        return ""

    def finish(self) -> str:
        broke_off = self._engine is not None or (self._members == 0 and self._pending)
        return "encoding" if broke_off else ""

    def _step(self) -> str:
        """Decode what is pending, at most to the end of a member; what follows the last one is ignored."""
        self._is_over = self._is_over or (
            self._members > 0 and not self._engine and not self._pending.startswith(_GZIP_MAGIC)
        )
        if self._is_over:
            self._pending = b""
            return ""
        if self._engine is None:
            if self._members == _MEMBERS:
                return "encoding"
            self._engine = self._new_engine()
        room = self._limit - self.output.tell()
        piece = self._engine.decompress(self._pending, room + 1)
        self.output.write(piece[:room])
        if len(piece) > room:
            return "decoded_bytes"
        self._pending = self._engine.unused_data
        if self._engine.eof:
            self._engine = None
            self._is_over = not self._is_gzip
        return ""

    def _new_engine(self) -> zlib._Decompress:
        self._members += 1
        if self._is_gzip:
            return zlib.decompressobj(16 + zlib.MAX_WBITS)
        # "deflate" means zlib (RFC 9110 8.4.1.2), but servers send raw deflate under that name, too.
        first, both = self._pending[0], int.from_bytes(self._pending[:2], "big")
        has_zlib_header = first & 0x0F == 8 and both % 31 == 0
        return zlib.decompressobj(zlib.MAX_WBITS if has_zlib_header else -zlib.MAX_WBITS)


class _Brotli:
    """One brotli stream (RFC 7932); its window takes up to 16 MB. Anything behind it is a fault."""

    def __init__(self, limit: int) -> None:
        self.output = BytesIO()
        self._limit = limit
        self._engine = brotlicffi.Decompressor()
        self._is_begun = False

    def feed(self, data: bytes) -> str:
        self._is_begun = self._is_begun or bool(data)
        try:
            while True:
                piece = self._engine.process(data, output_buffer_limit=_STEP)
                room = self._limit - self.output.tell()
                self.output.write(piece[:room])
                if len(piece) > room:
                    return "decoded_bytes"
                if self._engine.can_accept_more_data():
                    return ""
                data = b""
        except brotlicffi.error:
            return "encoding"

    def finish(self) -> str:
        return "encoding" if self._is_begun and not self._engine.is_finished() else ""


_INFLATERS: dict[str, Callable[[int], Inflater]] = {
    "gzip": partial(_Zlib, is_gzip=True),
    "deflate": partial(_Zlib, is_gzip=False),
    "br": _Brotli,
}
