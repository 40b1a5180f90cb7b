"""Snapshots: whole records of one moment, clean for a checker that we did not write."""

from __future__ import annotations

import gzip
import os
import zlib
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import brotlicffi as brotli
import pytest
from django.core.files.storage import InMemoryStorage

from sources.archiving import Document, Exchange, SnapshotStore
from sources.fetching.exchanges import Hop
from tests.sources.archives import (
    ADDRESS,
    MONDAY,
    PAGE,
    assert_clean,
    exchange,
    fetched,
    gzipped,
    held,
    records,
)

INJECTION = b"\r\n\r\nWARC/1.1\r\nWARC-Type: response\r\nContent-Length: 3\r\n\r\nbad\r\n\r\n" * 3


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SnapshotStore]:
    """A store, all of whose files must be clean in the end."""
    yield SnapshotStore(tmp_path)
    assert_clean(tmp_path)


def test_names_the_file_by_its_content(store: SnapshotStore, tmp_path: Path) -> None:
    archived = store.keep(exchange(), metadata={})

    digest = sha256(PAGE).hexdigest()
    assert (archived.sha256, archived.size, archived.is_revisit) == (digest, len(PAGE), False)
    assert archived.path.startswith(f"warc/{digest[:2]}/{digest[2:4]}/{digest}-")
    assert archived.path.endswith(".warc.gz")
    assert (tmp_path / archived.path).is_file()


def test_the_same_exchange_kept_twice_is_two_files(store: SnapshotStore) -> None:
    assert store.keep(exchange(), metadata={}).path != store.keep(exchange(), metadata={}).path


def test_writes_response_request_and_metadata_of_one_moment(store: SnapshotStore, tmp_path: Path) -> None:
    archived = store.keep(gzipped(), metadata={"source": "17", "note": "two\r\nlines"})

    response, request, metadata = records(tmp_path / archived.path)
    assert [response.kind, request.kind, metadata.kind] == ["response", "request", "metadata"]
    for record in (response, request, metadata):
        assert record.version == "WARC/1.1"
        assert record.fields["WARC-Target-URI"] == ADDRESS
        assert record.fields["WARC-Date"] == "2026-03-02T09:30:15.123456Z"
    assert response.fields["WARC-IP-Address"] == "198.51.100.7"
    assert request.fields["WARC-Concurrent-To"] == response.fields["WARC-Record-ID"]
    assert metadata.fields["WARC-Refers-To"] == response.fields["WARC-Record-ID"]
    assert request.http.protocol + " " + request.http.statusline == "GET /bread?page=1 HTTP/1.1"
    assert b"source: 17\r\nnote: two  lines\r\n" in metadata.payload
    assert f"archive-sha256: {archived.sha256}".encode() in metadata.payload
    assert b"archive-tools: Python 3." in metadata.payload


def test_every_record_has_a_gzip_member_and_a_name_of_its_own(store: SnapshotStore, tmp_path: Path) -> None:
    archived = store.keep(gzipped(), metadata={})

    data = (tmp_path / archived.path).read_bytes()
    members = 0
    while data:
        engine = zlib.decompressobj(zlib.MAX_WBITS + 16)
        assert engine.decompress(data).startswith(b"WARC/1.1\r\n")
        data, members = engine.unused_data, members + 1
    names = {record.fields["WARC-Record-ID"] for record in records(tmp_path / archived.path)}
    assert members == len(names) == 3


def test_digests_of_payload_and_block_are_those_of_the_bytes(store: SnapshotStore, tmp_path: Path) -> None:
    sent = gzipped()

    response = records(tmp_path / store.keep(sent, metadata={}).path)[0]

    assert response.fields["WARC-Payload-Digest"] == f"sha256:{sha256(sent.wire).hexdigest()}"
    assert response.fields["WARC-Block-Digest"].startswith("sha256:")


def test_keeps_the_bytes_of_the_wire(store: SnapshotStore, tmp_path: Path) -> None:
    sent = gzipped()

    archived = store.keep(sent, metadata={})

    response = records(tmp_path / archived.path)[0]
    assert response.payload == sent.wire
    assert response.http.get_header("content-encoding") == "gzip"
    kept = store.read(archived.path)
    assert (kept.wire, kept.body, kept.status) == (sent.wire, PAGE, 200)
    assert kept.media_type == "text/html; charset=utf-8"


def test_does_not_announce_chunks_that_were_taken_off(store: SnapshotStore, tmp_path: Path) -> None:
    chunked = replace(exchange(b"5\r\nlooks like a chunk"), headers=(("Transfer-Encoding", "chunked"),))

    archived = store.keep(chunked, metadata={})

    assert store.read(archived.path).body == b"5\r\nlooks like a chunk"
    http = records(tmp_path / archived.path)[0].http
    assert http.get_header("transfer-encoding") is None
    assert http.get_header("x-archive-orig-transfer-encoding") == "chunked"


@pytest.mark.parametrize(
    "odd",
    [
        exchange(b""),
        exchange(b"", status=204, reason="No Content"),
        exchange(INJECTION),
        gzipped(INJECTION),
        exchange(PAGE, zlib.compress(PAGE), headers=(("Content-Encoding", "deflate"),)),
        exchange(PAGE, zlib.compress(PAGE)[2:-4], headers=(("Content-Encoding", "deflate"),)),
        exchange(PAGE, b"".join(gzip.compress(part, mtime=0) for part in (PAGE[:99], PAGE[99:], b""))),
        exchange(PAGE, brotli.compress(PAGE), headers=(("Content-Encoding", "br"),)),
        exchange(PAGE, b"(\xb5/\xfd", headers=(("Content-Encoding", "zstd"),)),
        exchange(PAGE, PAGE, headers=(("Content-Encoding", "identity"),)),
        exchange(PAGE, PAGE, headers=((" Content-Encoding", "gzip"),)),
        exchange(headers=(("X-Ünïcode", "çerez\r\nInjected: yes"), ("Set-Cookie", "a=ы"), ("", ""), ("A", "\0"))),
        exchange(headers=(("X", "é\x85\x1c\xa0 \x7f"), ("Y", "Ελλάδα".encode().decode("latin-1")))),
        exchange(reason="Всё хорошо", status=299),
        exchange(reason=""),
        exchange(http_version="HTTP/1.0", status=404, reason="Not\tFound"),
        exchange(url="https://news.example.org/a b/ü?q=й#part"),
        exchange(address=""),
        exchange(address="2001:db8::1"),
        exchange(request_headers=()),
        exchange(b"%PDF-1.7" + os.urandom(50_000), headers=(("Content-Type", "application/pdf"),)),
    ],
    ids=lambda odd: f"{odd.status}-{odd.wire[:3].hex()}-{len(odd.headers)}",
)
def test_stands_what_servers_send(store: SnapshotStore, tmp_path: Path, odd: Exchange) -> None:
    archived = store.keep(odd, metadata={"käy": "välue"})

    kept = store.read(archived.path)
    assert (kept.body, kept.wire, kept.status) == (odd.body, odd.wire, odd.status)
    assert records(tmp_path / archived.path)[0].payload == odd.wire
    assert all(name.lower() != "injected" for name, _ in kept.headers)
    store.verify(archived.path, sha256(odd.body).hexdigest())


def test_headers_are_kept_in_the_bytes_that_came(store: SnapshotStore, tmp_path: Path) -> None:
    as_read = "Grüße à tous — ąę".encode().decode("latin-1")  # as the fetcher hands it on

    archived = store.keep(exchange(headers=(("X-Greeting", as_read), ("X-Old", "fa\xe7ade"))), metadata={})

    plain = gzip.decompress((tmp_path / archived.path).read_bytes())
    assert b"\r\nX-Greeting: " + "Grüße à tous — ąę".encode() + b"\r\nX-Old: fa\xe7ade\r\n" in plain
    assert ("X-Greeting", "Grüße à tous — ąę") in store.read(archived.path).headers


@pytest.mark.parametrize(
    ("cut", "reason"),
    [
        ("wire_bytes", "length"),
        ("timeout", "time"),
        ("tls", "disconnect"),
        ("encoding", "unspecified"),
    ],
)
def test_says_that_a_body_is_truncated(store: SnapshotStore, tmp_path: Path, cut: str, reason: str) -> None:
    whole = gzipped()
    sent = replace(whole, wire=whole.wire[: len(whole.wire) // 2], body=PAGE[:20], cut=cut)

    archived = store.keep(sent, metadata={})

    assert records(tmp_path / archived.path)[0].fields["WARC-Truncated"] == reason
    kept = store.read(archived.path)
    assert (kept.body, kept.wire, kept.metadata["archive-cut"]) == (PAGE[:20], sent.wire, cut)


def test_keeps_the_body_too_when_the_wire_does_not_give_it_again(store: SnapshotStore, tmp_path: Path) -> None:
    sent = exchange(PAGE, b"only a server knows", headers=(("Content-Encoding", "own-code"),))

    archived = store.keep(sent, metadata={})

    assert [record.kind for record in records(tmp_path / archived.path)][:2] == ["response", "conversion"]
    kept = store.read(archived.path)
    assert (kept.wire, kept.body) == (sent.wire, PAGE)


def test_what_the_fetcher_read_whole_is_not_decoded_again(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sources.archiving.decoding.decoded", lambda *_: pytest.fail("it was decoded once more"))

    store.keep(Exchange.of(fetched(PAGE, gzip.compress(PAGE)), fetched_at=MONDAY), metadata={})


def test_takes_what_the_fetcher_gives(store: SnapshotStore) -> None:
    hops = tuple(Hop(f"http://news.example.org/{n}", 301, ADDRESS, "198.51.100.7", ()) for n in range(11))
    sent = fetched(requested_url="http://news.example.org/0", hops=hops)

    kept = store.read(store.keep(Exchange.of(sent, fetched_at=MONDAY), metadata={}).path)

    assert kept.metadata["archive-requested-url"] == "http://news.example.org/0"
    assert kept.hops[1] == f"301 http://news.example.org/1 -> {ADDRESS} (198.51.100.7)"
    assert [hop.split()[1][-2:] for hop in kept.hops][8:] == ["/8", "/9", "10"]


def test_the_archives_own_notes_cannot_be_overwritten(store: SnapshotStore) -> None:
    archived = store.keep(exchange(), metadata={"archive-sha256": "forged", " archive-refers-to": "forged"})

    assert store.read(archived.path).metadata["archive-sha256"] == archived.sha256
    assert not archived.is_revisit


def test_a_time_without_zone_is_refused(store: SnapshotStore, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="zone"):
        store.keep(exchange(fetched_at=MONDAY.replace(tzinfo=None)), metadata={})

    assert list(tmp_path.iterdir()) == []


def test_an_upload_is_a_resource(store: SnapshotStore, tmp_path: Path) -> None:
    document = Document(b"%PDF-1.4 bytes", "application/pdf", "Rapor\nşubat.pdf", MONDAY)

    archived = store.keep_document(document, metadata={"by": "Ana"})

    resource, metadata = records(tmp_path / archived.path)
    assert (resource.kind, metadata.kind) == ("resource", "metadata")
    assert resource.fields["WARC-Target-URI"] == f"urn:factcheck:document:{archived.sha256}"
    kept = store.read(archived.path)
    assert (kept.body, kept.media_type, kept.status) == (document.body, "application/pdf", None)
    assert (kept.metadata["archive-name"], kept.metadata["by"]) == ("Rapor şubat.pdf", "Ana")


@pytest.mark.parametrize("body", [b"", INJECTION, b"WARC/1.1\r\n", PAGE])
def test_uploads_of_any_bytes_are_exact(store: SnapshotStore, body: bytes) -> None:
    archived = store.keep_document(Document(body, "", "", MONDAY))

    assert store.read(archived.path).body == body


def test_any_storage_of_djangos_will_do() -> None:
    store = SnapshotStore(InMemoryStorage())
    first = store.keep(gzipped(), metadata={})

    again = store.keep(gzipped(), known=held(first), metadata={})

    assert again.is_revisit
    assert store.read(again.path).body == PAGE
    assert store.bytes_of(first.path).startswith(b"\x1f\x8b")
