"""The settings: defaults that work on a laptop, and no production start that would be unsafe."""

import runpy
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured

SETTINGS = Path(__file__).resolve().parents[2] / "factcheck" / "settings.py"
SAFE = {
    "FACTCHECK_PRODUCTION": "true",
    "FACTCHECK_SECRET_KEY": "k3" * 32,
    "FACTCHECK_ALLOWED_HOSTS": "desk.example",
    "FACTCHECK_PUBLIC_URL": "https://desk.example",
    "DATABASE_URL": "postgres://desk@127.0.0.1/desk",
    "REDIS_URL": "redis://127.0.0.1:6379/0",
}
OTHERS = ("FACTCHECK_DEBUG", "FACTCHECK_FETCH_ALLOW", "FACTCHECK_STATIC_ROOT")


def load(monkeypatch: pytest.MonkeyPatch, data_dir: Path, values: dict[str, str]) -> dict[str, Any]:
    """Run the settings file afresh under these values, and no other of ours."""
    for name in (*SAFE, *OTHERS):
        monkeypatch.delenv(name, raising=False)
    for name, value in {**values, "FACTCHECK_DATA_DIR": str(data_dir)}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


def test_a_safe_production_start_is_allowed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The twin of the refusals below: each of them changes one value of this."""
    loaded = load(monkeypatch, tmp_path, SAFE)

    assert loaded["SECURE_SSL_REDIRECT"] is True
    assert loaded["SESSION_COOKIE_SECURE"] is True
    assert loaded["CSRF_COOKIE_SECURE"] is True
    assert loaded["SECURE_HSTS_SECONDS"] >= 31_536_000


@pytest.mark.parametrize(
    ("name", "value", "fix"),
    [
        ("FACTCHECK_SECRET_KEY", "", "FACTCHECK_SECRET_KEY must be set to at least 50 random characters"),
        (
            "FACTCHECK_SECRET_KEY",
            "short",
            "FACTCHECK_SECRET_KEY must be set to at least 50 random characters",
        ),
        ("FACTCHECK_DEBUG", "true", "FACTCHECK_DEBUG must be false"),
        ("FACTCHECK_FETCH_ALLOW", "127.0.0.1:8001", "FACTCHECK_FETCH_ALLOW must be empty"),
        ("FACTCHECK_ALLOWED_HOSTS", "*", "FACTCHECK_ALLOWED_HOSTS must name the desk's hosts, not *"),
        ("DATABASE_URL", "sqlite:////tmp/desk.sqlite3", "DATABASE_URL must name a PostgreSQL database"),
        ("REDIS_URL", "", "REDIS_URL must be set"),
        ("FACTCHECK_PUBLIC_URL", "http://desk.example", "FACTCHECK_PUBLIC_URL must start with https://"),
    ],
)
def test_an_unsafe_production_start_is_refused_with_the_fix(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, name: str, value: str, fix: str
) -> None:
    with pytest.raises(ImproperlyConfigured, match="Unsafe for production") as refusal:
        load(monkeypatch, tmp_path, {**SAFE, name: value})

    assert fix in str(refusal.value)
    assert str(refusal.value).count(";") == 0  # that fault alone


def test_all_faults_are_named_at_once(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured) as refusal:
        load(monkeypatch, tmp_path, {"FACTCHECK_PRODUCTION": "true"})

    for name in ("FACTCHECK_SECRET_KEY", "DATABASE_URL", "REDIS_URL", "FACTCHECK_PUBLIC_URL"):
        assert name in str(refusal.value)


def test_production_makes_up_no_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="FACTCHECK_SECRET_KEY"):
        load(monkeypatch, tmp_path, {**SAFE, "FACTCHECK_SECRET_KEY": ""})

    assert not (tmp_path / "keys").exists()


def test_a_laptop_needs_no_setting_and_keeps_its_secret(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    first = load(monkeypatch, tmp_path, {})
    second = load(monkeypatch, tmp_path, {})

    assert len(first["SECRET_KEY"]) > 50
    assert first["SECRET_KEY"] == second["SECRET_KEY"]
    assert (tmp_path / "keys" / "secret.key").stat().st_mode & 0o077 == 0
    assert first["DATABASES"]["default"]["NAME"] == str(tmp_path / "factcheck.sqlite3")
    assert first["CELERY_BROKER_URL"] == f"redis+socket://{tmp_path / 'broker.sock'}"


@pytest.mark.parametrize("lease", ["", "10", "11", "299", "300", "3600"])
def test_a_run_ends_before_its_lease_and_its_lease_before_it_is_sent_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, lease: str
) -> None:
    given = {"FACTCHECK_CHECK_LEASE_SECONDS": lease} if lease else {}

    loaded = load(monkeypatch, tmp_path, given)

    limits = [
        loaded["CHECK_BUDGET"].total_seconds(),
        loaded["CELERY_TASK_SOFT_TIME_LIMIT"],
        loaded["CELERY_TASK_TIME_LIMIT"],
        loaded["CHECK_LEASE"].total_seconds(),
        loaded["CELERY_BROKER_TRANSPORT_OPTIONS"]["visibility_timeout"],
    ]
    assert limits == sorted(set(limits))
    assert loaded["CHECK_LEASE"].total_seconds() == int(lease or 300)


def test_a_lease_too_short_for_the_limits_within_it_is_refused(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    with pytest.raises(ImproperlyConfigured, match="FACTCHECK_CHECK_LEASE_SECONDS='9' is not understood"):
        load(monkeypatch, tmp_path, {"FACTCHECK_CHECK_LEASE_SECONDS": "9"})
