"""The kill drill in short: every stage once, on the database of this run; `make drill-kill` is the long form."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from django.db import connection

pytestmark = pytest.mark.worker


def drill(*arguments: str) -> subprocess.CompletedProcess[str]:
    environment = dict(os.environ)
    if connection.vendor == "sqlite":
        environment.pop("DATABASE_URL", None)
    command = [sys.executable, "-m", "tests.crash.kill_drill", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=150)


def test_checks_survive_workers_killed_or_stalled_at_every_stage() -> None:
    done = drill("--kills", "16", "--stalls", "4")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "16 kills and 4 stalls" in done.stdout
    assert "none lost, none doubled" in done.stdout


def test_control_without_the_fence_late_workers_record_twice() -> None:
    done = drill("--kills", "0", "--stalls", "4", "--stage", "ARCHIVED", "--fence-off")

    assert done.returncode == 0, done.stdout + done.stderr
    assert "it was recorded twice" in done.stdout
