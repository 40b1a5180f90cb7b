"""Snapshots: exact, whole or not there, and clean for a checker that we did not write."""

from __future__ import annotations

import gzip
import io
import os
import zlib
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from types import SimpleNamespace
from typing import IO

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator
from warcio.checker import Checker

from sources.archiving import Archived, Corrupt, Document, Exchange, Held, SnapshotStore
from sources.archiving.atomic_files import AtomicDirectory
from sources.fetching.exchanges import Fetched, Hop

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


def held(archived: Archived, *, path: bool = True) -> Held:
    return Held(archived.sha256, ADDRESS, MONDAY, archived.path if path else "")


def records(path: Path) -> list[SimpleNamespace]:
    """The records of a file as warcio reads them."""
    with path.open("rb") as file:
        return [
            SimpleNamespace(
                kind=record.rec_type,
                fields=dict(record.rec_headers.headers),
                version=record.rec_headers.protocol,
                http=record.http_headers,
                payload=record.raw_stream.read(),
            )
            for record in ArchiveIterator(file)
        ]


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


@pytest.fixture(autouse=True)
def everything_written_is_clean(tmp_path: Path) -> Iterator[None]:
    """warcio's own checker finds nothing wrong with any file that a test has left."""
    yield
    assert warcio_check(*sorted(tmp_path.glob("warc/**/*.warc.gz"))) == 0


def warcio_check(*files: Path) -> int:
    return int(Checker(SimpleNamespace(inputs=[str(file) for file in files], verbose=False)).process_all())


class TestKeeping:
    def test_names_the_file_by_its_content(self, store: SnapshotStore, tmp_path: Path) -> None:
        archived = store.keep(exchange(), metadata={})

        digest = sha256(PAGE).hexdigest()
        assert (archived.sha256, archived.size, archived.is_revisit) == (digest, len(PAGE), False)
        assert archived.path.startswith(f"warc/{digest[:2]}/{digest[2:4]}/{digest}-")
        assert archived.path.endswith(".warc.gz")
        assert (tmp_path / archived.path).is_file()

    def test_writes_response_request_and_metadata_of_one_moment(self, store: SnapshotStore, tmp_path: Path) -> None:
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

    def test_keeps_the_bytes_of_the_wire(self, store: SnapshotStore, tmp_path: Path) -> None:
        sent = gzipped()

        archived = store.keep(sent, metadata={})

        response = records(tmp_path / archived.path)[0]
        assert response.payload == sent.wire
        assert response.http.get_header("content-encoding") == "gzip"
        kept = store.read(archived.path)
        assert (kept.wire, kept.body, kept.status) == (sent.wire, PAGE, 200)
        assert kept.media_type == "text/html; charset=utf-8"

    def test_does_not_announce_chunks_that_were_taken_off(self, store: SnapshotStore, tmp_path: Path) -> None:
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
            exchange(headers=(("X-Ünïcode", "çerez\r\nInjected: yes"), ("Set-Cookie", "a=ы"))),
            exchange(reason="Всё хорошо", status=299),
            exchange(reason=""),
            exchange(url="https://news.example.org/a b/ü?q=й#part"),
            exchange(http_version="HTTP/1.0", address=""),
            exchange(b"WARC/1.1\r\nWARC-Type: response\r\n\r\n\r\n\r\nHTTP/1.1 200 OK\r\n\r\n" * 3),
            exchange(headers=(("Content-Length", "999999"),)),
        ],
    )
    def test_stands_what_servers_send(self, store: SnapshotStore, odd: Exchange) -> None:
        archived = store.keep(odd, metadata={"käy": "välue"})

        kept = store.read(archived.path)
        assert (kept.body, kept.status) == (odd.body, odd.status)
        assert all(name.lower() != "injected" for name, _ in kept.headers)
        store.verify(archived.path, sha256(odd.body).hexdigest())

    @pytest.mark.parametrize(
        ("cut", "reason"),
        [
            ("wire_bytes", "length"),
            ("timeout", "time"),
            ("tls", "disconnect"),
            ("encoding", "unspecified"),
        ],
    )
    def test_says_that_a_body_is_truncated(self, store: SnapshotStore, tmp_path: Path, cut: str, reason: str) -> None:
        whole = gzipped()
        sent = replace(whole, wire=whole.wire[: len(whole.wire) // 2], body=PAGE[:20], cut=cut)

        archived = store.keep(sent, metadata={})

        assert records(tmp_path / archived.path)[0].fields["WARC-Truncated"] == reason
        assert store.read(archived.path).body == PAGE[:20]

    def test_keeps_the_body_too_when_the_wire_does_not_give_it_again(
        self, store: SnapshotStore, tmp_path: Path
    ) -> None:
        sent = exchange(PAGE, b"only a server knows", headers=(("Content-Encoding", "own-code"),))

        archived = store.keep(sent, metadata={})

        assert [record.kind for record in records(tmp_path / archived.path)][:2] == ["response", "conversion"]
        kept = store.read(archived.path)
        assert (kept.wire, kept.body) == (sent.wire, PAGE)

    def test_takes_what_the_fetcher_gives(self, store: SnapshotStore) -> None:
        fetched = Fetched(
            requested_url="http://news.example.org/",
            final_url=ADDRESS,
            status=200,
            reason="OK",
            wire=PAGE,
            body=PAGE,
            hops=(Hop("http://news.example.org/", 301, ADDRESS, "198.51.100.7", ()),),
            headers=(),
            truncated=False,
            address="198.51.100.7",
            http_version="HTTP/1.1",
            request_headers=(),
            elapsed_seconds=0.1,
        )

        kept = store.read(store.keep(Exchange.of(fetched, fetched_at=MONDAY), metadata={}).path)

        assert kept.metadata["archive-requested-url"] == "http://news.example.org/"
        assert kept.metadata["archive-hop-1"] == f"301 http://news.example.org/ -> {ADDRESS} (198.51.100.7)"

    def test_the_archives_own_notes_cannot_be_overwritten(self, store: SnapshotStore) -> None:
        archived = store.keep(exchange(), metadata={"archive-sha256": "forged", "archive-refers-to": "forged"})

        assert store.read(archived.path).metadata["archive-sha256"] == archived.sha256
        assert not archived.is_revisit

    def test_a_time_without_zone_is_refused(self, store: SnapshotStore, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="zone"):
            store.keep(exchange(fetched_at=MONDAY.replace(tzinfo=None)), metadata={})

        assert list(tmp_path.iterdir()) == []

    def test_an_upload_is_a_resource(self, store: SnapshotStore, tmp_path: Path) -> None:
        document = Document(b"%PDF-1.4 bytes", "application/pdf", "Rapor\nşubat.pdf", MONDAY)

        archived = store.keep_document(document, metadata={"by": "Ana"})

        resource, metadata = records(tmp_path / archived.path)
        assert (resource.kind, metadata.kind) == ("resource", "metadata")
        assert resource.fields["WARC-Target-URI"] == f"urn:factcheck:document:{archived.sha256}"
        kept = store.read(archived.path)
        assert (kept.body, kept.media_type, kept.status) == (document.body, "application/pdf", None)
        assert (kept.metadata["archive-name"], kept.metadata["by"]) == ("Rapor şubat.pdf", "Ana")


class TestRevisits:
    @pytest.mark.parametrize("knows_path", [True, False])
    def test_the_same_bytes_are_kept_once(self, store: SnapshotStore, tmp_path: Path, *, knows_path: bool) -> None:
        first = store.keep(gzipped(), metadata={})

        again = store.keep(gzipped(fetched_at=TUESDAY), known=held(first, path=knows_path), metadata={})

        assert again.is_revisit
        assert again.path != first.path
        revisit = records(tmp_path / again.path)[0]
        original = records(tmp_path / first.path)[0]
        assert revisit.kind == "revisit"
        assert revisit.payload == b""
        assert revisit.fields["WARC-Profile"].endswith("1.1/revisit/identical-payload-digest")
        assert revisit.fields["WARC-Refers-To-Target-URI"] == original.fields["WARC-Target-URI"]
        assert revisit.fields["WARC-Refers-To-Date"] == original.fields["WARC-Date"]
        assert revisit.fields["WARC-Payload-Digest"] == original.fields["WARC-Payload-Digest"]

    def test_reads_as_the_page_that_it_refers_to(self, store: SnapshotStore) -> None:
        first = store.keep(gzipped(), metadata={})
        again = store.keep(gzipped(fetched_at=TUESDAY), known=held(first), metadata={})

        kept = store.read(again.path)

        assert (kept.body, kept.is_revisit, kept.kept_at) == (PAGE, True, "2026-03-03T09:30:00.000000Z")
        store.verify(again.path, first.sha256)

    def test_another_body_or_other_bytes_on_the_wire_are_kept_in_full(self, store: SnapshotStore) -> None:
        first = store.keep(gzipped(), metadata={})
        other_wire = exchange(PAGE, gzip.compress(PAGE, 1, mtime=9))

        assert not store.keep(gzipped(b"changed"), known=held(first), metadata={}).is_revisit
        assert not store.keep(other_wire, known=held(first), metadata={}).is_revisit
        assert not store.keep(gzipped(), known=None, metadata={}).is_revisit

    @pytest.mark.parametrize("knows_path", [True, False])
    def test_never_refers_to_what_is_not_there(self, store: SnapshotStore, tmp_path: Path, *, knows_path: bool) -> None:
        first = store.keep(gzipped(), metadata={})
        (tmp_path / first.path).unlink()

        assert not store.keep(gzipped(), known=held(first, path=knows_path), metadata={}).is_revisit

    def test_never_refers_to_the_file_of_another_source(self, store: SnapshotStore) -> None:
        elsewhere = store.keep(gzipped(url=ADDRESS + "&other"), metadata={})

        assert not store.keep(gzipped(), known=held(elsewhere, path=False), metadata={}).is_revisit

    def test_never_refers_to_another_revisit(self, store: SnapshotStore) -> None:
        first = store.keep(gzipped(), metadata={})
        second = store.keep(gzipped(), known=held(first), metadata={})

        assert not store.keep(gzipped(), known=held(second), metadata={}).is_revisit


class TestDamage:
    @pytest.fixture(autouse=True)
    def everything_written_is_clean(self) -> None:
        """These tests leave damaged files on purpose."""

    @pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.9, 0.99])
    def test_a_flipped_bit_is_noticed(self, store: SnapshotStore, tmp_path: Path, place: float) -> None:
        archived = store.keep(gzipped(os.urandom(3_000)), metadata={})
        damage(tmp_path / archived.path, lambda data: flipped(data, int(len(data) * place)))

        with pytest.raises(Corrupt):
            store.verify(archived.path, archived.sha256)

    @pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
    def test_a_cut_file_is_noticed(self, store: SnapshotStore, tmp_path: Path, share: float) -> None:
        archived = store.keep(gzipped(), metadata={})
        damage(tmp_path / archived.path, lambda data: data[: int(len(data) * share)])

        with pytest.raises(Corrupt):
            store.verify(archived.path, archived.sha256)

    def test_a_file_cut_between_two_records_is_noticed(self, store: SnapshotStore, tmp_path: Path) -> None:
        archived = store.keep(gzipped(), metadata={})
        damage(tmp_path / archived.path, first_member)

        assert warcio_check(tmp_path / archived.path) == 0
        with pytest.raises(Corrupt, match="all the records"):
            store.verify(archived.path, archived.sha256)

    def test_a_whole_file_of_another_page_is_noticed(self, store: SnapshotStore, tmp_path: Path) -> None:
        archived = store.keep(gzipped(), metadata={})
        other = store.keep(gzipped(b"forged"), metadata={})
        (tmp_path / archived.path).write_bytes((tmp_path / other.path).read_bytes())

        with pytest.raises(Corrupt, match="SHA-256"):
            store.verify(archived.path, archived.sha256)

    def test_control_reading_alone_would_take_the_forged_page(self, store: SnapshotStore, tmp_path: Path) -> None:
        """Twin of the test above: without the comparison of hashes nothing is noticed."""
        archived = store.keep(gzipped(), metadata={})
        other = store.keep(gzipped(b"forged"), metadata={})
        (tmp_path / archived.path).write_bytes((tmp_path / other.path).read_bytes())

        assert store.read(archived.path).body == b"forged"

    def test_a_revisit_without_its_original_is_noticed(self, store: SnapshotStore, tmp_path: Path) -> None:
        first = store.keep(gzipped(), metadata={})
        again = store.keep(gzipped(), known=held(first), metadata={})
        (tmp_path / first.path).unlink()

        with pytest.raises(Corrupt, match="not there"):
            store.read(again.path)

    @pytest.mark.parametrize("path", ["warc/none.warc.gz", "", "/etc/hosts", "../outside", "warc"])
    def test_what_is_not_there_or_not_ours_is_corrupt(self, store: SnapshotStore, path: str) -> None:
        store.keep(exchange(), metadata={})

        with pytest.raises(Corrupt):
            store.read(path)


class TestAtomicDirectory:
    def test_a_failed_write_leaves_nothing(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(os, "fsync", failing)
        with pytest.raises(OSError, match="disk full"):
            SnapshotStore(tmp_path).keep(exchange(), metadata={})

        assert [path for path in tmp_path.rglob("*") if path.is_file()] == []

    def test_control_a_plain_write_that_fails_leaves_half_a_file(self, tmp_path: Path) -> None:
        """Twin of the test above: what the temporary name is for."""
        with (tmp_path / "a.warc.gz").open("wb") as file:
            file.write(b"half a ")
            with pytest.raises(OSError, match="disk full"):
                failing(0)

        assert (tmp_path / "a.warc.gz").read_bytes() == b"half a "

    def test_a_file_is_synced_before_it_gets_its_name_and_the_directory_after(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        steps: list[str] = []
        sync, link = os.fsync, os.link
        monkeypatch.setattr(os, "fsync", lambda descriptor: (steps.append("sync"), sync(descriptor))[1])
        monkeypatch.setattr(os, "link", lambda *names: (steps.append("name"), link(*names))[1])

        AtomicDirectory(tmp_path).save("a.warc.gz", io.BytesIO(b"x"))

        assert steps == ["sync", "name", "sync"]

    def test_an_existing_file_is_never_replaced(self, tmp_path: Path) -> None:
        directory = AtomicDirectory(tmp_path)
        directory.save("a", io.BytesIO(b"first"))

        with pytest.raises(FileExistsError):
            directory.save("a", io.BytesIO(b"second"))

        assert (tmp_path / "a").read_bytes() == b"first"
        assert list(tmp_path.iterdir()) == [tmp_path / "a"]

    @pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", "a\0b"])
    def test_names_do_not_lead_outside(self, tmp_path: Path, name: str) -> None:
        with pytest.raises(ValueError, match="no name"):
            AtomicDirectory(tmp_path).save(name, io.BytesIO(b"x"))

    def test_files_are_not_opened_for_writing(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="save"):
            AtomicDirectory(tmp_path).open("a", "wb")


def test_any_storage_of_djangos_shape_will_do() -> None:
    storage = MemoryStorage()
    store = SnapshotStore(storage)
    first = store.keep(gzipped(), metadata={})

    again = store.keep(gzipped(), known=held(first, path=False), metadata={})

    assert again.is_revisit
    assert sorted(storage.files) == sorted([first.path, again.path])
    assert store.read(again.path).body == PAGE


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    body=st.binary(max_size=400),
    is_gzip=st.booleans(),
    headers=st.lists(st.tuples(st.text("aZ-ü\x00\n:", min_size=1, max_size=5), st.text(max_size=20)), max_size=4),
    metadata=st.dictionaries(st.text(max_size=8), st.text(max_size=20), max_size=3),
)
def test_whatever_is_kept_comes_back_byte_for_byte(
    body: bytes, is_gzip: bool, headers: list[tuple[str, str]], metadata: dict[str, str], tmp_path: Path
) -> None:
    own = SnapshotStore(tmp_path)
    sent = gzipped(body) if is_gzip else exchange(body)
    sent = replace(sent, headers=(*headers, *sent.headers))

    archived = own.keep(sent, metadata=metadata)

    kept = own.read(archived.path)
    assert (kept.body, kept.wire) == (sent.body, sent.wire)
    own.verify(archived.path, sha256(body).hexdigest())


class MemoryStorage:
    """As little of a Django storage as the archive may rely on."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}

    def open(self, name: str, mode: str = "rb") -> IO[bytes]:
        if name not in self.files:
            raise FileNotFoundError(name)
        return io.BytesIO(self.files[name])

    def exists(self, name: str) -> bool:
        return name in self.files

    def save(self, name: str, content: IO[bytes]) -> str:
        self.files[name] = content.read()
        return name

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        return [], [name.rpartition("/")[2] for name in self.files if name.rpartition("/")[0] == path]


def damage(path: Path, change: Callable[[bytes], bytes]) -> None:
    path.write_bytes(change(path.read_bytes()))


def flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 0x10]) + data[place + 1 :]


def first_member(data: bytes) -> bytes:
    engine = zlib.decompressobj(zlib.MAX_WBITS + 16)
    engine.decompress(data)
    return data[: len(data) - len(engine.unused_data)]


def failing(_descriptor: int) -> None:
    raise OSError("disk full")
