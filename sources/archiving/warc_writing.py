"""Writes WARC 1.1 records (ISO 28500:2017), each in a gzip member of its own.

Ours, because a general writer costs four times as much as all else that a check does with a page; every byte is read
back by a reader and a checker that we did not write (see the tests).
"""

import zlib
from datetime import datetime
from hashlib import sha256
from typing import Final
from uuid import UUID, uuid4

from sources.archiving.fields import Pairs, target_uri, warc_date

STORED: Final = 0
"""Level for bytes that are compressed already: deflating them again would cost much and save nothing."""
FAST: Final = 1

_GZIP: Final = zlib.MAX_WBITS + 16
_IDENTICAL: Final = "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest"
_NOT_MODIFIED: Final = "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
_RESPONSE: Final = "application/http; msgtype=response"
_REQUEST: Final = "application/http; msgtype=request"


class RecordFile:
    """Collects records, all of one moment and one target."""

    def __init__(self, *, target: str, at: datetime) -> None:
        self._members: list[bytes] = []
        self._about = [("WARC-Target-URI", target_uri(target)), ("WARC-Date", warc_date(at))]

    def getvalue(self) -> bytes:
        """The file so far."""
        return b"".join(self._members)

    def add_response(self, key: UUID, head: bytes, payload: bytes, digest: str, fields: Pairs, level: int) -> str:
        """Add an answer whose payload has this SHA-256. Return the record's id."""
        return self._add("response", _RESPONSE, head, payload, key=key, fields=fields, digest=digest, level=level)

    def add_request(self, head: bytes, *, answer: str) -> str:
        """Add the request that an answer was given to. Return the record's id."""
        return self._add("request", _REQUEST, head, b"", fields=[("WARC-Concurrent-To", answer)])

    def add_revisit(
        self, key: UUID, head: bytes, *, digest: str, refers_to: tuple[UUID, str, datetime], fields: Pairs
    ) -> str:
        """Add a revisit of the record of this key, target and time. Return the record's id.

        With the SHA-256 of the payload its profile is identical-payload-digest, without one server-not-modified.
        """
        original, target, at = refers_to
        about = [
            *fields,
            ("WARC-Profile", _IDENTICAL if digest else _NOT_MODIFIED),
            ("WARC-Refers-To", record_id(original)),
            ("WARC-Refers-To-Target-URI", target_uri(target)),
            ("WARC-Refers-To-Date", warc_date(at)),
        ]
        if digest:
            about.append(("WARC-Truncated", "length"))  # as section 6.7.2 wants it where the payload is left out
        return self._add("revisit", _RESPONSE, head, b"", key=key, fields=about, digest=digest)

    def add_block(
        self,
        kind: str,
        media_type: str,
        block: bytes,
        *,
        key: UUID | None = None,
        fields: Pairs = (),
        level: int = FAST,
    ) -> str:
        """Add a record without HTTP headers: resource, conversion or metadata. Return the record's id."""
        digest = sha256(block).hexdigest()
        return self._add(kind, media_type, b"", block, key=key, fields=fields, digest=digest, level=level)

    def _add(
        self,
        kind: str,
        media_type: str,
        head: bytes,
        payload: bytes,
        *,
        fields: Pairs,
        key: UUID | None = None,
        digest: str = "",
        level: int = FAST,
    ) -> str:
        identity = record_id(key or uuid4())
        block_digest = sha256(head)
        block_digest.update(payload)
        lines = [("WARC-Type", kind), ("WARC-Record-ID", identity), *self._about, *fields]
        if digest:
            lines.append(("WARC-Payload-Digest", labelled(digest)))
        lines.append(("WARC-Block-Digest", labelled(block_digest.hexdigest())))
        lines += [("Content-Type", media_type), ("Content-Length", str(len(head) + len(payload)))]
        text = "".join([f"{name}: {value}\r\n" for name, value in lines])
        whole = b"".join((b"WARC/1.1\r\n", text.encode(), b"\r\n", head, payload, b"\r\n\r\n"))
        self._members.append(zlib.compress(whole, level, _GZIP))
        return identity


def record_id(key: UUID) -> str:
    """The WARC-Record-ID of this key."""
    return f"<urn:uuid:{key}>"


def labelled(digest: str) -> str:
    """A hexadecimal SHA-256 as records carry it."""
    return f"sha256:{digest}"
