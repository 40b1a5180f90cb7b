"""The WARC 1.1 records of one check (ISO 28500:2017), written with warcio."""

import gzip
import io
import zlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import IO, Any, Final
from urllib.parse import quote

from warcio.archiveiterator import ArchiveIterator  # type: ignore[import-untyped]
from warcio.exceptions import ArchiveLoadFailed  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.utils import Digester  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

Pairs = Iterable[tuple[str, str]]

_URI_CHARACTERS: Final = "%:/?#[]@!$&'()*+,;=-._~"
STORED: Final = 0
"""Level for bytes that are compressed already: deflating them again would cost much and save nothing."""
FAST: Final = 1


class Corrupt(Exception):
    """A kept file is missing, damaged, or does not say what its name and our records say."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read back: its type, its WARC and HTTP headers, and its payload as it was received."""

    kind: str
    fields: dict[str, str]
    status: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes


class RecordFile:
    """Collects records, each in a gzip member of its own, all of one moment and one target."""

    def __init__(self, *, target: str, at: datetime) -> None:
        self._buffer = io.BytesIO()
        self._target = target_uri(target)
        self._date = warc_date(at)

    def getvalue(self) -> bytes:
        """The file so far."""
        return self._buffer.getvalue()

    def add_http(
        self,
        kind: str,
        first_line: tuple[str, str],
        headers: Pairs,
        payload: bytes,
        *,
        fields: Pairs = (),
        level: int = FAST,
    ) -> str:
        """Add a request or response; `first_line` is protocol or method, and the rest. Return its id."""
        protocol, rest = map(_ascii, first_line)
        http = StatusAndHeaders(rest, _header_list(headers), protocol=protocol)
        return self._add(kind, payload, http=http, fields=fields, level=level)

    def add_revisit(
        self,
        first_line: tuple[str, str],
        headers: Pairs,
        *,
        digest: str,
        refers_to: tuple[str, str],
        fields: Pairs = (),
    ) -> str:
        """Add a revisit (identical-payload-digest) of the record with this target and date. Return its id."""
        protocol, rest = map(_ascii, first_line)
        writer = _writer(io.BytesIO())
        record = writer.create_revisit_record(
            self._target,
            digest,
            *refers_to,
            http_headers=StatusAndHeaders(rest, _header_list(headers), protocol=protocol),
            warc_headers_dict={"WARC-Date": self._date, **dict(fields)},
        )
        return self._write(record, FAST)

    def add_block(self, kind: str, media_type: str, payload: bytes, *, fields: Pairs = (), level: int = FAST) -> str:
        """Add a record without HTTP headers: resource, conversion or metadata. Return its id."""
        return self._add(kind, payload, media_type=media_type, fields=fields, level=level)

    def _add(
        self,
        kind: str,
        payload: bytes,
        *,
        fields: Pairs,
        level: int,
        http: Any = None,
        media_type: str = "",
    ) -> str:
        record = _writer(io.BytesIO()).create_warc_record(
            self._target,
            kind,
            payload=io.BytesIO(payload),
            length=len(payload),
            warc_content_type=media_type,
            warc_headers_dict={"WARC-Date": self._date, **dict(fields)},
            http_headers=http,
        )
        return self._write(record, level)

    def _write(self, record: Any, level: int) -> str:
        plain = io.BytesIO()
        _writer(plain).write_record(record)
        member = zlib.compressobj(level, zlib.DEFLATED, zlib.MAX_WBITS + 16)
        self._buffer.write(member.compress(plain.getvalue()) + member.flush())
        return str(record.rec_headers.get_header("WARC-Record-ID"))


def read_records(data: bytes) -> Iterator[Record]:
    """The records of a file, every digest and checksum verified. Raises Corrupt."""
    try:
        plain = gzip.decompress(data)
        for record in ArchiveIterator(io.BytesIO(plain), check_digests="raise"):
            payload = record.raw_stream.read()
            http = record.http_headers
            yield Record(
                kind=record.rec_type,
                fields=dict(record.rec_headers.headers),
                status=http.statusline if http else "",
                headers=tuple(http.headers) if http else (),
                payload=payload,
            )
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
        raise Corrupt(f"The archive cannot be read: {error}") from error


def first_fields(file: IO[bytes]) -> dict[str, str]:
    """The WARC headers of a file's first record, without reading its payload. Raises Corrupt."""
    try:
        record = next(iter(ArchiveIterator(file)), None)
    except (ArchiveLoadFailed, EOFError, OSError, ValueError, zlib.error) as error:
        raise Corrupt(f"The archive cannot be read: {error}") from error
    return dict(record.rec_headers.headers) if record is not None else {}


def payload_digest(payload: bytes) -> str:
    """The digest warcio writes for a payload ("sha1:" and base 32)."""
    digester = Digester("sha1")
    digester.update(payload)
    return str(digester)


def target_uri(url: str) -> str:
    """The address as a WARC-Target-URI: without spaces or letters outside ASCII."""
    return quote(url, safe=_URI_CHARACTERS)


def warc_date(at: datetime) -> str:
    """A WARC-Date, in UTC with microseconds. Raises ValueError for a time without zone."""
    if at.tzinfo is None:
        raise ValueError("a time without zone says nothing")
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def as_fields(values: Mapping[str, str]) -> bytes:
    """The block of a metadata record (application/warc-fields)."""
    return "".join(f"{one_line(name)}: {one_line(value)}\r\n" for name, value in values.items()).encode()


def from_fields(block: bytes) -> dict[str, str]:
    """What `as_fields` wrote."""
    lines = block.decode("utf-8", "replace").split("\r\n")
    return {name: value for line in lines if line for name, _, value in [line.partition(": ")]}


def one_line(value: str) -> str:
    """The value without what would end its line or start another record."""
    return "".join(" " if ord(letter) < 32 or letter in "\x7f\x85\u2028\u2029" else letter for letter in value).strip()


def _ascii(text: str) -> str:
    """One line of ASCII, as warcio needs; other bytes as they came, percent-encoded."""
    line = one_line(text)
    if line.isascii():
        return line
    try:
        raw = line.encode("latin-1")
    except UnicodeEncodeError:
        raw = line.encode("utf-8", "replace")
    return "".join(chr(byte) if byte < 0x80 else f"%{byte:02X}" for byte in raw)


def _header_list(headers: Pairs) -> list[tuple[str, str]]:
    # Chunk framing was taken off on the way in: a reader must not look for it.
    return [
        (f"X-Archive-Orig-{name}" if name.lower() == "transfer-encoding" else _ascii(name), _ascii(value))
        for name, value in headers
    ]


def _writer(out: io.BytesIO) -> Any:
    return WARCWriter(out, gzip=False, warc_version="WARC/1.1")
