"""What the wiring asks of this machine's own ports."""

import socket
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from factcheck import loopback


def test_a_port_that_is_listened_on_is_not_free() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        assert not loopback.is_free(port)

    assert loopback.is_free(port)


def test_the_first_free_port_is_taken_and_none_is_an_error() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        taken = listener.getsockname()[1]
        with socket.create_server(("127.0.0.1", 0)) as closing:
            free = closing.getsockname()[1]

        assert loopback.first_free([taken, free]) == free
        with pytest.raises(LookupError, match="none of the ports is free"):
            loopback.first_free([taken])


def test_the_status_is_told_and_a_redirect_is_not_followed() -> None:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.FOUND if self.path == "/moved" else HTTPStatus.OK)
            self.send_header("Location", "/")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()

        assert loopback.status_of(server.server_port, "/") == 200
        assert loopback.status_of(server.server_port, "/moved") == 302
        server.shutdown()


def test_nobody_listening_is_no_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closing:
        port = closing.getsockname()[1]

    assert loopback.status_of(port, "/", timeout=1) is None


def test_somebody_who_never_answers_is_no_status() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        assert loopback.status_of(silent.getsockname()[1], "/", timeout=0.2) is None
