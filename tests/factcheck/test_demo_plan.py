"""The demo's plan: its own services whatever the environment says, ports that are kept, clear refusals."""

import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from factcheck.broker import BrokerError
from factcheck.demo import Demo, DemoError, claimed, pages_not_ready


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        yield listener.getsockname()[1]


def test_the_children_get_the_embedded_default_and_nothing_of_the_developers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "FACTCHECK_PRODUCTION", "FACTCHECK_DESK_NAME", "GRANIAN_PORT"):
        monkeypatch.setenv(name, "somebody's")
    monkeypatch.setenv("LANG", "C.UTF-8")
    demo = Demo(8123, tmp_path)

    given = demo.environment()

    assert "DATABASE_URL" not in given
    assert "REDIS_URL" not in given
    assert "somebody's" not in given.values()
    assert given["LANG"] == "C.UTF-8"
    assert given["FACTCHECK_DATA_DIR"] == str(tmp_path)
    assert given["FACTCHECK_PUBLIC_URL"] == "http://127.0.0.1:8123"
    assert given["FACTCHECK_FETCH_ALLOW"] == f"127.0.0.1:{demo.newsstand_port}"


def test_the_newsstand_keeps_its_port_over_a_restart_on_another_port(tmp_path: Path) -> None:
    first = Demo(8123, tmp_path).newsstand_port

    assert Demo(9456, tmp_path).newsstand_port == first


def test_two_demos_have_two_newsstands(tmp_path: Path) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()

    assert Demo(8123, tmp_path / "one").newsstand_port != Demo(8124, tmp_path / "two").newsstand_port


def test_a_taken_port_is_refused_naming_the_option(tmp_path: Path, taken_port: int) -> None:
    with pytest.raises(DemoError, match=f"Port {taken_port} is taken .* Choose another one with --port"):
        Demo(taken_port, tmp_path).check_ports()


def test_a_taken_newsstand_port_says_why_it_cannot_change(tmp_path: Path, taken_port: int) -> None:
    (tmp_path / "newsstand.port").write_text(f"{taken_port}\n", encoding="ascii")

    with pytest.raises(DemoError, match=rf"(?s){taken_port} is taken.*source addresses.*--data-dir.*--port"):
        Demo(8123, tmp_path).check_ports()


def test_one_data_directory_serves_one_demo_at_a_time(tmp_path: Path) -> None:
    with (
        claimed(tmp_path / "desk"),
        pytest.raises(DemoError, match=r"already runs in .* Choose another --data-dir and --port"),
        claimed(tmp_path / "desk"),
    ):
        pass
    with claimed(tmp_path / "desk"):
        pass


def test_a_directory_that_cannot_be_made_names_the_option(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")

    with (
        pytest.raises(DemoError, match=r"cannot be written .* Choose another --data-dir"),
        claimed(tmp_path / "file/x"),
    ):
        pass


def test_a_data_directory_too_deep_for_a_socket_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(BrokerError, match="FACTCHECK_DATA_DIR"):
        Demo(8123, tmp_path / ("d" * 100)).broker()


@pytest.mark.parametrize("port", ["0", "65536"])
def test_a_port_that_is_none_is_refused(tmp_path: Path, port: str) -> None:
    with pytest.raises(CommandError, match=f"--port {port} is not a port"):
        call_command("demo", "--port", port, "--data-dir", str(tmp_path))


def test_a_later_start_shows_the_pages_as_they_became(tmp_path: Path) -> None:
    demo = Demo(8123, tmp_path)
    assert "--aged" not in demo.newsstand().command

    demo.loaded.touch()

    assert "--aged" in demo.newsstand().command


def test_the_users_and_the_key_are_read_from_what_seed_wrote(tmp_path: Path) -> None:
    demo = Demo(8123, tmp_path)
    demo.passwords.write_text(
        json.dumps({"users": {"ana": "word"}, "api_key": "p.secret", "more": 1}), encoding="utf-8"
    )

    assert demo.credentials() == {"users": {"ana": "word"}, "api_key": "p.secret"}


@pytest.mark.parametrize("text", ["", "{}", '{"users": 3, "api_key": ""}'])
def test_a_file_without_users_says_what_to_do(tmp_path: Path, text: str) -> None:
    demo = Demo(8123, tmp_path)
    demo.passwords.write_text(text, encoding="utf-8")

    with pytest.raises(DemoError, match="Start with a fresh --data-dir"):
        demo.credentials()


def test_the_demo_is_ready_when_every_first_page_answers_200() -> None:
    answers: dict[str, int | None] = {"/admin/login/": 200, "/api/v1/verdicts/": 500, "/api/docs/": None}

    missing = pages_not_ready(8123, lambda port, page: answers[page])

    assert missing == {"/api/v1/verdicts/": 500, "/api/docs/": None}
    assert pages_not_ready(8123, lambda port, page: 200) == {}
