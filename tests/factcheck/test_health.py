"""Alive, ready and getting anywhere: three questions with three answers."""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from django.core.management import CommandError, call_command
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.http import JsonResponse
from django.test import RequestFactory

from claims.models import Desk, Person
from factcheck import broker, health
from factcheck.management.commands import healthy
from sources.models import Source, SourceCheck
from sources.statuses import CheckReason, CheckStatus, SourceKind, SourceOutcome
from sources.tasks import run_checks

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
WITHIN = timedelta(minutes=10)


@pytest.fixture(autouse=True)
def no_broker(settings: Any, tmp_path: Path) -> None:
    settings.REDIS_URL = ""
    settings.BROKER_SOCKET = tmp_path / "nobody.sock"


# --- /healthz and /readyz ---


def ask_ready(rf: RequestFactory) -> tuple[int, dict[str, str]]:
    answer = health.ready(rf.get("/readyz"))
    assert isinstance(answer, JsonResponse)
    return answer.status_code, json.loads(answer.content)


def test_alive_asks_nobody(rf: RequestFactory) -> None:
    """No `db` fixture: a query would fail this test."""
    answer = health.alive(rf.get("/healthz"))

    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("view", [health.alive, health.ready])
def test_only_reading_is_allowed(rf: RequestFactory, view: Any) -> None:
    assert view(rf.post("/")).status_code == 405


@pytest.mark.usefixtures("db")
def test_ready_without_a_broker_says_so_and_is_ready(rf: RequestFactory) -> None:
    assert ask_ready(rf) == (200, {"database": "ok", "migrations": "applied", "broker": "unreachable"})


@pytest.mark.usefixtures("db")
def test_ready_reports_a_broker_that_answers(rf: RequestFactory, settings: Any) -> None:
    with tempfile.TemporaryDirectory(prefix="fc-") as folder, broker.running(Path(folder)) as running:
        settings.BROKER_SOCKET = running.socket

        assert ask_ready(rf)[1]["broker"] == "ok"


@pytest.mark.usefixtures("db")
def test_not_ready_while_a_migration_waits(rf: RequestFactory) -> None:
    MigrationRecorder.Migration.objects.filter(app="sessions").delete()

    status, parts = ask_ready(rf)

    assert status == 503
    assert parts["migrations"] == "1 not applied"


def test_not_ready_while_the_database_does_not_answer(rf: RequestFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(connection: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "MigrationExecutor", refuse)

    assert ask_ready(rf) == (
        503,
        {"database": "unreachable", "migrations": "unknown", "broker": "unreachable"},
    )


def test_a_broker_by_tcp_that_does_not_answer_is_unreachable(settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"

    assert not health.broker_answers(within=0.2)


# --- The worker: progress while work waits ---


def check(number: int, **fields: Any) -> SourceCheck:
    desk, _ = Desk.objects.get_or_create(slug="desk", defaults={"name": "The Test Desk"})
    ana, _ = Person.objects.get_or_create(username="ana")
    source = Source.objects.create(
        desk=desk,
        kind=SourceKind.TEXT,
        digest=f"{number:064x}",
        added_at=NOW - timedelta(days=1),
        added_by=ana,
    )
    given = {
        "reason": CheckReason.ADDED,
        "requested_at": NOW - timedelta(hours=1),
        "next_attempt_at": NOW - timedelta(hours=1),
    }
    return SourceCheck.objects.create(source=source, **{**given, **fields})


@pytest.mark.usefixtures("db")
class TestStuckChecks:
    def test_nothing_waits(self) -> None:
        assert health.stuck_checks(NOW, within=WITHIN) == 0

    def test_checks_long_due_and_none_taken(self) -> None:
        check(1)
        check(2, status=CheckStatus.RUNNING, attempt=1, leased_until=NOW - timedelta(minutes=11))

        assert health.stuck_checks(NOW, within=WITHIN) == 2

    def test_a_check_only_just_due_may_wait(self) -> None:
        check(1, next_attempt_at=NOW - timedelta(minutes=9))

        assert health.stuck_checks(NOW, within=WITHIN) == 0

    def test_a_lease_that_still_runs_is_no_fault(self) -> None:
        check(
            1,
            status=CheckStatus.RUNNING,
            attempt=1,
            started_at=NOW - timedelta(minutes=20),
            leased_until=NOW + timedelta(minutes=1),
        )

        assert health.stuck_checks(NOW, within=WITHIN) == 0

    @pytest.mark.parametrize("progress", ["taken", "finished"])
    def test_a_busy_worker_with_a_long_queue_is_healthy(self, progress: str) -> None:
        check(1)
        recently = NOW - timedelta(minutes=2)
        if progress == "taken":
            check(
                2,
                status=CheckStatus.RUNNING,
                attempt=1,
                started_at=recently,
                leased_until=NOW + timedelta(minutes=3),
            )
        else:
            check(2, status=CheckStatus.DONE, outcome=SourceOutcome.ALIVE, finished_at=recently)

        assert health.stuck_checks(NOW, within=WITHIN) == 0


# --- The command ---


@pytest.mark.usefixtures("db")
def test_the_worker_is_healthy_while_nothing_waits() -> None:
    call_command("healthy", "worker")


@pytest.mark.usefixtures("db")
def test_a_stuck_worker_is_not_healthy_and_the_fault_is_told() -> None:
    check(1)

    with pytest.raises(CommandError, match="worker is not healthy: 1 source checks are due") as fault:
        call_command("healthy", "worker")
    assert fault.value.returncode == 1


def test_a_database_that_does_not_answer_is_not_the_workers_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*args: object, **more: object) -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(health, "stuck_checks", refuse)

    with pytest.raises(CommandError, match="cannot tell: connection refused") as fault:
        call_command("healthy", "worker")
    assert fault.value.returncode == 2


def test_the_schedule_is_judged_by_when_it_was_last_saved(settings: Any, tmp_path: Path) -> None:
    settings.CELERY_BEAT_SCHEDULE_FILENAME = str(tmp_path / "beat-schedule")
    with pytest.raises(CommandError, match="has saved no schedule yet"):
        call_command("healthy", "beat")

    saved = tmp_path / "beat-schedule.db"
    saved.touch()
    call_command("healthy", "beat")

    os.utime(saved, (0, 0))
    with pytest.raises(CommandError, match="it last saved its schedule"):
        call_command("healthy", "beat")


@pytest.mark.parametrize(("status", "fault"), [(503, "answers 503"), (None, "answers nothing")])
def test_the_web_server_must_answer_200(monkeypatch: pytest.MonkeyPatch, status: int | None, fault: str) -> None:
    monkeypatch.setattr(healthy.loopback, "status_of", lambda *args, **more: status)

    with pytest.raises(CommandError, match=f"/healthz {fault}"):
        call_command("healthy", "web", "--port", "8123")


def test_the_web_server_is_asked_as_the_proxy_asks(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    asked: list[object] = []

    def answer(*args: object, **more: object) -> int:
        asked.extend([args, more])
        return 200

    settings.ALLOWED_HOSTS = [".desk.example"]
    monkeypatch.setattr(healthy.loopback, "status_of", answer)
    call_command("healthy", "web", "--port", "8123")

    assert asked == [
        (8123, "/healthz"),
        {"headers": {"Host": "desk.example", "X-Forwarded-Proto": "https"}},
    ]


# --- A worker that does not hear the broker ---


@pytest.fixture
def pulse(tmp_path: Path) -> Path:
    """A pulse that was last felt long before NOW."""
    path = tmp_path / "pulse"
    path.touch()
    os.utime(path, (0, (NOW - timedelta(seconds=301)).timestamp()))
    return path


def test_messages_that_wait_and_no_task_for_a_lease_are_a_fault(pulse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "messages_waiting", lambda: 3)

    assert health.deaf_fault(pulse, NOW).startswith(
        "3 messages wait, and it neither began nor ended a task for 0:05:01"
    )


def test_an_idle_worker_is_not_deaf(pulse: Path) -> None:
    """The twin: nothing waits, here because there is no broker at all."""
    assert health.deaf_fault(pulse, NOW) == ""


def test_a_worker_is_not_deaf_within_a_lease(pulse: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "messages_waiting", lambda: 3)

    assert health.deaf_fault(pulse, NOW - timedelta(seconds=1)) == ""


def test_messages_are_counted_where_celery_puts_them(settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with tempfile.TemporaryDirectory(prefix="fc-") as folder, broker.running(Path(folder)) as running:
        settings.BROKER_SOCKET = running.socket
        with current_app.connection_for_write(f"redis+socket://{running.socket}") as connection:
            run_checks.apply_async(connection=connection)
            run_checks.apply_async(connection=connection)

        assert health.messages_waiting() == 2
