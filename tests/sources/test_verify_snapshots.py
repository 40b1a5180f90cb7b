"""`manage.py verify_snapshots`: whatever happens to a file is found and named."""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import InMemoryStorage
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sources.archiving import SnapshotStore, desk_store
from sources.archiving.verifying import Expected, fault_of
from sources.management.commands import verify_snapshots
from sources.models import Snapshot, Source
from tests.desk import TestDesk
from tests.sources.archives import ADDRESS, MONDAY, TUESDAY, exchange, flipped, gzipped, held, not_modified
from tests.sources.verifying import file_of, keep, row, verify, web_source

Damage = Callable[[Path], None]


@pytest.fixture
def store(db: None) -> SnapshotStore:
    return desk_store()


@pytest.fixture
def source(desk: TestDesk) -> Source:
    return web_source(desk)


class TestSoundSnapshots:
    def test_all_is_well(self, desk: TestDesk, store: SnapshotStore, source: Source) -> None:
        """The twin of everything below: each test there spoils one thing of this."""
        first = store.keep(gzipped(), metadata={})
        row(source, first, gzipped())
        keep(store, source, gzipped(fetched_at=TUESDAY), held(first))
        keep(store, source, not_modified(fetched_at=TUESDAY + timedelta(hours=1)), held(first))
        keep(store, source, exchange(b"", status=204))
        keep(store, source, exchange(url="https://news.example.org/a b/ü"))
        desk.text_source()

        out, err = verify()

        assert out == ""
        assert "6 snapshots verified, 0 faults: done" in err
        assert "0 files without a row; 0 more are young" in err

    def test_what_the_desk_makes_is_sound(self, desk: TestDesk) -> None:
        desk.in_research()
        assert Snapshot.objects.exists()

        assert verify()[0] == ""

    def test_without_snapshots_there_is_nothing_wrong(self, store: SnapshotStore) -> None:
        assert verify("--quiet") == ("", "")


def truncate(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-40])


def flip(path: Path) -> None:
    path.write_bytes(flipped(path.read_bytes(), 700))


def rewrite(path: Path) -> None:
    """Another letter in the body, in gzip members that are whole: only a digest can tell."""
    data, changed = path.read_bytes(), b""
    while data:
        engine = zlib.decompressobj(zlib.MAX_WBITS + 16)
        plain = engine.decompress(data)
        changed += zlib.compress(plain.replace(b"12 ", b"21 "), 1, zlib.MAX_WBITS + 16)
        data = engine.unused_data
    path.write_bytes(changed)


class TestFaults:
    @pytest.mark.parametrize(
        ("spoil", "kind"),
        [
            (flip, "damaged"),
            (truncate, "damaged"),
            (rewrite, "damaged"),
            (Path.unlink, "missing"),
            (lambda path: path.write_bytes(b""), "damaged"),
        ],
        ids=["damaged byte", "truncated", "wrong digest", "deleted", "emptied"],
    )
    def test_a_spoilt_file_is_found_and_named(
        self, store: SnapshotStore, source: Source, settings: Any, spoil: Damage, kind: str
    ) -> None:
        spoilt = keep(store, source, exchange())
        sound = keep(store, source, exchange())
        spoil(file_of(spoilt, settings))

        out, _ = verify()

        (line,) = [line for line in out.splitlines() if line.startswith(f"{kind}: ")]
        assert f"snapshot {spoilt.pk}" in line
        assert spoilt.path in line
        assert "Do: put the file back from a backup" in line
        assert str(sound.pk) not in out
        assert "CommandError: 1 faulty snapshots and 0 files without a row" in out

    def test_swapped_files_are_found(self, store: SnapshotStore, source: Source, settings: Any) -> None:
        one, two = keep(store, source, exchange()), keep(store, source, exchange())  # the same body, even
        swap(file_of(one, settings), file_of(two, settings))

        out, _ = verify()

        assert out.count("damaged: ") == 2
        assert "holds the records of another file" in out

    def test_control_swapped_together_with_their_rows_nothing_is_wrong(
        self, store: SnapshotStore, source: Source, settings: Any
    ) -> None:
        """Twin of the test above: only who is whose has changed, and for alike snapshots that is nothing."""
        one, two = keep(store, source, exchange()), keep(store, source, exchange())
        Snapshot.objects.filter(pk=one.pk).update(path=two.path)
        Snapshot.objects.filter(pk=two.pk).update(path=one.path)

        assert verify()[0] == ""

    @pytest.mark.parametrize(
        ("changes", "kind"),
        [
            ({"sha256": "0" * 64}, "another body"),
            ({"size": 7}, "another size"),
            ({"final_url": ADDRESS + "&other"}, "another snapshot"),
            ({"final_url": ""}, "another snapshot"),
            ({"fetched_at": TUESDAY}, "another snapshot"),
            ({"is_revisit": True}, "another snapshot"),
            ({"path": "warc/00/00/nothing.warc.gz"}, "missing"),
            ({"path": "../../etc/hosts"}, "missing"),
        ],
    )
    def test_a_row_that_says_something_else_is_found(
        self, store: SnapshotStore, source: Source, changes: dict[str, Any], kind: str
    ) -> None:
        row(source, store.keep(exchange(), metadata={}), exchange(), **changes)

        out, _ = verify("--since", "2020-01-01")

        assert out.startswith(f"{kind}: ")
        assert "Do: " in out

    @pytest.mark.parametrize("spoil", [flip, truncate, Path.unlink])
    def test_a_revisit_of_a_spoilt_file_does_not_resolve(
        self, store: SnapshotStore, source: Source, settings: Any, spoil: Damage
    ) -> None:
        first = store.keep(exchange(), metadata={})
        original = row(source, first, exchange())
        revisit = keep(store, source, exchange(fetched_at=TUESDAY), held(first))
        spoil(file_of(original, settings))

        out, _ = verify()

        assert f"unresolved: snapshot {revisit.pk}" in out
        assert "Do: put the file it refers to back" in out
        assert "2 faulty snapshots" in out

    def test_a_revisit_that_means_another_page_does_not_resolve(self, store: SnapshotStore, source: Source) -> None:
        first = store.keep(exchange(), metadata={})
        row(source, first, exchange())
        keep(store, source, exchange(fetched_at=TUESDAY), replace(held(first), url=ADDRESS + "&other"))

        assert "unresolved: " in verify()[0]

    def test_a_file_that_cannot_be_read_is_named_and_the_others_still_verified(
        self, store: SnapshotStore, source: Source, settings: Any
    ) -> None:
        keep(store, source, exchange())
        broken = keep(store, source, exchange())
        file_of(broken, settings).unlink()
        file_of(broken, settings).symlink_to(broken.path.rpartition("/")[2])  # a loop: OSError, not FileNotFoundError

        out, err = verify("--since", "2020-01-01")

        assert f"unreadable: snapshot {broken.pk}" in out
        assert "Do: look into the storage" in out
        assert "2 snapshots verified" in err

    def test_a_storage_that_does_not_answer_ends_the_run(
        self, store: SnapshotStore, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        for _ in range(12):
            keep(store, source, exchange())
        monkeypatch.setattr(SnapshotStore, "bytes_of", failing)

        out, _ = verify()

        assert out.count("unreadable: ") == 10
        assert "10 files in a row could not be read: the storage does not answer" in out

    def test_uploads_are_verified_too(self, desk: TestDesk, settings: Any) -> None:
        snapshot = desk.text_source().snapshots.get()
        flip_last = file_of(snapshot, settings)
        flip_last.write_bytes(flipped(flip_last.read_bytes(), 60))

        assert f"damaged: snapshot {snapshot.pk}" in verify()[0]


class TestManyRows:
    def test_only_the_newest_are_verified_when_a_limit_is_given(
        self, store: SnapshotStore, source: Source, settings: Any
    ) -> None:
        old, new = keep(store, source, exchange()), keep(store, source, exchange())
        file_of(old, settings).unlink()

        assert verify("--limit", "1")[0] == ""
        file_of(new, settings).unlink()
        assert f"missing: snapshot {new.pk}" in verify("--limit", "1")[0]

    @pytest.mark.parametrize(("since", "found"), [("2026-03-03", False), ("2026-03-02T09:00", True)])
    def test_only_later_ones_are_verified_when_a_time_is_given(
        self, store: SnapshotStore, source: Source, settings: Any, since: str, *, found: bool
    ) -> None:
        snapshot = keep(store, source, exchange())  # of Monday the second
        file_of(snapshot, settings).unlink()

        assert ("missing: " in verify("--since", since)[0]) == found

    @pytest.mark.parametrize(
        ("arguments", "message"),
        [
            (("--limit", "0"), "no whole number, 1 or more"),
            (("--older-than", "-1"), "no whole number, 1 or more"),
            (("--older-than", "0.5"), "no whole number, 1 or more"),
            (("--since", "yesterday"), "no date such as 2026-03-02"),
        ],
    )
    def test_nonsense_is_refused_with_the_fix(self, arguments: tuple[str, ...], message: str) -> None:
        with pytest.raises(CommandError, match=message):
            call_command("verify_snapshots", *arguments)

    def test_rows_are_read_in_batches_and_their_texts_not_at_all(
        self, store: SnapshotStore, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verify_snapshots, "BATCH", 4)
        archived = store.keep(exchange(), metadata={})
        for _ in range(10):
            row(source, archived, exchange(), text="a long text")

        with CaptureQueriesContext(connection) as queries:
            _, err = verify()

        selects = [query["sql"] for query in queries if "LIMIT 4" in query["sql"]]
        assert len(selects) == 4
        assert all('"text"' not in sql for sql in selects)
        assert "10 snapshots verified" in err

    def test_progress_is_for_people_and_may_be_silenced(
        self, store: SnapshotStore, source: Source, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(verify_snapshots, "PROGRESS", 2)
        for _ in range(5):
            keep(store, source, exchange())

        out, err = verify()

        assert out == ""
        assert "2 snapshots verified, 0 faults\n4 snapshots verified, 0 faults\n5 snapshots verified" in err
        assert verify("--quiet") == ("", "")


def test_any_storage_can_be_verified() -> None:
    store = SnapshotStore(InMemoryStorage())
    archived = store.keep(exchange(), metadata={})
    wanted = Expected(archived.path, archived.sha256, archived.size, is_revisit=False, url=ADDRESS, fetched_at=MONDAY)
    assert fault_of(store, wanted) is None

    store.storage.delete(archived.path)
    store.storage.save(archived.path, ContentFile(b"no archive"))

    fault = fault_of(store, wanted)
    assert fault is not None
    assert fault.kind == "damaged"


def swap(one: Path, two: Path) -> None:
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)


def failing(*_: Any) -> bytes:
    raise OSError("the disk is gone")
