"""The system check of the embedded database, and its twins: each protection taken away must be noticed."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.db.utils import ConnectionHandler

from factcheck import checks

SETTINGS = Path(__file__).resolve().parents[2] / "factcheck" / "settings.py"


def faults(
    monkeypatch: pytest.MonkeyPatch, blocker: Any, tmp_path: Path, change: Any = lambda options: None
) -> list[str]:
    """What the check says of a fresh SQLite file under the settings, after `change` to their options."""
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("FACTCHECK_DATA_DIR", str(tmp_path))
    database = runpy.run_path(str(SETTINGS))["DATABASES"]["default"]
    change(database["OPTIONS"])
    handler = ConnectionHandler({"default": database})
    monkeypatch.setattr(checks, "connections", handler)
    with blocker.unblock():
        try:
            return [str(fault.msg) for fault in checks.embedded_database_is_safe(databases=["default"])]
        finally:
            handler["default"].close()


def test_the_settings_pass(monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any, tmp_path: Path) -> None:
    assert faults(monkeypatch, django_db_blocker, tmp_path) == []


@pytest.mark.parametrize(
    ("pragma", "fault"),
    [
        ("PRAGMA journal_mode=WAL;", "SQLite's journal_mode is 'delete', not 'wal'"),
        ("PRAGMA recursive_triggers=ON;", "SQLite's recursive_triggers is 0, not 1"),
    ],
)
def test_a_pragma_left_out_is_noticed(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any, tmp_path: Path, pragma: str, fault: str
) -> None:
    def without(options: dict[str, str]) -> None:
        assert pragma in options["init_command"]
        options["init_command"] = options["init_command"].replace(pragma, "")

    found = faults(monkeypatch, django_db_blocker, tmp_path, without)

    assert len(found) == 1
    assert fault in found[0]


@pytest.mark.parametrize(
    ("pragma", "fault"),
    [
        ("PRAGMA synchronous=NORMAL;", "SQLite's synchronous is 1, not 2"),
        ("PRAGMA foreign_keys=OFF;", "SQLite's foreign_keys is 0, not 1"),
    ],
)
def test_a_pragma_weakened_is_noticed(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any, tmp_path: Path, pragma: str, fault: str
) -> None:
    """SQLite's own defaults are safe here, so leaving these out is not enough for a twin."""

    def weaken(options: dict[str, str]) -> None:
        options["init_command"] += pragma

    found = faults(monkeypatch, django_db_blocker, tmp_path, weaken)

    assert len(found) == 1
    assert fault in found[0]


def test_deferred_transactions_are_noticed(
    monkeypatch: pytest.MonkeyPatch, django_db_blocker: Any, tmp_path: Path
) -> None:
    found = faults(monkeypatch, django_db_blocker, tmp_path, lambda options: options.pop("transaction_mode"))

    assert found == ["SQLite must begin transactions IMMEDIATE."]
