"""`manage.py sweep`: what is due gets done without any broker; several sweeps at once do it once."""

import signal
from collections.abc import Callable, Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone
from structlog.testing import capture_logs

from factcheck.management.commands import sweep as command
from sources import checks
from sources.models import Citation, Finding, Source, SourceCheck
from sources.statuses import CheckStatus
from tests.desk import TestDesk


@pytest.fixture(autouse=True)
def handlers() -> Iterator[None]:
    """The command's signal handlers end with the test."""
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


def many_cited(desk: TestDesk, count: int) -> None:
    """Texts that are cited, each with a check that is due."""
    claim = desk.submit()
    for _ in range(count):
        desk.cite(claim)


def test_one_look_does_what_is_due_without_a_broker(desk: TestDesk) -> None:
    many_cited(desk, 3)

    call_command("sweep", "--once")

    assert [check.status for check in SourceCheck.objects.all()] == [CheckStatus.DONE] * 3


def test_one_look_queues_what_the_schedule_asks_for(desk: TestDesk) -> None:
    citation = desk.published().citations.select_related("source")[0]
    Source.objects.filter(pk=citation.source_id).update(next_check_at=timezone.now() - timedelta(hours=1))
    before = citation.source.checks.count()

    call_command("sweep", "--once")

    assert citation.source.checks.count() == before + 1
    assert not SourceCheck.objects.open().filter(source=citation.source_id).exists()


def test_it_goes_on_until_a_signal(monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[int] = []

    def look() -> None:
        looks.append(1)
        if len(looks) == 3:
            signal.raise_signal(signal.SIGTERM)

    monkeypatch.setattr(command, "sweep", look)
    call_command("sweep", "--every", "0.01")

    assert len(looks) == 3


def test_a_database_that_does_not_answer_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[int] = []

    class Broken:
        def close(self) -> None:
            closed.append(1)

    def refuse(**given: Any) -> int:
        raise OperationalError("connection refused")

    monkeypatch.setattr(command, "connection", Broken())
    monkeypatch.setattr(checks, "queue_scheduled", refuse)
    with capture_logs() as logs:
        assert command.sweep() == 0

    assert [entry["event"] for entry in logs] == ["database unreachable, asking again"]
    assert closed == [1]


def test_any_other_error_ends_the_process_for_its_supervisor_to_see(monkeypatch: pytest.MonkeyPatch, db: None) -> None:
    def break_down(**given: Any) -> int:
        raise ZeroDivisionError

    monkeypatch.setattr(checks, "run_due", break_down)

    with pytest.raises(ZeroDivisionError):
        command.sweep()


def at_once(count: int, run: Callable[[], Any]) -> list[Any]:
    """Run the same in so many threads from one barrier; return results and errors."""
    barrier, results = Barrier(count), []

    def go() -> None:
        try:
            connection.ensure_connection()
            barrier.wait(timeout=10)
            results.append(run())
        except Exception as error:
            results.append(error)
        finally:
            connection.close()

    threads = [Thread(target=go) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_five_sweeps_at_once_do_each_check_once_and_share_them(transactional_db: None) -> None:
    """Why sweeps need no lock among them: a row that one looks at, the others skip."""
    many_cited(TestDesk.make(), 60)

    results = at_once(5, command.sweep)

    assert sum(results) == 60
    assert Finding.objects.count() == 60
    assert set(SourceCheck.objects.values_list("status", "attempt")) == {(CheckStatus.DONE, 1)}


@pytest.mark.postgresql
@pytest.mark.django_db(transaction=True)
def test_five_that_queue_the_schedule_at_once_queue_each_source_once(transactional_db: None) -> None:
    desk = TestDesk.make()
    many_cited(desk, 40)
    checks.run_due(now=timezone.now)
    now = timezone.now()
    cited = Source.objects.filter(citations__claim__status="submitted")
    Source.objects.filter(pk__in=cited.values("pk")).update(next_check_at=now)
    Citation.objects.filter(claim__status="submitted").update(claim=desk.published())

    results = at_once(5, lambda: checks.queue_scheduled(at=now))

    assert all(isinstance(result, int) for result in results)
    assert SourceCheck.objects.open().count() == 40
