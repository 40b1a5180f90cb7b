"""Reads WARC files back with warcio, every checksum and digest verified."""

import gzip
import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed


class Corrupt(Exception):
    """A kept file is damaged, or does not say what its name and our records say."""


class Missing(Corrupt):
    """A file that should be kept is not there."""


class Unresolved(Corrupt):
    """A revisit is whole, but the snapshot that it refers to is not."""


@dataclass(frozen=True, slots=True)
class Record:
    """One record as read back: its type, its WARC and HTTP headers, and its payload as it was received."""

    kind: str
    fields: dict[str, str]
    status: str
    headers: tuple[tuple[str, str], ...]
    payload: bytes


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
