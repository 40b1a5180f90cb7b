"""Real workers and a real broker killed under load; the long form is `python -m tests.crash.broker_drill`."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

HERE = Path(__file__).resolve().parents[2]
SHORT = ("--sources", "40", "--hosts", "20", "--per-second", "10", "--lease", "10", "--json")

pytestmark = [pytest.mark.worker, pytest.mark.postgresql]  # the long form runs on both databases


def drill(*kinds: str, more: tuple[str, ...] = ()) -> dict[str, Any]:
    """Run a short drill in a process of its own; return what it found."""
    ran = subprocess.run(
        [sys.executable, "-m", "tests.crash.broker_drill", *SHORT, "--kinds", ",".join(kinds), *more],
        cwd=HERE,
        env=dict(os.environ),
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    assert ran.stdout, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    assert ran.returncode == bool(found["breaches"])
    return found


@pytest.fixture(scope="module")
def supervised() -> dict[str, Any]:
    """Celery killed, the broker killed and wiped, then everything that works stopped as by SIGSTOP."""
    return drill("celery", "broker", "everything hangs")


def test_a_killed_worker_and_a_killed_broker_cost_seconds(supervised: dict[str, Any]) -> None:
    assert [kill["kind"] for kill in supervised["kills"][:2]] == ["celery", "broker"]
    assert max(kill["fresh"] for kill in supervised["kills"][:2]) < 10


def test_a_worker_that_hangs_is_found_out_by_its_lack_of_progress(supervised: dict[str, Any]) -> None:
    assert supervised["kills"][2]["fresh"] < 15
    assert supervised["ended_as_stuck"] >= 1


def test_no_check_is_lost_or_doubled(supervised: dict[str, Any]) -> None:
    account = supervised["account"]

    assert supervised["breaches"] == []
    assert account["checks"] == account["done"] == account["findings"] >= 40


def test_without_supervision_and_sweep_the_same_kill_leaves_checks_open() -> None:
    """The control twin: Celery alone, with the very settings of the run above."""
    found = drill("celery", more=("--unsupervised",))

    assert found["account"]["open"] > 0
    assert "no outcome within 10 s after kill 1" in found["breaches"]
