"""Exchanges to keep, and what warcio, which we did not write, makes of the files."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from sources.archiving import Archived, Exchange, Held
from sources.fetching.exchanges import Fetched

PAGE = ("<p>Цены на хлеб выросли на 12 процентов с марта.</p>" * 60).encode()
MONDAY = datetime(2026, 3, 2, 9, 30, 15, 123456, tzinfo=UTC)
TUESDAY = datetime(2026, 3, 3, 9, 30, tzinfo=UTC)
ADDRESS = "https://news.example.org/bread?page=1"


def exchange(body: bytes = PAGE, wire: bytes | None = None, **changes: object) -> Exchange:
    encoding = () if wire is None else (("Content-Encoding", "gzip"),)
    plain = Exchange(
        url=ADDRESS,
        method="GET",
        request_headers=(("Host", "news.example.org"), ("User-Agent", "Factcheck")),
        status=200,
        reason="OK",
        http_version="HTTP/1.1",
        headers=(("Content-Type", "text/html; charset=utf-8"), *encoding),
        wire=body if wire is None else wire,
        body=body,
        address="198.51.100.7",
        fetched_at=MONDAY,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def gzipped(body: bytes = PAGE, **changes: object) -> Exchange:
    return exchange(body, gzip.compress(body, mtime=0), **changes)


def not_modified(**changes: object) -> Exchange:
    given = {"status": 304, "reason": "Not Modified", "headers": (("ETag", '"a1"'),), "fetched_at": TUESDAY, **changes}
    return exchange(b"", **given)


def fetched(body: bytes = PAGE, wire: bytes | None = None, **changes: object) -> Fetched:
    """What the fetcher gives for a whole answer, redirected from nowhere."""
    plain = Fetched(
        requested_url=ADDRESS,
        final_url=ADDRESS,
        hops=(),
        status=200,
        reason="OK",
        headers=() if wire is None else (("Content-Encoding", "gzip"),),
        wire=body if wire is None else wire,
        body=body,
        truncated=False,
        address="198.51.100.7",
        http_version="HTTP/1.1",
        request_headers=(),
        elapsed_seconds=0.1,
    )
    return replace(plain, **changes)  # type: ignore[arg-type]


def held(archived: Archived) -> Held:
    return Held(archived.sha256, ADDRESS, MONDAY, archived.path, archived.size)


def records(path: Path) -> list[SimpleNamespace]:
    """The records of a file as warcio reads them."""
    with path.open("rb") as file:
        found = ArchiveIterator(file, check_digests="raise")
        read = [
            SimpleNamespace(
                kind=record.rec_type,
                fields=dict(record.rec_headers.headers),
                version=record.rec_headers.protocol,
                http=record.http_headers,
                payload=record.raw_stream.read(),
            )
            for record in found
        ]
        assert found.err_count == 0
        return read


def assert_clean(directory: Path) -> None:
    """warcio's own checker finds nothing wrong with any file there."""
    assert warcio_check(*sorted(directory.glob("warc/**/*.warc.gz"))) == 0


def warcio_check(*files: Path) -> int:
    return int(Checker(SimpleNamespace(inputs=[str(file) for file in files], verbose=False)).process_all())


def damage(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]
