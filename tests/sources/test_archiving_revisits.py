"""Revisits: nothing is stored twice, and each one resolves to the page that it stands for."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from sources.archiving import Corrupt, Missing, SnapshotStore, Unresolved
from sources.archiving.atomic_files import AtomicDirectory
from tests.sources.archives import (
    ADDRESS,
    PAGE,
    TUESDAY,
    assert_clean,
    exchange,
    gzipped,
    held,
    not_modified,
    records,
)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SnapshotStore]:
    """A store, all of whose files must be clean in the end."""
    yield SnapshotStore(tmp_path)
    assert_clean(tmp_path)


def test_the_same_bytes_are_kept_once(store: SnapshotStore, tmp_path: Path) -> None:
    first = store.keep(gzipped(), metadata={})

    again = store.keep(gzipped(fetched_at=TUESDAY), known=held(first), metadata={})

    assert again.is_revisit
    assert again.path != first.path
    revisit, original = records(tmp_path / again.path)[0], records(tmp_path / first.path)[0]
    assert (revisit.kind, revisit.payload) == ("revisit", b"")
    assert revisit.fields["WARC-Profile"].endswith("1.1/revisit/identical-payload-digest")
    assert revisit.fields["WARC-Refers-To"] == original.fields["WARC-Record-ID"]
    assert revisit.fields["WARC-Refers-To-Target-URI"] == original.fields["WARC-Target-URI"]
    assert revisit.fields["WARC-Refers-To-Date"] == original.fields["WARC-Date"]
    assert revisit.fields["WARC-Payload-Digest"] == original.fields["WARC-Payload-Digest"]
    assert revisit.fields["WARC-Truncated"] == "length"


def test_reads_as_the_page_that_it_refers_to(store: SnapshotStore) -> None:
    first = store.keep(gzipped(), metadata={})
    again = store.keep(gzipped(fetched_at=TUESDAY), known=held(first), metadata={})

    kept = store.read(again.path)

    assert (kept.body, kept.is_revisit, kept.kept_at) == (PAGE, True, "2026-03-03T09:30:00.000000Z")
    assert kept.refers_to == first.path
    store.verify(again.path, first.sha256)


def test_another_body_or_other_bytes_on_the_wire_are_kept_in_full(store: SnapshotStore) -> None:
    first = store.keep(gzipped(), metadata={})
    other_wire = exchange(PAGE, gzip.compress(PAGE, 1, mtime=9))

    assert not store.keep(gzipped(b"changed"), known=held(first), metadata={}).is_revisit
    assert not store.keep(other_wire, known=held(first), metadata={}).is_revisit
    assert not store.keep(gzipped(), known=None, metadata={}).is_revisit


def test_other_bytes_on_the_wire_are_known_from_then_on(store: SnapshotStore) -> None:
    store.keep(gzipped(), metadata={})
    other_wire = exchange(PAGE, gzip.compress(PAGE, 1, mtime=9))
    second = store.keep(other_wire, metadata={})

    assert store.keep(other_wire, known=held(second), metadata={}).is_revisit


def test_an_unchanged_page_is_told_without_reading_a_file(
    store: SnapshotStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = store.keep(gzipped(), metadata={})
    monkeypatch.setattr(AtomicDirectory, "open", lambda *_: pytest.fail("a file was opened"))

    assert store.keep(gzipped(), known=held(first), metadata={}).is_revisit


def test_never_refers_to_what_is_not_there(store: SnapshotStore, tmp_path: Path) -> None:
    first = store.keep(gzipped(), metadata={})
    (tmp_path / first.path).unlink()

    assert not store.keep(gzipped(), known=held(first), metadata={}).is_revisit


def test_control_while_it_is_there_it_is_referred_to(store: SnapshotStore) -> None:
    """Twin of the test above."""
    first = store.keep(gzipped(), metadata={})

    assert store.keep(gzipped(), known=held(first), metadata={}).is_revisit


@pytest.mark.parametrize("path", ["", "warc", "warc/00/00/old-name.warc.gz", "../elsewhere.warc.gz", "/etc/hosts"])
def test_never_refers_to_what_is_none_of_ours(store: SnapshotStore, path: str) -> None:
    first = store.keep(gzipped(), metadata={})

    assert not store.keep(gzipped(), known=replace(held(first), path=path), metadata={}).is_revisit


def test_never_refers_to_another_revisit(store: SnapshotStore) -> None:
    first = store.keep(gzipped(), metadata={})
    second = store.keep(gzipped(), known=held(first), metadata={})

    assert not store.keep(gzipped(), known=held(second), metadata={}).is_revisit


class TestNotModified:
    def test_is_a_revisit_that_resolves_to_the_page_held(self, store: SnapshotStore, tmp_path: Path) -> None:
        first = store.keep(gzipped(), metadata={})

        again = store.keep(not_modified(), known=held(first), metadata={})

        assert (again.is_revisit, again.sha256, again.size) == (True, sha256(PAGE).hexdigest(), len(PAGE))
        revisit, original = records(tmp_path / again.path)[0], records(tmp_path / first.path)[0]
        assert revisit.kind == "revisit"
        assert revisit.fields["WARC-Profile"] == "http://netpreserve.org/warc/1.1/revisit/server-not-modified"
        assert revisit.fields["WARC-Refers-To"] == original.fields["WARC-Record-ID"]
        assert revisit.http.statusline == "304 Not Modified"
        assert revisit.http.get_header("etag") == '"a1"'
        kept = store.read(again.path)
        assert (kept.status, kept.body, kept.media_type) == (304, PAGE, "text/html; charset=utf-8")
        store.verify(again.path, first.sha256)

    def test_is_not_kept_when_the_page_is_not_there(self, store: SnapshotStore, tmp_path: Path) -> None:
        first = store.keep(gzipped(), metadata={})
        (tmp_path / first.path).unlink()

        assert not store.holds(held(first))
        with pytest.raises(Missing, match="ask again without If-None-Match"):
            store.keep(not_modified(), known=held(first), metadata={})
        with pytest.raises(Missing, match="ask again without If-None-Match"):
            store.keep(not_modified(), metadata={})
        assert list(tmp_path.rglob("*.gz")) == []

    def test_control_is_kept_while_the_page_is_there(self, store: SnapshotStore) -> None:
        """Twin of the test above."""
        first = store.keep(gzipped(), metadata={})

        assert store.holds(held(first))
        assert store.keep(not_modified(), known=held(first), metadata={}).is_revisit

    def test_needs_the_size_of_what_it_stands_for(self, store: SnapshotStore) -> None:
        first = store.keep(gzipped(), metadata={})

        with pytest.raises(ValueError, match=r"Held\.size"):
            store.keep(not_modified(), known=replace(held(first), size=None), metadata={})


class TestResolving:
    @pytest.fixture
    def store(self, tmp_path: Path) -> SnapshotStore:
        """These tests leave damaged files on purpose."""
        return SnapshotStore(tmp_path)

    def test_a_revisit_without_its_original_is_noticed(self, store: SnapshotStore, tmp_path: Path) -> None:
        first = store.keep(gzipped(), metadata={})
        again = store.keep(gzipped(), known=held(first), metadata={})
        (tmp_path / first.path).unlink()

        with pytest.raises(Unresolved, match="not there"):
            store.read(again.path)

    @pytest.mark.parametrize("is_304", [True, False])
    @pytest.mark.parametrize(
        "forged",
        [
            pytest.param(lambda known: replace(known, url=ADDRESS + "&other"), id="address"),
            pytest.param(lambda known: replace(known, fetched_at=TUESDAY), id="time"),
        ],
    )
    def test_a_revisit_that_means_another_page_is_noticed(
        self, store: SnapshotStore, forged: object, *, is_304: bool
    ) -> None:
        first = store.keep(gzipped(), metadata={})
        sent = not_modified() if is_304 else gzipped()

        again = store.keep(sent, known=forged(held(first)), metadata={})  # type: ignore[operator]

        with pytest.raises(Unresolved, match="not the snapshot that it refers to"):
            store.read(again.path)

    def test_a_revisit_whose_original_is_another_file_is_noticed(self, store: SnapshotStore, tmp_path: Path) -> None:
        first = store.keep(gzipped(), metadata={})
        again = store.keep(gzipped(), known=held(first), metadata={})
        other = store.keep(gzipped(), metadata={})
        (tmp_path / other.path).replace(tmp_path / first.path)

        with pytest.raises(Corrupt, match="records of another file"):
            store.read(again.path)
