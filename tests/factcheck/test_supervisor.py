"""The supervisor: what exits is restarted, what hangs is ended, nothing outlives it."""

import os
import signal
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Timer

import pytest

from factcheck.children import LogFile, Process
from factcheck.supervisor import Backoff, StartFailed, StopAsked, Supervisor
from tests.factcheck.processes import is_running, wait_until_gone

HERE = Path(__file__).resolve().parents[2]
FAST = Backoff(first=0.1, most=0.4, steady=60)


def process(name: str, code: str, **more: object) -> Process:
    return Process(
        name=name,
        command=[sys.executable, "-c", code],
        environment=dict(os.environ),
        directory=HERE,
        **more,  # type: ignore[arg-type]
    )


SLEEPER = "import time; print('up', flush=True); time.sleep(600)"


@pytest.fixture
def told() -> list[str]:
    return []


@pytest.fixture
def supervisor(tmp_path: Path, told: list[str]) -> Iterator[Supervisor]:
    with Supervisor(tmp_path / "logs", told.append, backoff=FAST) as running:
        yield running


def step_until(supervisor: Supervisor, condition: Callable[[], bool], within: float = 20) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline, "it never came to that"
        supervisor.step()


def test_back_off_doubles_up_to_its_limit() -> None:
    backoff = Backoff(first=0.5, most=30)

    assert [backoff.wait(exits) for exits in (1, 2, 3, 4)] == [0.5, 1, 2, 4]
    assert backoff.wait(1000) == 30


def test_start_waits_for_the_line_that_says_ready(supervisor: Supervisor) -> None:
    supervisor.start(
        process("slow", f"import time; time.sleep(0.5); {SLEEPER.removeprefix('import time; ')}", ready_line="up")
    )

    assert "slow | up" in (supervisor.log_dir / "slow.log").read_text(encoding="utf-8")


def test_start_fails_with_its_log_named_when_a_process_never_gets_ready(supervisor: Supervisor) -> None:
    with pytest.raises(StartFailed, match=r"deaf was not ready within 1 seconds; see .*deaf\.log"):
        supervisor.start(process("deaf", SLEEPER, is_ready=lambda: False, ready_within=1))


def test_start_fails_when_a_process_keeps_exiting(supervisor: Supervisor, told: list[str]) -> None:
    with pytest.raises(StartFailed, match="broken exited 3 times while starting"):
        supervisor.start(process("broken", "raise SystemExit('no such table')", is_ready=lambda: False))

    assert any("no such table" in line for line in told)


def test_a_process_that_exits_is_started_again_and_the_others_go_on(
    supervisor: Supervisor, told: list[str], tmp_path: Path
) -> None:
    marks = tmp_path / "marks"
    supervisor.start(process("steady", SLEEPER, ready_line="up"))
    steady = supervisor._posts[0].child
    supervisor.start(process("fragile", f"open({str(marks)!r}, 'a').write('x'); raise SystemExit(7)"))

    step_until(supervisor, lambda: marks.exists() and len(marks.read_text(encoding="utf-8")) >= 3)

    assert supervisor._posts[0].child is steady
    assert steady is not None
    assert steady.exit_code is None
    assert "fragile exited (exit code 7); starting it again in 0.1 s. Its last words:" in told
    assert "fragile exited (exit code 7); starting it again in 0.2 s. Its last words:" in told


def test_a_crash_loop_is_reported_plainly(supervisor: Supervisor, told: list[str]) -> None:
    supervisor.start(process("looping", "raise SystemExit(1)"))

    step_until(supervisor, lambda: any("looping KEEPS EXITING: 5 times in a row" in line for line in told))


def test_a_run_that_lasted_starts_the_back_off_afresh(tmp_path: Path, told: list[str]) -> None:
    forgiving = Backoff(first=0.1, most=5, steady=0)
    with Supervisor(tmp_path / "logs", told.append, backoff=forgiving) as supervisor:
        supervisor.start(process("fragile", "raise SystemExit(7)"))
        step_until(supervisor, lambda: sum("fragile exited" in line for line in told) >= 4)

    waits = {line.partition("again in ")[2].split()[0] for line in told if "fragile exited" in line}
    assert waits == {"0.1"}


def test_what_is_left_of_a_group_is_ended_before_the_restart(supervisor: Supervisor, tmp_path: Path) -> None:
    pids = tmp_path / "pids"
    code = (
        "import subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"open({str(pids)!r}, 'a').write(f'{{child.pid}} ')\n"
        "raise SystemExit(1)"
    )
    supervisor.start(process("parent", code))

    step_until(supervisor, lambda: pids.exists() and len(pids.read_text(encoding="utf-8").split()) >= 2)

    wait_until_gone([int(pids.read_text(encoding="utf-8").split()[0])])


def test_without_a_log_directory_lines_are_passed_on_as_they_are(told: list[str]) -> None:
    with Supervisor(None, told.append, backoff=FAST) as supervisor:
        supervisor.start(process("worker", SLEEPER, ready_line="up", echo=True, verbatim=True))
        supervisor.start(process("beat", SLEEPER, ready_line="up", echo=True))

    assert told[:2] == ["up", "beat | up"]


def test_a_failing_step_of_the_setup_shows_its_last_words(supervisor: Supervisor) -> None:
    with pytest.raises(StartFailed, match=r"(?s)migrate failed \(exit code 3\).*migrate \| bad migration"):
        supervisor.run_once(process("migrate", "print('bad migration'); raise SystemExit(3)"))


def test_an_error_line_is_shown_and_other_lines_only_logged(supervisor: Supervisor, told: list[str]) -> None:
    lines = [
        "2026-02-04T10:00:00Z [info     ] fetched",
        "2026-02-04T10:00:00Z [error    ] database is locked",
        '{"event": "no", "level": "error"}',
        "[2026-02-04 10:00:00: ERROR/MainProcess] consumer: Cannot connect",
    ]
    supervisor.run_once(process("web", f"print('\\n'.join({lines!r}))"))

    assert told == [f"web | {line}" for line in lines[1:]]
    assert f"web | {lines[0]}" in (supervisor.log_dir / "web.log").read_text(encoding="utf-8")


def test_stopping_goes_backwards_and_waits_for_each(tmp_path: Path, told: list[str]) -> None:
    order = tmp_path / "order"
    code = (
        "import signal, sys, time\n"
        "def stop(*_):\n"
        f"    time.sleep(0.3); open({str(order)!r}, 'a').write('%s '); sys.exit(0)\n"
        "signal.signal(signal.SIGTERM, stop)\n" + SLEEPER
    )
    with Supervisor(tmp_path / "logs", told.append) as supervisor:
        for name in ("broker", "web", "worker"):
            supervisor.start(process(name, code % name, ready_line="up"))

    assert order.read_text(encoding="utf-8") == "worker web broker "


def test_a_process_that_ignores_the_stop_is_ended_by_force(tmp_path: Path, told: list[str]) -> None:
    code = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); " + SLEEPER
    with Supervisor(tmp_path / "logs", told.append) as supervisor:
        supervisor.start(process("stubborn", code, ready_line="up", grace=0.3))
        child = supervisor._posts[0].child
    assert child is not None
    assert not is_running(child.pid)
    assert "stubborn did not stop in time and is ended by force" in told


def test_the_log_is_put_aside_when_it_grows_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("factcheck.children.LOG_MAX_BYTES", 10)
    log = LogFile(tmp_path / "web.log")

    log.write("first line")
    log.write("second")
    log.close()

    assert (tmp_path / "web.log.1").read_text(encoding="utf-8") == "first line\n"
    assert (tmp_path / "web.log").read_text(encoding="utf-8") == "second\n"


def test_a_guard_that_was_killed_is_replaced_and_told_of_everything(
    supervisor: Supervisor,
) -> None:
    supervisor.start(process("first", SLEEPER, ready_line="up"))
    killed = supervisor._guard
    assert killed is not None
    killed.kill()
    killed.wait()

    supervisor.start(process("second", SLEEPER, ready_line="up"))

    assert supervisor._guard is not None
    assert supervisor._guard.pid != killed.pid


def test_the_first_signal_makes_every_wait_raise(supervisor: Supervisor) -> None:
    os.kill(os.getpid(), signal.SIGTERM)

    with pytest.raises(StopAsked):
        supervisor.step()


def test_a_signal_in_the_middle_of_a_step_ends_the_step(supervisor: Supervisor) -> None:
    timer = Timer(1, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    began = time.monotonic()

    with pytest.raises(StopAsked):
        supervisor.run_once(process("migrate", SLEEPER))

    assert time.monotonic() - began < 8
