"""docs/lifecycle.md is generated, complete, and its staleness is an error."""

from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from claims.statuses import MOVES, Status
from factcheck.management.commands import lifecycle


@pytest.fixture
def written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    page = tmp_path / "docs" / "lifecycle.md"
    monkeypatch.setattr(lifecycle, "PAGE", page)
    call_command("lifecycle")
    return page


def test_the_page_in_the_tree_is_current() -> None:
    call_command("lifecycle", "--check")


def test_it_shows_every_status_and_every_move(written: Path) -> None:
    text = written.read_text(encoding="utf-8")

    assert "stateDiagram-v2" in text
    for status in Status:
        assert status.value in text
    for move in MOVES.values():
        assert f"| **{move.label}** `{move.name}` |" in text


def test_a_fresh_page_passes_the_check(written: Path) -> None:
    call_command("lifecycle", "--check")


@pytest.mark.parametrize("change", ["shortened", "removed"])
def test_a_stale_page_fails_the_check_and_says_what_to_run(written: Path, change: str) -> None:
    if change == "removed":
        written.unlink()
    else:
        written.write_text(written.read_text(encoding="utf-8")[:-1], encoding="utf-8")

    with pytest.raises(CommandError, match=r"docs/lifecycle\.md is stale\. Run: python manage\.py lifecycle"):
        call_command("lifecycle", "--check")


def test_the_check_writes_nothing(written: Path) -> None:
    written.write_text("stale", encoding="utf-8")

    with pytest.raises(CommandError):
        call_command("lifecycle", "--check")

    assert written.read_text(encoding="utf-8") == "stale"
