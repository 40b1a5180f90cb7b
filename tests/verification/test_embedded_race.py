"""Many who publish at once on SQLite; the same on PostgreSQL is in tests/races."""

import subprocess
import sys

import pytest
from django.db import connection


def race(*arguments: str) -> subprocess.CompletedProcess[str]:
    if connection.vendor != "sqlite":
        pytest.skip("of the embedded database only")
    command = [sys.executable, "-m", "tests.verification.embedded_race", *arguments]
    return subprocess.run(command, capture_output=True, text=True, timeout=120)


def test_eight_publishers_make_one_log_without_gaps() -> None:
    done = race()
    assert done.stdout == "8 entries, 0 refused, no difference\n", done.stdout + done.stderr
    assert done.returncode == 0


def test_control_transactions_that_do_not_begin_immediate_are_refused() -> None:
    done = race("--deferred")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "database is locked" in done.stdout
