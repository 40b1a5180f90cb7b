"""Which outside archives are asked: none by default, and no start with an address or an account that makes no sense."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

from sources import tasks

SETTINGS = Path(__file__).resolve().parents[2] / "factcheck" / "settings.py"
NAMES = ("MEMENTO_TIMEGATE", "SAVE_PAGE_NOW_URL", "SAVE_PAGE_NOW_KEY", "SAVE_PAGE_NOW_SECRET", "FETCH_ALLOW")
ACCOUNT = {"SAVE_PAGE_NOW_URL": "https://web.archive.org/save", "SAVE_PAGE_NOW_KEY": "k", "SAVE_PAGE_NOW_SECRET": "s"}


def load(monkeypatch: pytest.MonkeyPatch, data_dir: Path, **values: str) -> dict[str, Any]:
    """Run the settings file afresh under these values, and no other of ours."""
    for name in NAMES:
        monkeypatch.delenv(f"FACTCHECK_{name}", raising=False)
    for name, value in values.items():
        monkeypatch.setenv(f"FACTCHECK_{name}", value)
    monkeypatch.setenv("FACTCHECK_DATA_DIR", str(data_dir))
    return runpy.run_path(str(SETTINGS))


def test_both_are_off_unless_somebody_names_them(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    loaded = load(monkeypatch, tmp_path)
    assert [loaded[name] for name in NAMES[:4]] == ["", "", "", ""]
    assert "ask outside archives" not in loaded["CELERY_BEAT_SCHEDULE"]


@pytest.mark.parametrize("values", [{"MEMENTO_TIMEGATE": "https://web.archive.org/web/"}, ACCOUNT])
def test_once_named_they_are_worked_through_on_schedule(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, values: dict[str, str]
) -> None:
    loaded = load(monkeypatch, tmp_path, **values)
    assert {name: loaded[name] for name in values} == values
    assert loaded["CELERY_BEAT_SCHEDULE"]["ask outside archives"]["task"] == tasks.run_archive_copies.name


@pytest.mark.parametrize("missing", [["URL"], ["KEY"], ["SECRET"], ["URL", "KEY"], ["KEY", "SECRET"]], ids=" ".join)
def test_half_an_account_is_refused_by_the_names_of_the_other_half(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: list[str]
) -> None:
    left_out = [f"SAVE_PAGE_NOW_{part}" for part in missing]
    values = {name: value for name, value in ACCOUNT.items() if name not in left_out}
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(monkeypatch, tmp_path, **values)
    assert str(refusal.value).startswith(" and ".join(f"FACTCHECK_{name}" for name in left_out))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MEMENTO_TIMEGATE", "web.archive.org/web/"),
        ("MEMENTO_TIMEGATE", "ftp://web.archive.org/web/"),
        ("MEMENTO_TIMEGATE", "https://name:password@web.archive.org/web/"),
        ("MEMENTO_TIMEGATE", "https:///web/"),
        ("SAVE_PAGE_NOW_URL", "http://web.archive.org/save"),
        ("SAVE_PAGE_NOW_URL", "https://web.archive.org/save#top"),
        ("SAVE_PAGE_NOW_URL", "http://127.0.0.1:8001/save"),
        ("SAVE_PAGE_NOW_KEY", "two words"),
        ("SAVE_PAGE_NOW_SECRET", "line\nbreak"),
    ],
)
def test_an_address_or_a_key_that_makes_no_sense_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match=f"FACTCHECK_{name}") as refusal:
        load(monkeypatch, tmp_path, **{**ACCOUNT, name: value})
    assert name.endswith("URL") or name.endswith("TIMEGATE") or value not in str(refusal.value)


def test_addresses_are_taken_as_they_are_needed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    loaded = load(
        monkeypatch,
        tmp_path,
        **{
            **ACCOUNT,
            "MEMENTO_TIMEGATE": "http://timetravel.example/timegate",
            "SAVE_PAGE_NOW_URL": "http://127.0.0.1:8001/save/",
            "FETCH_ALLOW": "127.0.0.1:8001",
        },
    )
    assert loaded["MEMENTO_TIMEGATE"] == "http://timetravel.example/timegate/"
    assert loaded["SAVE_PAGE_NOW_URL"] == "http://127.0.0.1:8001/save"
    assert load(monkeypatch, tmp_path, MEMENTO_TIMEGATE="https://a.example/?url=")["MEMENTO_TIMEGATE"].endswith("?url=")
