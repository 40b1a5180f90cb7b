"""Pages on loopback for a drill: many small hosts, each page slow enough that a kill finds checks under way."""

import random
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any

QUOTATION = "the ministry had given notice of its positions"
PAGE = f"<title>Page</title><p>On the first Monday of the month {QUOTATION}, it said. This is page %s.</p>"
SLOWNESS = (0.05, 0.4)  # seconds


class _Page(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        time.sleep(random.uniform(*SLOWNESS))  # noqa: S311 - not a secret
        is_page = self.path.startswith("/page/")
        body = (PAGE % self.path).encode() if is_page else b""
        self.send_response(200 if is_page else 404)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *words: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 128

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that was killed in the middle is what the drill is about."""


@contextmanager
def pages(hosts: int) -> Iterator[list[tuple[str, int]]]:
    """Serve pages on up to so many loopback addresses, one port each; yields the pairs."""
    with ExitStack() as stack:
        pairs = []
        for number in range(1, hosts + 1):
            try:
                server = _Server((f"127.0.0.{number}", 0), _Page)
            except OSError:  # other systems than Linux have 127.0.0.1 alone
                break
            stack.callback(server.server_close)
            stack.callback(server.shutdown)
            Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
            pairs.append((f"127.0.0.{number}", server.server_port))
        yield pairs
