"""`manage.py develop`: parts of the desk in several terminals share one broker, whoever started it."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from factcheck import loopback
from factcheck.broker import Broker

HERE = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.worker


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fc-") as folder:
        yield Path(folder)


def develop(data_dir: Path, *arguments: str) -> "subprocess.Popen[bytes]":
    environment = {**os.environ, "FACTCHECK_DATA_DIR": str(data_dir)}
    environment = {name: value for name, value in environment.items() if name not in ("REDIS_URL", "DATABASE_URL")}
    return subprocess.Popen(
        [sys.executable, "manage.py", "develop", *arguments],
        cwd=HERE,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def wait_for(condition: Callable[[], bool], within: float = 40) -> None:
    deadline = time.monotonic() + within
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_the_broker_outlives_the_part_that_started_it_and_ends_with_the_last(data_dir: Path) -> None:
    broker = Broker(data_dir)
    port = loopback.first_free(range(17_500 + os.getpid() % 400, 17_990))
    beat = develop(data_dir, "beat")
    wait_for(broker.answers)
    web = develop(data_dir, "web", "--port", str(port))
    wait_for(lambda: loopback.status_of(port, "/healthz") == 200)

    beat.send_signal(signal.SIGINT)
    assert beat.wait(timeout=30) == 0
    wait_for(broker.answers, within=10)
    assert loopback.status_of(port, "/healthz") == 200

    web.send_signal(signal.SIGTERM)
    assert web.wait(timeout=30) == 0
    assert not broker.answers()
    assert loopback.is_free(port)
