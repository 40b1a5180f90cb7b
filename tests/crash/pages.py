"""A small server of pages for the drills: prints its port, then serves until it is killed."""

from __future__ import annotations

import sys
from collections import Counter
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PASSAGE = "the ministry gave notice of its positions on page {number}"
_PAGE = (
    "<!doctype html><html lang=en><title>Page {number}</title><body><p>It was said on Monday that {passage}, and"
    " nothing else was said about it on that day by anybody who was asked.</p><p>{more}</p></body></html>"
)


_visits: Counter[int] = Counter()


class Pages(BaseHTTPRequestHandler):
    """/<number>: every fifth page is not there, every seventh breaks, the others hold their passage.

    Around the passage, they change at every second visit.
    """

    def do_GET(self) -> None:
        number = int(self.path.strip("/") or 0)
        if number % 7 == 6:
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, b"later")
        elif number % 5 == 4:
            self._answer(HTTPStatus.NOT_FOUND, b"no such page")
        else:
            _visits[number] += 1
            passage, more = PASSAGE.format(number=number), f"word {_visits[number] // 2} " * 500
            self._answer(HTTPStatus.OK, _PAGE.format(number=number, passage=passage, more=more).encode())

    def _answer(self, status: HTTPStatus, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing of visitors who were killed."""


def main() -> None:
    with _Server(("127.0.0.1", 0), Pages) as server:
        sys.stdout.write(f"{server.server_address[1]}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main()
