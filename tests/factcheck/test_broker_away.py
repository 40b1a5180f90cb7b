"""Redis down or deaf: the web goes on, at once, and queues its checks; messages never fill a broker without workers."""

import socket
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from celery import current_app
from celery.beat import ScheduleEntry
from django.db import transaction
from django.test import Client
from kombu import Connection
from structlog.testing import capture_logs

from claims.models import Claim
from factcheck import broker
from factcheck.celery import app, sweep_at_once
from factcheck.schedule import BoundedScheduler
from sources import hinting, tasks
from sources.models import SourceCheck
from sources.statuses import CheckStatus
from tests.desk import TestDesk
from tests.pages import do, sign_in

AT_ONCE = 0.5  # seconds
Capture = Callable[..., AbstractContextManager[Any]]


def use(monkeypatch: pytest.MonkeyPatch, url: str) -> Connection:
    """Send this test's hints to another broker."""
    connection = current_app.connection_for_write(url, transport_options=hinting.IMPATIENT)
    monkeypatch.setattr(hinting, "_connection", lambda: connection)
    return connection


@pytest.fixture(params=["refuses", "is silent"])
def away(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A broker that is gone, and one that accepts connections and never answers, as a frozen one does."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        if request.param == "refuses":
            listener.close()
        use(monkeypatch, f"redis://127.0.0.1:{port}/0")
        yield request.param


@pytest.fixture
def present(monkeypatch: pytest.MonkeyPatch) -> Iterator[Connection]:
    """A broker of our own, which nobody takes messages from."""
    with (
        tempfile.TemporaryDirectory(prefix="fc-") as folder,
        broker.running(Path(folder)) as running,
        use(monkeypatch, f"redis+socket://{running.socket}") as connection,
    ):
        yield connection


def held(connection: Connection) -> int:
    with connection.Producer() as producer:
        return hinting.waiting(producer)


# --- The web while the broker is away ------------------------------------------------------------------------


class Visitor:
    """Posts forms, and remembers how long the slowest took, up to its effects after the commit."""

    def __init__(self, client: Client, capture: Capture) -> None:
        self.client = client
        self.capture = capture
        self.slowest = 0.0

    def post(self, path: str, data: dict[str, Any]) -> None:
        began = time.monotonic()
        with self.capture(execute=True):
            answer = self.client.post(path, data)
        self.slowest = max(self.slowest, time.monotonic() - began)
        assert answer.status_code == 302, answer.context["form"].errors


def test_claims_citations_and_checks_are_taken_at_once(
    desk: TestDesk, away: str, django_capture_on_commit_callbacks: Capture
) -> None:
    ana = Visitor(sign_in(desk.ana), django_capture_on_commit_callbacks)
    words = {"exact": "they were told", "stance": "supports", "role": "evidence", "visibility": "public"}
    ana.client.get("/admin/")  # what a process loads for its first page

    ana.post(
        "/admin/claims/claim/add/",
        {"desk": desk.desk.pk, "text": "They were told.", "language": "en", "risk": "normal"},
    )
    claim = Claim.objects.get()
    for number in range(5):
        ana.post(do(claim, "cite"), {**words, "url": f"https://news{number}.example/a"})
    SourceCheck.objects.update(status=CheckStatus.DONE, outcome="alive", finished_at=desk.tick())
    ana.post(do(claim, "check_all"), {"version": claim.version})

    assert SourceCheck.objects.filter(status=CheckStatus.QUEUED).count() == 5
    assert ana.slowest < AT_ONCE


def test_a_patient_hint_would_hold_up_the_web(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Capture
) -> None:
    """The control twin: it is the short patience that keeps requests fast when the broker is silent."""
    monkeypatch.setitem(hinting.IMPATIENT, "socket_timeout", 0.7)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        use(monkeypatch, f"redis://127.0.0.1:{listener.getsockname()[1]}/0")
        began = time.monotonic()
        with django_capture_on_commit_callbacks(execute=True):
            desk.cite(desk.submit())

    assert time.monotonic() - began > AT_ONCE


def test_the_failure_is_logged_and_not_raised(away: str) -> None:
    with capture_logs() as logs:
        tasks._send_hint()

    assert [entry["event"] for entry in logs] == ["broker unreachable, the sweep will find the check"]


@pytest.fixture
def hints(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """The hints that were sent."""
    sent: list[Any] = []
    monkeypatch.setattr(hinting, "send", sent.append)
    return sent


def test_one_transaction_sends_one_hint(
    db: None, hints: list[Any], django_capture_on_commit_callbacks: Capture
) -> None:
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
            for _ in range(3):
                with transaction.atomic():
                    tasks.hint()

    assert hints == [tasks.run_checks] * 2


def test_a_hint_that_was_rolled_back_does_not_stand_for_a_later_one(
    db: None, hints: list[Any], django_capture_on_commit_callbacks: Capture
) -> None:
    with django_capture_on_commit_callbacks(execute=True), transaction.atomic():
        before = transaction.savepoint()
        tasks.hint()
        transaction.savepoint_rollback(before)
        tasks.hint()

    assert hints == [tasks.run_checks]


# --- What waits in the broker is bounded ---------------------------------------------------------------------


def test_a_busy_web_without_workers_does_not_fill_the_broker(
    present: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hinting, "MOST_WAITING", 20)

    sent = [hinting.send(tasks.run_checks) for _ in range(50)]

    assert sent == [True] * 20 + [False] * 30
    assert held(present) == 20


def test_without_the_bound_it_would(present: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control twin."""
    monkeypatch.setattr(hinting, "MOST_WAITING", 10**6)

    for _ in range(50):
        hinting.send(tasks.run_checks)

    assert held(present) == 50


def test_hints_go_on_when_a_wiped_broker_is_back(present: Connection) -> None:
    hinting.send(tasks.run_checks)
    with present.channel() as channel:
        channel.client.flushall()
    assert held(present) == 0

    assert hinting.send(tasks.run_checks)
    assert held(present) == 1


def test_the_schedule_sends_nothing_that_nobody_would_take(
    present: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hinting, "MOST_WAITING", 3)
    scheduler = BoundedScheduler(app=app, schedule_filename="unused", lazy=True)
    entry = ScheduleEntry(name="sweep", task="sources.tasks.sweep", schedule=timedelta(seconds=1), app=app)
    with present.Producer() as producer:
        sent = [scheduler.apply_async(entry, producer=producer, advance=False) for _ in range(5)]

    assert [bool(result) for result in sent] == [True, True, True, False, False]
    assert held(present) == 3


def test_a_worker_that_starts_asks_for_a_sweep(present: Connection) -> None:
    sweep_at_once()

    with present.SimpleQueue("celery") as queue:
        assert queue.get(timeout=2).headers["task"] == "sources.tasks.sweep"
