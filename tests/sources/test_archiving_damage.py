"""Damage to kept files is noticed, whatever it is."""

from __future__ import annotations

import os
import zlib
from pathlib import Path

import pytest

from sources.archiving import Corrupt, Exchange, Missing, SnapshotStore
from sources.archiving.names import Name
from tests.sources.archives import MONDAY, PAGE, damage, exchange, fetched, flipped, gzipped, warcio_check


@pytest.fixture
def store(tmp_path: Path) -> SnapshotStore:
    return SnapshotStore(tmp_path)


@pytest.mark.parametrize("place", [0.02, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_flipped_bit_is_noticed(store: SnapshotStore, tmp_path: Path, place: float) -> None:
    archived = store.keep(gzipped(os.urandom(3_000)), metadata={})
    damage(tmp_path / archived.path, lambda data: flipped(data, int(len(data) * place)))

    with pytest.raises(Corrupt):
        store.verify(archived.path, archived.sha256)


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.95])
def test_a_cut_file_is_noticed(store: SnapshotStore, tmp_path: Path, share: float) -> None:
    archived = store.keep(gzipped(), metadata={})
    damage(tmp_path / archived.path, lambda data: data[: int(len(data) * share)])

    with pytest.raises(Corrupt):
        store.verify(archived.path, archived.sha256)


def test_a_file_cut_between_two_records_is_noticed(store: SnapshotStore, tmp_path: Path) -> None:
    archived = store.keep(gzipped(), metadata={})
    damage(tmp_path / archived.path, first_member)

    assert warcio_check(tmp_path / archived.path) == 0
    with pytest.raises(Corrupt, match="all the records"):
        store.verify(archived.path, archived.sha256)


def test_a_digest_that_is_wrong_in_a_whole_file_is_noticed(store: SnapshotStore, tmp_path: Path) -> None:
    """Damage before compression, which gzip's own checksum cannot see."""
    archived = store.keep(exchange(), metadata={})
    damage(tmp_path / archived.path, lambda data: recompressed(data, b"12 ", b"21 "))

    assert warcio_check(tmp_path / archived.path) == 1
    with pytest.raises(Corrupt, match="digest failed"):
        store.read(archived.path)


def test_a_whole_file_of_another_page_is_noticed(store: SnapshotStore, tmp_path: Path) -> None:
    archived = store.keep(gzipped(), metadata={})
    other = store.keep(gzipped(b"forged"), metadata={})
    (tmp_path / archived.path).write_bytes((tmp_path / other.path).read_bytes())

    with pytest.raises(Corrupt, match="records of another file"):
        store.verify(archived.path, archived.sha256)


def test_control_under_its_own_name_it_is_a_whole_file(store: SnapshotStore) -> None:
    """Twin of the test above: the file is sound, only the name is not its own."""
    other = store.keep(gzipped(b"forged"), metadata={})

    assert store.read(other.path).body == b"forged"


def test_a_body_that_is_not_the_one_of_the_row_is_noticed(store: SnapshotStore) -> None:
    other = store.keep(gzipped(b"forged"), metadata={})

    with pytest.raises(Corrupt, match="SHA-256"):
        store.verify(other.path, "0" * 64)


def test_a_promise_of_the_fetcher_that_does_not_hold_is_noticed(store: SnapshotStore) -> None:
    """`rereads` saves a decoding; were it ever wrong, the body would not have the digest that its name says."""
    sent = Exchange.of(fetched(PAGE, gzipped(b"another page").wire), fetched_at=MONDAY)

    archived = store.keep(sent, metadata={})

    with pytest.raises(Corrupt, match="SHA-256"):
        store.verify(archived.path, archived.sha256)


@pytest.mark.parametrize("path", ["warc/none.warc.gz", "", "/etc/hosts", "../outside", "warc"])
def test_what_is_not_there_or_not_ours_is_missing(store: SnapshotStore, path: str) -> None:
    store.keep(exchange(), metadata={})

    with pytest.raises(Missing):
        store.read(path)


@pytest.mark.parametrize(
    "change",
    [
        lambda path: path.replace("warc/", "warc/../warc/", 1),
        lambda path: path.upper(),
        lambda path: path + "\n",
        lambda path: path.replace("warc/0", "warc/1", 1).replace("warc/f", "warc/0", 1) + "x",
        lambda path: path.removesuffix(".gz"),
    ],
)
def test_only_a_name_that_we_gave_says_anything(store: SnapshotStore, change: object) -> None:
    path = store.keep(exchange(), metadata={}).path

    assert Name.of(path) is not None
    assert Name.of(change(path)) is None  # type: ignore[operator]


def first_member(data: bytes) -> bytes:
    engine = zlib.decompressobj(zlib.MAX_WBITS + 16)
    engine.decompress(data)
    return data[: len(data) - len(engine.unused_data)]


def recompressed(data: bytes, old: bytes, new: bytes) -> bytes:
    """The file with some plain bytes replaced, in members that are whole again."""
    changed = b""
    while data:
        engine = zlib.decompressobj(zlib.MAX_WBITS + 16)
        plain = engine.decompress(data)
        changed += zlib.compress(plain.replace(old, new), 1, zlib.MAX_WBITS + 16)
        data = engine.unused_data
    return changed
