"""What all tests share: a data directory of their own, and tables that can be emptied in between."""

from pathlib import Path

import pytest
from django.db import connection
from django.test import TransactionTestCase

from claims.models import ChangeCounter
from tests.desk import TestDesk
from tests.protection import lifted

HERE = Path(__file__).parent
# Marks of tests that meet the database although they ask for no fixture of it: their processes do.
ON_BOTH = {"django_db", "postgresql", "worker", "browser"}

_flush = TransactionTestCase._fixture_teardown


def _flush_protected(case: TransactionTestCase) -> None:
    """Empty the tables after a transactional test: the append-only ones refuse that unless the triggers are off."""
    with lifted():
        _flush(case)
    ChangeCounter.objects.get_or_create(pk=1)


TransactionTestCase._fixture_teardown = _flush_protected


def pytest_report_header() -> str:
    """Say which database this run is on, and which part it leaves out."""
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"].rsplit(".", 1)[-1]
    if engine == "sqlite3":
        return "factcheck: embedded default (SQLite); the PostgreSQL + Redis part is left out of this run"
    return f"factcheck: {engine} + Redis"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark what `make test` runs once: pages in a browser, and what no database has a part in."""
    for item in items:
        fixtures = set(getattr(item, "fixturenames", ()))
        own = {mark.name for mark in item.iter_markers()}
        is_below = item.path.is_relative_to(HERE / "sources") or item.path.is_relative_to(HERE / "claims")
        if "browser" in own and not own & {"worker", "postgresql"}:
            item.add_marker("once")
        if is_below and not fixtures & {"db", "transactional_db", "django_db_setup"} and not own & ON_BOTH:
            item.add_marker("pure")


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("postgresql") and connection.vendor != "postgresql":
        pytest.skip("needs PostgreSQL and Redis: set DATABASE_URL and REDIS_URL")


@pytest.fixture(autouse=True)
def own_data_dir(tmp_path: Path, settings: pytest.FixtureRequest) -> Path:
    """Snapshots and log keys of a test lie in its own directory."""
    settings.SNAPSHOT_DIR = tmp_path / "snapshots"
    settings.LOG_KEY_DIR = tmp_path / "keys"
    settings.STATIC_ROOT = tmp_path  # WhiteNoise warns of a missing one
    return tmp_path


@pytest.fixture
def desk(db: None) -> TestDesk:
    """A desk with Ana, Ben, Chi, Dov, Eva and Fay, and claims brought to any status through the workflow."""
    return TestDesk.make()
