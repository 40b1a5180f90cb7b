"""Running what is measured in processes of its own, so that nobody's CPU time is counted for another."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

BENCHMARKS = Path(__file__).absolute().parent.parent
ROOT = BENCHMARKS.parent


class BenchmarkError(Exception):
    """A measured process failed; the message has the end of what it wrote."""


@dataclass(frozen=True, slots=True)
class Usage:
    """What a command took: user and system CPU with its children's, and wall time, in seconds."""

    cpu: float
    wall: float
    exit_code: int


def environment(extra: Mapping[str, str]) -> dict[str, str]:
    """This process's environment with `extra`, for a child that imports the project and the benchmarks."""
    return {**os.environ, "PYTHONPATH": f"{BENCHMARKS}{os.pathsep}{ROOT}", "PYTHONDONTWRITEBYTECODE": "1", **extra}


def run_module(module: str, *, env: Mapping[str, str], log: Path, **request: Any) -> Any:
    """Call `main` of a module with `request` in a process of its own, and return what it returns.

    Both go through JSON; what the process writes goes to `log`. Raises BenchmarkError when it fails.
    """
    with log.open("ab") as output:
        done = subprocess.run(
            [sys.executable, "-m", "measuring.child", module],
            input=json.dumps(request).encode(),
            stdout=subprocess.PIPE,
            stderr=output,
            env=environment(env),
            cwd=ROOT,
            check=False,
        )
    if done.returncode:
        tail = log.read_text(encoding="utf-8", errors="replace")[-3_000:]
        raise BenchmarkError(f"{module} ended with {done.returncode}:\n{tail}")
    return json.loads(done.stdout)


def run_command(command: Sequence[str], *, cwd: Path, log: Path) -> Usage:
    """Run a command to its end and say what it took."""
    began = time.perf_counter()
    with log.open("ab") as output:
        child = subprocess.Popen(command, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd=cwd)
        _, status, used = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    return Usage(used.ru_utime + used.ru_stime, time.perf_counter() - began, child.returncode)
