"""Hosts are asked in turns: one at a time or few, less often while they fail, and not before they said."""

from datetime import timedelta

import pytest

from sources import workflow
from sources.leasing import lease_due
from sources.models import Host, SourceCheck
from sources.politeness import LONGEST_WAIT, HostAnswer, backed_off, note_answers, retry_after
from sources.statuses import CheckStatus, SourceOutcome
from tests.desk import START, TestDesk

HOST = "example.org"
SECOND = timedelta(seconds=1)


def queue(desk: TestDesk, count: int, host: str = HOST) -> None:
    for number in range(count):
        url = f"https://{host}/{number}"
        source = workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.at)
        workflow.request_check(source, by=desk.ana, at=desk.at)


def leased(desk: TestDesk, **later: float) -> int:
    return len(lease_due(at=desk.at + timedelta(**later), limit=10))


def test_a_host_is_asked_once_in_an_interval_and_not_by_more_than_its_number_at_once(
    desk: TestDesk, settings: pytest.FixtureRequest
) -> None:
    settings.HOST_PARALLEL = 2
    queue(desk, 5)
    assert [leased(desk, seconds=number) for number in range(5)] == [1, 1, 0, 0, 0]
    SourceCheck.objects.filter(status=CheckStatus.RUNNING).update(leased_until=desk.at)
    assert leased(desk, seconds=9) == 1


def test_control_without_turns_all_are_asked_at_once(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    queue(desk, 5)
    monkeypatch.setattr("sources.leasing._Due.host", property(lambda due: ""), raising=False)
    assert leased(desk) == 5


def test_hosts_do_not_wait_for_one_another(desk: TestDesk) -> None:
    queue(desk, 3)
    queue(desk, 2, "example.net")
    assert leased(desk) == 2


def test_checks_that_wait_for_their_host_get_a_turn_each(desk: TestDesk) -> None:
    queue(desk, 4)
    assert leased(desk) == 1
    waiting = SourceCheck.objects.filter(status=CheckStatus.QUEUED).order_by("next_attempt_at")
    waits = [check.next_attempt_at - desk.at for check in waiting]
    assert waits == [1 * SECOND, 2 * SECOND, 3 * SECOND]


def test_more_hosts_than_wanted_keep_their_turn(desk: TestDesk) -> None:
    for number in range(6):
        queue(desk, 1, f"host-{number}.example")
    assert [len(lease_due(at=desk.at, limit=2)) for _ in range(4)] == [2, 2, 2, 0]


def test_the_interval_a_host_asks_for_is_kept(desk: TestDesk) -> None:
    queue(desk, 3)
    assert leased(desk) == 1
    note_answers([HostAnswer(HOST, SourceOutcome.ALIVE, crawl_delay=timedelta(seconds=5))], at=desk.at)
    assert leased(desk, seconds=1) == 1, "the turn given before the host asked"
    SourceCheck.objects.filter(status=CheckStatus.RUNNING).update(leased_until=desk.at)
    assert leased(desk, seconds=5.9) == 0
    assert leased(desk, seconds=6.1) == 1


def test_a_host_that_asks_for_a_pause_gets_it(desk: TestDesk) -> None:
    queue(desk, 2)
    leased(desk)
    note_answers([HostAnswer(HOST, SourceOutcome.BLOCKED, retry_after=timedelta(minutes=7))], at=desk.at)
    assert leased(desk, minutes=6) == 0
    assert leased(desk, minutes=8) == 1


def test_a_host_that_fails_again_and_again_is_asked_less_often(desk: TestDesk) -> None:
    queue(desk, 1)
    leased(desk)
    for _ in range(4):
        note_answers([HostAnswer(HOST, SourceOutcome.UNREACHABLE)], at=desk.at)
    host = Host.objects.get()
    assert (host.failures, host.next_allowed_at) == (4, desk.at + timedelta(seconds=60))
    assert host in Host.objects.waiting(desk.at)

    note_answers([HostAnswer(HOST, SourceOutcome.ALIVE)], at=desk.at)
    host.refresh_from_db()
    assert (host.failures, host.last_outcome, host.last_answer_at) == (0, "alive", desk.at)


def test_an_answer_of_a_host_that_is_not_known_is_no_error(desk: TestDesk) -> None:
    note_answers([HostAnswer("example.com", SourceOutcome.UNREACHABLE)], at=desk.at)
    assert not Host.objects.exists()


def test_the_wait_after_failures_doubles_up_to_an_hour() -> None:
    waits = [backed_off(failures).total_seconds() for failures in (0, 1, 2, 3, 4, 5, 9, 10, 1_000)]
    assert waits == [0, 0, 0, 30, 60, 120, 1_920, 3_600, 3_600]


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (None, 0),
        ("", 0),
        ("120", 120),
        (" 5 ", 5),
        ("1000000000000", LONGEST_WAIT.total_seconds()),
        ("9" * 5_000, LONGEST_WAIT.total_seconds()),
        ("-1", 0),
        ("1.5", 0),
        ("٣", 0),
        ("soon", 0),
        ("Mon, 02 Mar 2026 09:10:00 GMT", 600),
        ("Mon, 02 Mar 2026 08:00:00 GMT", 0),
        ("Mon, 02 Mar 9999 08:00:00 GMT", LONGEST_WAIT.total_seconds()),
        ("Mon, 99 Mar 2026 99:00:00 GMT", 0),
    ],
)
def test_what_a_retry_after_header_asks_for(value: str | None, wait: float) -> None:
    assert retry_after(value, at=START).total_seconds() == wait
