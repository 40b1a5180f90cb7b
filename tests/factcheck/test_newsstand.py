"""The newsstand over the wire: it serves nothing but its pages, speaks correct HTTP and stops cleanly."""

import ast
import asyncio
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from factcheck import newsstand
from factcheck.newsstand import HOST, Newsstand, NewsstandServer
from tests.factcheck.small_stand import make_small_stand


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return make_small_stand(tmp_path)


@pytest.fixture
def server(root: Path) -> Iterator[NewsstandServer]:
    with NewsstandServer(Newsstand(root), port=0) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def exchange(port: int, request: bytes) -> bytes:
    """Send raw bytes, so that no client tidies the path; the stand closes each connection."""

    async def talk() -> bytes:
        reader, writer = await asyncio.open_connection(HOST, port)
        writer.write(request)
        await writer.drain()
        reply = await reader.read()
        writer.close()
        await writer.wait_closed()
        return reply

    return asyncio.run(talk())


def ask(port: int, path: str, *, method: str = "GET", extra: str = "") -> tuple[int, dict[str, str], bytes]:
    reply = exchange(port, f"{method} {path} HTTP/1.1\r\nHost: stand\r\n{extra}\r\n".encode())
    head, _, body = reply.partition(b"\r\n\r\n")
    status, *lines = head.decode("latin-1").split("\r\n")
    headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in lines)}
    return int(status.split()[1]), headers, body


@pytest.mark.parametrize(
    "path",
    [
        "/../secret.txt",
        "/%2e%2e/secret.txt",
        "/sub/../../secret.txt",
        "/..%2fsecret.txt",
        "/..\\secret.txt",
        "//secret.txt",
        "/outside.txt",
        "/behaviours.toml",
        "/notes.md",
        "/toll.after.html",
        "/toll.html%00",
        "/sub",
        "/" + "x" * 5000,
    ],
)
def test_nothing_but_pages_is_served(server: NewsstandServer, path: str) -> None:
    status, _, body = ask(server.server_port, path)

    assert status == 404
    assert b"secret" not in body


def test_control_the_secret_is_readable_when_it_is_a_page(root: Path) -> None:
    (root / "secret.txt").write_text("secret", encoding="utf-8")

    assert Newsstand(root).answer("/secret.txt").body == b"secret"


@pytest.mark.parametrize(
    ("path", "content_type"),
    [
        ("/", "text/html; charset=utf-8"),
        ("/sub/", "text/html; charset=utf-8"),
        ("/robots.txt", "text/plain; charset=utf-8"),
        ("/_health", "text/plain; charset=utf-8"),
    ],
)
def test_page_comes_with_type_and_length(server: NewsstandServer, path: str, content_type: str) -> None:
    status, headers, body = ask(server.server_port, path)

    assert status == 200
    assert headers["content-type"] == content_type
    assert headers["content-length"] == str(len(body))
    assert headers["connection"] == "close"


def test_unchanged_page_is_not_sent_again_and_a_changed_one_is(server: NewsstandServer) -> None:
    port = server.server_port
    _, plain, _ = ask(port, "/new.html")
    _, first, _ = ask(port, "/toll.html")

    assert ask(port, "/new.html", extra=f"If-None-Match: {plain['etag']}\r\n")[::2] == (304, b"")
    assert ask(port, "/toll.html", extra=f"If-None-Match: {first['etag']}\r\n")[0] == 200
    assert plain["last-modified"].endswith("GMT")


def test_head_has_the_headers_of_the_next_get_and_is_no_visit(server: NewsstandServer) -> None:
    port = server.server_port
    before = ask(port, "/leaflet.html", method="HEAD")
    got = ask(port, "/leaflet.html")
    after = ask(port, "/leaflet.html", method="HEAD")

    assert (before[0], got[0], after[0]) == (200, 200, 410)
    assert before[2] == after[2] == b""
    assert before[1]["content-length"] == got[1]["content-length"]


def test_redirect_is_sent_with_its_location(server: NewsstandServer) -> None:
    ask(server.server_port, "/old.html")
    status, headers, _ = ask(server.server_port, "/old.html")

    assert (status, headers["location"]) == (301, "/new.html")


def test_other_methods_are_refused(server: NewsstandServer) -> None:
    assert ask(server.server_port, "/new.html", method="POST")[0] == 501


def test_one_line_is_logged_a_request(server: NewsstandServer, capfd: pytest.CaptureFixture[str]) -> None:
    for path in ("/new.html", "/none.html"):
        ask(server.server_port, path)
    ask(server.server_port, "/new.html", method="BREW")

    lines = capfd.readouterr().err.splitlines()
    assert [re.findall(r'"(\S+ \S+) .*" (\d+)', line) for line in lines] == [
        [("GET /new.html", "200")],
        [("GET /none.html", "404")],
        [("BREW /new.html", "501")],
    ]


def test_a_failure_is_one_line_and_the_stand_stays_open(
    server: NewsstandServer, root: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (root / "new.html").unlink()

    assert exchange(server.server_port, b"GET /new.html HTTP/1.1\r\nHost: stand\r\n\r\n") == b""
    assert ask(server.server_port, "/_health")[0] == 200
    assert "newsstand: FileNotFoundError" in capfd.readouterr().err


def test_it_listens_on_the_loopback_address_only(server: NewsstandServer) -> None:
    assert server.server_address[0] == "127.0.0.1"
    assert server.url == f"http://127.0.0.1:{server.server_port}/"


# --- the command


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_command_serves_the_desk_and_stops_on_a_signal(number: signal.Signals) -> None:
    command = [sys.executable, "-m", "factcheck.newsstand", "--port", "0"]
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "there.is.none"}
    with subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=environment) as process:
        assert process.stderr is not None
        opened = re.search(r":(\d+)/", process.stderr.readline())
        assert opened is not None
        status, _, body = ask(int(opened[1]), "/idlib/ankara-briefing.html")
        process.send_signal(number)
        _, said = process.communicate(timeout=10)

    assert status == 200
    assert "Çavuşoğlu".encode() in body
    assert process.returncode == 0
    assert said.splitlines()[-1] == "newsstand closed"
    assert len(said.splitlines()) == 2


def test_newsstand_needs_the_standard_library_alone() -> None:
    tree = ast.parse(Path(newsstand.__file__).read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    named = {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}

    assert {name.partition(".")[0] for name in plain | named} <= sys.stdlib_module_names
