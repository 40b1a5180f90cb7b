"""The one command: the whole desk comes up with data, stops without a trace, and comes up again with it."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from factcheck import loopback
from factcheck.broker import Broker

HERE = Path(__file__).resolve().parents[2]

pytestmark = pytest.mark.worker


@pytest.fixture
def data_dir() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="fc-") as folder:
        yield Path(folder) / "desk"


def command(port: int, data_dir: Path) -> list[str]:
    return [sys.executable, "manage.py", "demo", "--json", "--port", str(port), "--data-dir", str(data_dir)]


def start(port: int, data_dir: Path, errors: Path) -> tuple["subprocess.Popen[str]", dict[str, Any]]:
    """Start the demo and wait for its one line."""
    environment = {**os.environ, "FACTCHECK_DATA_DIR": str(data_dir)}  # or Django would make ./var
    with errors.open("w", encoding="utf-8") as told:
        running = subprocess.Popen(
            command(port, data_dir),
            cwd=HERE,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=told,
            text=True,
        )
    assert running.stdout is not None
    line = running.stdout.readline()
    assert line, errors.read_text(encoding="utf-8")[-3000:]
    return running, json.loads(line)


def stop(running: "subprocess.Popen[str]", number: signal.Signals) -> None:
    running.send_signal(number)
    rest, _ = running.communicate(timeout=60)
    assert rest == ""  # exactly one line on stdout
    assert running.returncode == 0


def test_the_desk_comes_up_stops_and_comes_up_again_with_its_data(data_dir: Path, tmp_path: Path) -> None:
    port = loopback.first_free(range(17_500 + os.getpid() % 400, 17_990))
    running, told = start(port, data_dir, tmp_path / "first.log")
    try:
        assert set(told) == {"url", "users", "api_key", "newsstand"}
        assert told["url"] == f"http://127.0.0.1:{port}"
        assert {"ana", "ben", "chi", "dov"} <= set(told["users"])
        for page in ("/admin/login/", "/api/v1/verdicts/", "/api/docs/", "/healthz", "/readyz"):
            assert loopback.status_of(port, page) == 200
        key = {"Authorization": f"Api-Key {told['api_key']}"}
        assert loopback.status_of(port, "/api/v1/verdicts/", headers=key) == 200
        assert loopback.status_of(port, "/api/v1/verdicts/", headers={"Authorization": "Api-Key no.no"}) == 401

        second = subprocess.run(
            command(port + 1, data_dir), cwd=HERE, capture_output=True, text=True, timeout=60, check=False
        )
        assert second.returncode == 1
        assert "A demo already runs in" in second.stderr
    finally:
        stop(running, signal.SIGINT)
    assert loopback.is_free(port)
    assert loopback.is_free(int(told["newsstand"].rpartition(":")[2]))
    assert not Broker(data_dir).answers()

    running, again = start(port, data_dir, tmp_path / "second.log")
    stop(running, signal.SIGTERM)

    assert again == told
    assert (data_dir / "demo.json").stat().st_mode & 0o077 == 0
