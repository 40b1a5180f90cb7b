"""The directory in which snapshots are kept: a file is whole or not there, whatever happens meanwhile."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.storage import InMemoryStorage, Storage, storages

from sources.archiving import SnapshotStore, desk_store
from sources.archiving.atomic_files import AtomicDirectory
from sources.archiving.walking import KeptFile, files_of, not_among
from tests.sources.archives import exchange

KILLED = """
import io, os, signal, sys
from django.conf import settings
settings.configure()
from sources.archiving.atomic_files import AtomicDirectory
setattr(os, sys.argv[2], lambda *names: os.kill(os.getpid(), signal.SIGKILL))
AtomicDirectory(sys.argv[1]).save("warc/a.warc.gz", io.BytesIO(b"x" * 3_000_000))
"""


@pytest.fixture
def directory(tmp_path: Path) -> AtomicDirectory:
    return AtomicDirectory(tmp_path)


def test_a_failed_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "fsync", failing)
    with pytest.raises(OSError, match="disk full"):
        SnapshotStore(tmp_path).keep(exchange(), metadata={})

    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_control_a_plain_write_that_fails_leaves_half_a_file(tmp_path: Path) -> None:
    """Twin of the test above: what the temporary name is for."""
    with (tmp_path / "a.warc.gz").open("wb") as file:
        file.write(b"half a ")
        with pytest.raises(OSError, match="disk full"):
            failing(0)

    assert (tmp_path / "a.warc.gz").read_bytes() == b"half a "


@pytest.mark.parametrize("step", ["fsync", "link"])
def test_a_killed_process_leaves_only_what_is_known_to_be_unfinished(tmp_path: Path, step: str) -> None:
    (tmp_path / "warc").mkdir()

    ended = subprocess.run(
        [sys.executable, "-c", KILLED, str(tmp_path), step],
        cwd=Path(__file__).resolve().parents[2],
        timeout=60,
        check=False,
    )

    _, names = AtomicDirectory(tmp_path).listdir("warc")
    assert ended.returncode == -9
    assert [name[:11] for name in names] == [".a.warc.gz."]


def test_a_file_is_synced_before_it_gets_its_name_and_the_directory_after(
    directory: AtomicDirectory, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    sync, link = os.fsync, os.link
    monkeypatch.setattr(os, "fsync", lambda descriptor: (steps.append("sync"), sync(descriptor))[1])
    monkeypatch.setattr(os, "link", lambda *names: (steps.append("name"), link(*names))[1])

    directory.save("a.warc.gz", io.BytesIO(b"x"))

    assert steps == ["sync", "name", "sync"]


def test_every_new_directory_is_synced_in_its_parent(
    directory: AtomicDirectory, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    synced: list[str] = []
    sync = os.fsync
    monkeypatch.setattr(
        os, "fsync", lambda number: (synced.append(os.readlink(f"/proc/self/fd/{number}")), sync(number))
    )

    directory.save("warc/ab/x", io.BytesIO(b"x"))

    assert [Path(path).relative_to(tmp_path).as_posix() for path in synced[:2]] == [".", "warc"]
    assert Path(synced[-1]) == tmp_path / "warc" / "ab"


def test_many_at_once_make_the_same_directories(directory: AtomicDirectory) -> None:
    threads = [Thread(target=directory.save, args=(f"warc/ab/{n}", io.BytesIO(b"x"))) for n in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(directory.listdir("warc/ab")[1]) == 12


def test_an_existing_file_is_never_replaced(directory: AtomicDirectory, tmp_path: Path) -> None:
    directory.save("a", io.BytesIO(b"first"))

    with pytest.raises(FileExistsError):
        directory.save("a", io.BytesIO(b"second"))

    assert (tmp_path / "a").read_bytes() == b"first"
    assert list(tmp_path.iterdir()) == [tmp_path / "a"]


@pytest.mark.parametrize("name", ["../a", "/a", "a/../../b", "", "a\0b"])
def test_names_do_not_lead_outside(directory: AtomicDirectory, tmp_path: Path, name: str) -> None:
    with pytest.raises(SuspiciousFileOperation):
        directory.save(name, io.BytesIO(b"x"))
    with pytest.raises(SuspiciousFileOperation, match="no name"):
        directory.open(name)

    assert list(tmp_path.rglob("*")) == []


def test_files_are_not_opened_for_writing(directory: AtomicDirectory) -> None:
    with pytest.raises(ValueError, match="save"):
        directory.open("a", "wb")


def test_says_what_django_asks_of_a_storage(directory: AtomicDirectory) -> None:
    directory.save("warc/ab/x", io.BytesIO(b"four"))

    assert isinstance(directory, Storage)
    assert directory.exists("warc/ab/x")
    assert not directory.exists("warc/ab")
    assert directory.size("warc/ab/x") == 4
    assert datetime.now(UTC) - directory.get_modified_time("warc/ab/x") < timedelta(minutes=1)
    assert directory.listdir("warc") == (["ab"], [])
    assert directory.listdir("nowhere") == ([], [])
    directory.delete("warc/ab/x")
    directory.delete("warc/ab/x")
    assert not directory.exists("warc/ab/x")


def test_the_desks_store_is_what_the_settings_name(tmp_path: Path, settings: Any) -> None:
    archived = desk_store().keep(exchange(), metadata={})
    assert (Path(settings.SNAPSHOT_DIR) / archived.path).is_file()

    elsewhere = {"BACKEND": "sources.archiving.atomic_files.AtomicDirectory", "OPTIONS": {"location": tmp_path / "x"}}
    settings.STORAGES = {**settings.STORAGES, "snapshots": elsewhere}
    archived = desk_store().keep(exchange(), metadata={})
    assert (tmp_path / "x" / archived.path).is_file()
    assert storages["snapshots"] is desk_store().storage


@pytest.mark.parametrize("make", [AtomicDirectory, lambda _: InMemoryStorage()], ids=["directory", "memory"])
def test_files_are_walked_in_the_order_of_their_names(tmp_path: Path, make: Any) -> None:
    storage = make(tmp_path)
    # Plain order of directories would put "ab" before "ab-1" and "ab.txt".
    names = ["warc/ab/cd/x", "warc/ab/ce/y", "warc/ab-1/z", "warc/ab.txt", "warc/b", "warc/ab/cd/.x.tmp"]
    for name in names:
        storage.save(name, io.BytesIO(b"x"))

    assert [file.path for file in files_of(storage)] == sorted(names)


def test_a_storage_without_snapshots_has_no_files(tmp_path: Path) -> None:
    assert list(files_of(AtomicDirectory(tmp_path / "none"))) == []
    assert list(files_of(InMemoryStorage())) == []


def test_files_are_set_against_paths() -> None:
    at = datetime(2026, 3, 2, tzinfo=UTC)
    files = [KeptFile(name, at) for name in "bdfg"]

    assert [file.path for file in not_among(files, "abcfh")] == ["d", "g"]
    assert [file.path for file in not_among(files, "")] == list("bdfg")
    assert list(not_among([], "abc")) == []


def failing(_descriptor: int) -> None:
    raise OSError("disk full")
