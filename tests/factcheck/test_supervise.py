"""`manage.py supervise`: what a worker consists of, and that its parts come back, killed or hanging."""

import os
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import pytest
from django.db import OperationalError

from factcheck import celery, health
from factcheck.children import Process
from factcheck.demo import Demo
from factcheck.management.commands import develop, supervise
from tests.factcheck.composing import example_values, services

HERE = Path(__file__).resolve().parents[2]


def worker(tmp_path: Path) -> dict[str, Process]:
    return {process.name: process for process in supervise.worker(3, tmp_path / "pulse")}


def test_a_worker_is_celery_and_a_sweep_that_needs_no_broker(tmp_path: Path) -> None:
    parts = worker(tmp_path)

    assert list(parts) == ["sweep", "celery"]
    assert parts["sweep"].command[1:] == ["manage.py", "sweep"]
    words = " ".join(parts["celery"].command)
    assert "celery -A factcheck worker" in words
    assert "--concurrency 3" in words


def test_everything_runs_a_worker_the_same_way(tmp_path: Path) -> None:
    compose = services(example_values())

    for part in ("worker", "beat"):
        assert compose[part]["command"][:4] == ["python", "manage.py", "supervise", part]
        assert develop.COMMANDS[part] == ["manage.py", "supervise", part]
        assert list(getattr(Demo(8123, tmp_path), part)().command[2:]) == ["supervise", part]


def test_a_stopping_worker_has_more_time_than_its_parts_need(tmp_path: Path) -> None:
    needed = sum(process.grace for process in worker(tmp_path).values())

    assert needed <= develop.GRACE
    assert needed <= Demo(8123, tmp_path).worker().grace
    assert needed < int(services(example_values())["worker"]["stop_grace_period"].removesuffix("s"))


def test_both_parts_answer_for_the_ledger(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "pulse").touch()
    faults = {name: process.health for name, process in worker(tmp_path).items()}

    monkeypatch.setattr(health, "worker_fault", lambda at: "")
    assert [ask() for ask in faults.values() if ask] == ["", ""]
    monkeypatch.setattr(health, "worker_fault", lambda at: "5 source checks are due")
    assert [ask() for ask in faults.values() if ask] == ["5 source checks are due"] * 2


def test_celery_alone_answers_for_messages_that_wait(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "worker_fault", lambda at: "")
    monkeypatch.setattr(health, "deaf_fault", lambda pulse, at: f"{pulse.name} is old")
    faults = {name: process.health() for name, process in worker(tmp_path).items() if process.health}

    assert faults == {"sweep": "", "celery": "pulse is old"}


def test_the_connection_of_a_question_is_closed_even_if_it_fails(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []

    class Connections:
        def close_all(self) -> None:
            closed.append("all")

    def refuse(at: datetime) -> str:
        raise OperationalError("connection refused")

    monkeypatch.setattr(supervise, "connections", Connections())
    with pytest.raises(OperationalError):
        supervise._asked(refuse)

    assert closed == ["all"]


def test_beat_answers_for_its_schedule(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "schedule_age", lambda at: health.BEAT_SAVES_WITHIN * 2)
    (beat,) = supervise.beat()

    assert beat.health
    assert beat.health() == "it last saved its schedule 0:20:00 ago"


def test_a_task_shows_the_pulse_its_supervisor_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pulse = tmp_path / "pulse"
    celery.show_pulse()
    assert not pulse.exists()

    monkeypatch.setattr(celery, "PULSE", str(pulse))
    celery.show_pulse(sender="a task")

    assert pulse.exists()


def test_an_unknown_part_is_refused(tmp_path: Path) -> None:
    refused = subprocess.run(
        [sys.executable, "manage.py", "supervise", "web"],
        cwd=HERE,
        env={**os.environ, "FACTCHECK_DATA_DIR": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )

    assert refused.returncode == 2
    assert "invalid choice: 'web'" in refused.stderr
