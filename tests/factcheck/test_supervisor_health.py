"""The supervisor and processes that run but get nowhere: found out, ended, started afresh; never on a mere doubt."""

import os
import signal
import time
from pathlib import Path
from threading import Event

import pytest

from factcheck.supervisor import Supervisor
from tests.factcheck.processes import is_running
from tests.factcheck.test_supervisor import FAST, SLEEPER, process, step_until


@pytest.fixture
def told() -> list[str]:
    return []


def impatient(tmp_path: Path, told: list[str], patience: float = 0.1) -> Supervisor:
    return Supervisor(tmp_path / "logs", told.append, backoff=FAST, health_every=0.05, patience=patience)


def test_a_process_that_gets_nowhere_is_started_again(tmp_path: Path, told: list[str]) -> None:
    with impatient(tmp_path, told) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=lambda: "7 source checks are due"))
        first = supervisor._posts[0].child
        assert first is not None
        step_until(supervisor, lambda: supervisor._posts[0].child not in (first, None))

        assert not is_running(first.pid)
    assert "worker runs but gets nowhere; ending it so that it starts afresh:" in told
    assert any("7 source checks are due" in line for line in told)


def test_a_process_that_stands_still_is_ended_too(tmp_path: Path, told: list[str]) -> None:
    """SIGSTOP: it would not even hear a SIGTERM."""
    with impatient(tmp_path, told) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=lambda: "nothing moves"))
        first = supervisor._posts[0].child
        assert first is not None
        os.kill(first.pid, signal.SIGSTOP)
        step_until(supervisor, lambda: supervisor._posts[0].child not in (first, None))


@pytest.mark.parametrize("doubt", [None, ValueError("connection refused")])
def test_a_process_is_left_alone_when_it_is_healthy_or_nobody_can_tell(
    tmp_path: Path, told: list[str], doubt: Exception | None
) -> None:
    asked: list[int] = []

    def health() -> str:
        asked.append(1)
        if doubt:
            raise doubt
        return ""

    with impatient(tmp_path, told) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=health))
        first = supervisor._posts[0].child
        step_until(supervisor, lambda: len(asked) >= 4)

        assert supervisor._posts[0].child is first
    wondered = ["whether worker gets anywhere, nobody can tell: ValueError: connection refused"]
    assert told == (wondered if doubt else [])  # once, not each time


def test_one_bad_answer_between_good_ones_is_no_reason(tmp_path: Path, told: list[str]) -> None:
    answers = ["stuck", "", "stuck", "", "stuck", ""]

    with impatient(tmp_path, told) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=lambda: answers.pop(0) if answers else ""))
        first = supervisor._posts[0].child
        step_until(supervisor, lambda: not answers)

        assert supervisor._posts[0].child is first


def test_a_question_that_is_never_answered_holds_up_nothing(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("factcheck.supervisor.ANSWERED_WITHIN", 0.2)
    over = Event()
    with impatient(tmp_path, told) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=lambda: str(over.wait(60))))
        first = supervisor._posts[0].child
        step_until(supervisor, lambda: any("no answer within" in line for line in told))

        assert supervisor._posts[0].child is first
        over.set()


def test_a_process_has_time_to_get_ready_and_more_each_time_it_was_not_enough(
    tmp_path: Path, told: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else a slow machine would never get it to work."""
    lived: list[float] = []
    spoken = told.append

    def say(line: str) -> None:
        if "gets nowhere" in line:
            child = supervisor._posts[0].child
            assert child is not None
            lived.append(time.monotonic() - child.started_at)
        spoken(line)

    supervisor = Supervisor(None, say, backoff=FAST, health_every=0.02, patience=0.2)
    with supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", health=lambda: "still not there"))
        step_until(supervisor, lambda: len(lived) == 3)

    assert [seconds > least for seconds, least in zip(lived, (0.2, 0.4, 0.8), strict=True)] == [True] * 3
