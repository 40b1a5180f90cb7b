"""verify_log and export_log as an operator runs them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from reviews.models import LogEntry, LogNode, Verdict
from reviews.verdict_log import checkpoints, exporting, files, tiles
from tests.desk import TestDesk
from tests.protection import lifted


@pytest.fixture
def mirror(tmp_path: Path) -> Path:
    return tmp_path / "mirror"


@pytest.fixture
def export(mirror: Path, capsys: Any) -> Callable[..., str]:
    def run(*options: str) -> str:
        call_command("export_log", "--output", str(mirror), *options)
        return str(capsys.readouterr().out)

    return run


def files_of(directory: Path) -> dict[str, bytes]:
    return {str(p.relative_to(directory)): p.read_bytes() for p in directory.rglob("*") if p.is_file()}


# --- Verifying ---------------------------------------------------------------------------------------------


def test_a_whole_log_is_verified_and_its_root_told(desk: TestDesk, capsys: Any) -> None:
    desk.withdrawn()
    present, _ = checkpoints.checkpoint()
    call_command("verify_log")
    told = capsys.readouterr()
    assert told.out == f"2 entries verified, against 1 signed checkpoints; root {present.root.hex()}\n"
    assert told.err == "2 entries verified\n"


def test_an_empty_log_verifies(db: None, capsys: Any) -> None:
    call_command("verify_log", "--quiet")
    assert capsys.readouterr().out.startswith("0 entries verified")


def test_the_first_entry_that_differs_is_named(desk: TestDesk) -> None:
    desk.withdrawn()
    with lifted():
        Verdict.objects.filter(number=2).update(summary="Other.")
    with pytest.raises(CommandError, match="does not verify: entry 1 has another summary than its version's row"):
        call_command("verify_log", "--quiet")


def test_a_kept_checkpoint_must_be_a_beginning_of_the_log(desk: TestDesk, tmp_path: Path, settings: Any) -> None:
    desk.withdrawn()
    kept = tmp_path / "kept"
    kept.write_text(checkpoints.checkpoint()[1], encoding="utf-8")
    desk.published()
    call_command("verify_log", "--quiet", "--checkpoint", str(kept))
    (settings.LOG_KEY_DIR / "verdict-log.roots").unlink()
    with lifted():
        LogEntry.objects.filter(index__gte=1).delete()
        LogNode.objects.exclude(level=0, index=0).delete()
        Verdict.citations.through.objects.filter(verdict__log_entry=None).delete()
    with pytest.raises(
        CommandError, match="entry 1 is absent: a checkpoint over 2 entries was signed, and there are 1"
    ):
        call_command("verify_log", "--quiet", "--checkpoint", str(kept))


@pytest.mark.parametrize(("text", "said"), [("nonsense", "no signed note"), (None, "No such file")])
def test_a_checkpoint_that_cannot_be_taken_is_named(db: None, tmp_path: Path, text: str | None, said: str) -> None:
    kept = tmp_path / "kept"
    if text:
        kept.write_text(text, encoding="utf-8")
    with pytest.raises(CommandError, match=f"kept cannot be taken: .*{said}"):
        call_command("verify_log", "--quiet", "--checkpoint", str(kept))


def test_times_that_go_back_are_told_and_no_fault(desk: TestDesk, capsys: Any) -> None:
    desk.published()
    desk.tick(days=-3)
    desk.published()
    call_command("verify_log", "--quiet")
    assert "1 entries are of an earlier time than the one before them" in capsys.readouterr().out


def test_a_gap_in_the_memory_names_the_entries_that_may_have_changed(desk: TestDesk) -> None:
    signed = []
    for _ in range(3):
        desk.published()
        signed.append(checkpoints.checkpoint()[0])
    memory = checkpoints._memory()
    lines = memory.read_bytes().splitlines(keepends=True)
    wrong = checkpoints.Checkpoint(signed[2].origin, 3, b"\0" * 32)
    memory.write_bytes(b"".join([*lines[:2], wrong.line]))
    with pytest.raises(CommandError, match="entry 2 is not what was signed: one of the entries 1 to 2 was changed"):
        call_command("verify_log", "--quiet")


# --- Exporting ---------------------------------------------------------------------------------------------


def test_an_export_holds_what_is_served(desk: TestDesk, mirror: Path, export: Callable[..., str], client: Any) -> None:
    desk.withdrawn()
    assert export() == f"2 entries in {mirror}: 2 files written\n"
    held = files_of(mirror)
    assert held == {path: client.get(f"/log/{path}").content for path in held}
    assert held.keys() == {"checkpoint", "vkey", "vkeys", "tile/0/000.p/2", "tile/entries/000.p/2"}


def test_an_export_is_brought_up_to_date(desk: TestDesk, mirror: Path, export: Callable[..., str]) -> None:
    desk.published()
    export()
    desk.published()
    assert "2 files written" in export()
    assert "0 files written" in export()
    assert checkpoints.opened_checkpoint((mirror / "checkpoint").read_text(encoding="utf-8")).size == 2


def test_a_full_tile_takes_the_place_of_the_partial_ones(desk: TestDesk, mirror: Path) -> None:
    resource = tiles.Resource(0, 0)
    partial = mirror / tiles.Resource(0, 0, 7).path
    partial.parent.mkdir(parents=True)
    partial.write_bytes(b"old")
    with lifted():
        LogNode.objects.bulk_create(LogNode(level=0, index=i, hash=f"{i:064x}") for i in range(256))
    assert exporting._write(mirror, resource)
    assert (mirror / resource.path).stat().st_size == 8192
    assert not partial.parent.exists()


@pytest.mark.parametrize(
    ("since", "new"),
    [
        (69_900, ["tile/entries/273.p/112", "tile/0/273.p/112"]),
        (69_887, ["tile/entries/272", "tile/entries/273.p/112", "tile/0/272", "tile/0/273.p/112", "tile/1/001.p/17"]),
        (70_000, []),
    ],
)
def test_only_what_is_new_is_looked_at(since: int, new: list[str]) -> None:
    assert [r.path for r in tiles.resources_of(70_000) if exporting._is_new(r, since)] == new


def test_an_export_that_was_struck_down_is_continued(
    desk: TestDesk, mirror: Path, export: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.withdrawn()
    written: list[str] = []

    def struck(path: Path, data: bytes, **options: Any) -> None:
        if written:
            raise OSError("No space left on device")
        written.append(path.name)
        files.write_whole(path, data, **options)

    with monkeypatch.context() as patched:
        patched.setattr(exporting, "write_whole", struck)
        with pytest.raises(OSError, match="No space"):
            export()
    assert not (mirror / "checkpoint").exists(), "a checkpoint is there only when its tiles are"
    assert "1 files written" in export()


def test_an_export_into_another_logs_directory_is_refused(
    desk: TestDesk, mirror: Path, export: Callable[..., str], settings: Any
) -> None:
    desk.published()
    mirror.mkdir()
    (mirror / "thesis.doc").write_text("mine", encoding="ascii")
    with pytest.raises(CommandError, match="holds other files"):
        export()
    (mirror / "thesis.doc").unlink()
    (mirror / "checkpoint").write_text("nonsense", encoding="ascii")
    with pytest.raises(CommandError, match="Export into another directory"):
        export()
    by = checkpoints.keys.signers(checkpoints.origin())
    longer = checkpoints.Checkpoint(checkpoints.origin(), 9, b"\0" * 32)
    (mirror / "checkpoint").write_text(checkpoints.signed(longer.text, by), encoding="utf-8")
    with pytest.raises(CommandError, match="over 9 entries that this log does not begin with"):
        export()
    with pytest.raises(CommandError, match="0 or more"):
        export("--since", "-1")


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        (
            lambda d: _replace(d / "tile/entries/000.p/2", b"Moscow", b"Mosc0w"),
            r"entry 0 is another one in tile/entries",
        ),
        (lambda d: _replace(d / "tile/0/000.p/2", None, b"\0" * 64), r"tile/0/000\.p/2 holds other hashes"),
        (lambda d: (d / "tile/0/000.p/2").unlink(), r"tile/0/000\.p/2 is absent"),
        (lambda d: _replace(d / "tile/entries/000.p/2", None, b"\0\5abc"), r"the bundle ends within an entry"),
        (lambda d: _replace(d / "checkpoint", b"\n2\n", b"\n1\n"), r"cannot be taken: its signature .* is wrong"),
        (lambda d: (d / "checkpoint").unlink(), r"cannot be taken: .*No such file"),
    ],
)
def test_a_damaged_export_is_found(
    desk: TestDesk, mirror: Path, export: Callable[..., str], damage: Callable[[Path], None], said: str
) -> None:
    desk.withdrawn()
    export()
    call_command("verify_log", "--quiet", "--export", str(mirror))
    damage(mirror)
    with pytest.raises(CommandError, match=said):
        call_command("verify_log", "--quiet", "--export", str(mirror))


def _replace(path: Path, old: bytes | None, new: bytes) -> None:
    path.write_bytes(new if old is None else path.read_bytes().replace(old, new, 1))


def test_an_export_names_the_entry_that_was_rewritten_in_the_database(
    desk: TestDesk, mirror: Path, export: Callable[..., str], settings: Any
) -> None:
    desk.withdrawn()
    export()
    with lifted():
        LogEntry.objects.filter(index=1).update(entry="{}")
        LogNode.objects.filter(level=1).update(hash="0" * 64)
    difference = exporting.first_difference(mirror)
    assert str(difference) == "entry 1 is another one in tile/entries/000.p/2"
