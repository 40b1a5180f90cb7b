"""Files that no row points to: found and named, and deleted only when they are old and nothing needs them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sources.archiving import Archived, SnapshotStore, desk_store
from sources.management.commands import verify_snapshots
from sources.models import Snapshot, Source
from tests.desk import TestDesk
from tests.sources.archives import TUESDAY, exchange, gzipped, held
from tests.sources.verifying import age, file_of, keep, row, verify, web_source


@pytest.fixture
def store(db: None) -> SnapshotStore:
    return desk_store()


@pytest.fixture
def source(desk: TestDesk) -> Source:
    return web_source(desk)


@pytest.fixture
def kept(store: SnapshotStore, source: Source) -> Snapshot:
    return keep(store, source, exchange())


@pytest.fixture
def orphan(store: SnapshotStore, kept: Snapshot, settings: Any) -> Path:
    """A file whose check was killed two days ago, between file and row."""
    path = Path(settings.SNAPSHOT_DIR) / store.keep(exchange(b"nobody's"), metadata={}).path
    age(path, 48)
    return path


def test_a_file_without_row_is_found_and_named(orphan: Path) -> None:
    out, err = verify()

    assert f"no row: {orphan.relative_to(orphan.parents[3])}" in out
    assert "run again with --delete-orphans" in out
    assert "1 files without a row" in err
    assert "CommandError: 0 faulty snapshots and 1 files without a row" in out
    assert orphan.exists()


def test_control_with_its_row_nothing_is_wrong(orphan: Path, source: Source) -> None:
    """Twin of the test above."""
    sent = exchange(b"nobody's")
    path = str(orphan.relative_to(orphan.parents[3]))
    row(source, Archived(path, orphan.name[:64], len(sent.body), is_revisit=False), sent)

    assert verify()[0] == ""


def test_it_is_deleted_when_that_is_asked_for(orphan: Path, kept: Snapshot, settings: Any) -> None:
    out, _ = verify("--delete-orphans")

    assert f"deleted: warc/{orphan.name[:2]}/" in out
    assert "CommandError" not in out
    assert not orphan.exists()
    assert file_of(kept, settings).exists()


@pytest.mark.parametrize(("hours", "stays"), [(23, True), (25, False)])
def test_only_what_is_old_enough_is_listed_and_deleted(orphan: Path, hours: int, *, stays: bool) -> None:
    age(orphan, hours)

    out, err = verify("--delete-orphans")

    assert orphan.exists() == stays
    assert ("deleted" in out) != stays
    assert f"{int(stays)} more are young" in err
    assert "CommandError" not in out


@pytest.mark.parametrize(("hours", "stays"), [("100", True), ("47", False)])
def test_how_old_is_for_the_operator_to_say(orphan: Path, hours: str, *, stays: bool) -> None:
    verify("--delete-orphans", "--older-than", hours)

    assert orphan.exists() == stays


def test_what_a_killed_process_left_unfinished_is_one(kept: Snapshot, settings: Any) -> None:
    left = file_of(kept, settings).with_name(f".{Path(kept.path).name}.a1b2c3")
    left.write_bytes(b"half a")
    age(left, 48)

    assert f"no row: {Path(kept.path).parent}/.{Path(kept.path).name}.a1b2c3" in verify()[0]
    verify("--delete-orphans")
    assert not left.exists()


def test_one_that_revisits_may_need_is_never_deleted(
    store: SnapshotStore, source: Source, kept: Snapshot, settings: Any
) -> None:
    first = store.keep(gzipped(b"a page"), metadata={})
    keep(store, source, gzipped(b"a page", fetched_at=TUESDAY), held(first))
    age(Path(settings.SNAPSHOT_DIR) / first.path, 48)

    out, _ = verify("--delete-orphans")

    assert f"{first.path} may hold the body of a revisit and stays" in out
    assert "1 files without a row" in out
    assert (Path(settings.SNAPSHOT_DIR) / first.path).exists()


def test_nothing_is_deleted_when_most_files_have_no_row(
    store: SnapshotStore, orphan: Path, kept: Snapshot, settings: Any
) -> None:
    second = Path(settings.SNAPSHOT_DIR) / store.keep(exchange(b"nobody's either"), metadata={}).path
    age(second, 48)

    out, _ = verify("--delete-orphans")

    assert "another desk's storage or a database that lost rows. Nothing was deleted" in out
    assert orphan.exists()
    assert second.exists()


def test_one_that_gets_its_row_meanwhile_is_none(orphan: Path, source: Source, monkeypatch: pytest.MonkeyPatch) -> None:
    """The row is looked for once more after the walk."""
    path = str(orphan.relative_to(orphan.parents[3]))
    walk = verify_snapshots.files_of

    def slow(storage: Any) -> Any:
        yield from walk(storage)
        if not Snapshot.objects.filter(path=path).exists():
            row(source, Archived(path, orphan.name[:64], 8, is_revisit=False), exchange(b"nobody's"))

    monkeypatch.setattr(verify_snapshots, "files_of", slow)

    assert "no row" not in verify("--delete-orphans")[0]
    assert orphan.exists()


@pytest.mark.parametrize("arguments", [("--since", "2026-03-01"), ("--limit", "5")])
def test_they_are_looked_for_in_whole_runs_only(orphan: Path, arguments: tuple[str, ...]) -> None:
    out, err = verify(*arguments)

    assert out == ""
    assert "without a row" not in err


def test_a_whole_storage_in_another_order_is_no_reason_to_delete(
    store: SnapshotStore, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A service that lists in an order of its own costs time, never evidence."""
    for number in range(5):
        keep(store, source, exchange(bytes([number])))
    walk = verify_snapshots.files_of
    monkeypatch.setattr(verify_snapshots, "files_of", lambda storage: reversed(list(walk(storage))))

    assert verify("--delete-orphans", "--older-than", "1")[0] == ""
