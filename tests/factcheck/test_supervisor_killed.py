"""A supervisor in a process of its own: the signals that stop it, and the kill that nobody can catch."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.factcheck.processes import is_running, wait_until_gone

HERE = Path(__file__).resolve().parents[2]
SUPERVISING = """
import os, sys, time
from pathlib import Path
from factcheck.children import Process
from factcheck.supervisor import StopAsked, Supervisor

CODE = '''
import os, subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
print("pids", os.getpid(), child.pid, flush=True)
time.sleep(600)
'''
log_dir = Path(sys.argv[1])
try:
    with Supervisor(log_dir, lambda line: print(line, file=sys.stderr)) as supervisor:
        for name in ("one", "two"):
            supervisor.start(Process(
                name=name, command=[sys.executable, "-c", CODE], environment=dict(os.environ),
                directory=Path.cwd(), ready_line="pids", grace=3,
            ))
        print(supervisor._guard.pid, flush=True)
        supervisor.watch()
except StopAsked:
    print("stopped", flush=True)
"""


@pytest.fixture
def supervising(tmp_path: Path) -> Iterator[tuple[subprocess.Popen[str], list[int], int]]:
    """A supervisor in a process of its own, its four descendants' ids, and its guard's."""
    command = [sys.executable, "-c", SUPERVISING, str(tmp_path)]
    with subprocess.Popen(command, cwd=HERE, stdout=subprocess.PIPE, text=True) as running:
        assert running.stdout is not None
        guard = int(running.stdout.readline())
        words = " ".join((tmp_path / f"{name}.log").read_text(encoding="utf-8") for name in ("one", "two"))
        pids = [int(word) for word in words.split() if word.isdecimal()]
        assert len(pids) == 4
        yield running, pids, guard
        for pid in [running.pid, *pids]:
            if is_running(pid):
                os.kill(pid, signal.SIGKILL)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_stops_everything_cleanly(
    supervising: tuple[subprocess.Popen[str], list[int], int], number: signal.Signals
) -> None:
    running, pids, guard = supervising

    running.send_signal(number)

    assert running.wait(timeout=20) == 0
    wait_until_gone([*pids, guard], within=5)


def test_nothing_outlives_a_supervisor_that_was_killed(
    supervising: tuple[subprocess.Popen[str], list[int], int],
) -> None:
    running, pids, guard = supervising

    running.kill()

    wait_until_gone([*pids, guard])


def test_without_the_guard_everything_would_outlive_it(
    supervising: tuple[subprocess.Popen[str], list[int], int],
) -> None:
    """The control twin: it is the guard, and nothing else, that ends the orphans."""
    running, pids, guard = supervising

    os.kill(guard, signal.SIGSTOP)
    running.kill()
    running.wait()
    time.sleep(1)

    assert all(map(is_running, pids))
    os.kill(guard, signal.SIGCONT)
    wait_until_gone([*pids, guard])
