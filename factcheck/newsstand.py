"""The newsstand: a small loopback site for the demo desk, whose pages change as real ones do."""

import argparse
import hashlib
import signal
import sys
import threading
import time
import tomllib
from collections import Counter
from dataclasses import dataclass, field
from email.utils import formatdate
from enum import StrEnum
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from socketserver import TCPServer
from types import FrameType
from urllib.parse import unquote

HOST = "127.0.0.1"  # never another interface: the pages are invented, and some are made to mislead
DEFAULT_ROOT = Path(__file__).resolve().parent.parent / "seeds" / "newsstand"
BEHAVIOURS_FILE = "behaviours.toml"
CONTENT_TYPES = {
    ".html": "text/html; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".pdf": "application/pdf",
}


class Kind(StrEnum):
    """What a page does to those who come back."""

    PLAIN = "plain"
    ALTERED = "altered"
    MOVED = "moved"
    MISSING = "missing"
    GONE = "gone"
    REDIRECTED = "redirected"
    SLOW = "slow"
    BLOCKED = "blocked"


REWRITTEN = {Kind.ALTERED, Kind.MOVED, Kind.MISSING}  # these have a second text beside the first


@dataclass(frozen=True)
class Behaviour:
    """How one page behaves: the first `after` visits get its first face, later ones the second."""

    kind: Kind = Kind.PLAIN
    after: int = 1
    seconds: float = 0.0
    to: str = ""


@dataclass(frozen=True)
class Answer:
    """What one request gets; `delay` is in seconds, `headers` come on top of the common ones."""

    status: HTTPStatus
    body: bytes = b""
    content_type: str = CONTENT_TYPES[".html"]
    headers: dict[str, str] = field(default_factory=dict)
    delay: float = 0.0


def after_name(name: str) -> str:
    """Name of the second text of a page: `idlib/toll.html` has `idlib/toll.after.html`."""
    stem, dot, ending = name.rpartition(".")
    return f"{stem}.after{dot}{ending}"


def served_files(root: Path) -> dict[str, Path]:
    """Every file that may be served, by its path in the URL without the leading slash.

    A request is looked up in this table and never joined to a directory, so no request can leave the root.
    """
    root = root.resolve()
    files = (path for path in root.rglob("*") if path.suffix in CONTENT_TYPES and path.is_file())
    return {path.relative_to(root).as_posix(): path for path in files if path.resolve().is_relative_to(root)}


def load_behaviours(root: Path) -> dict[str, Behaviour]:
    """Read `behaviours.toml` under `root`; raises ValueError for an unknown kind, key or page."""
    rows = tomllib.loads((root / BEHAVIOURS_FILE).read_text(encoding="utf-8"))
    files = served_files(root)
    return {name: _behaviour(name, row, files) for name, row in rows.items()}


def _behaviour(name: str, row: dict[str, object], files: dict[str, Path]) -> Behaviour:
    unknown = set(row) - {"behaviour", "after", "seconds", "to"}
    if unknown:
        raise ValueError(f"{name}: unknown keys {sorted(unknown)}")
    behaviour = Behaviour(
        kind=Kind(str(row.get("behaviour", Kind.PLAIN))),
        after=int(str(row.get("after", 1))),
        seconds=float(str(row.get("seconds", 0))),
        to=str(row.get("to", "")),
    )
    needed = [name]
    if behaviour.kind in REWRITTEN:
        needed.append(after_name(name))
    if behaviour.kind is Kind.REDIRECTED:
        needed.append(behaviour.to)
    missing = [each for each in needed if each not in files]
    if missing:
        raise ValueError(f"{name}: no such page: {', '.join(missing)}")
    return behaviour


class Newsstand:
    """The pages, their behaviours, and how often each page was read since the start."""

    def __init__(self, root: Path = DEFAULT_ROOT, *, aged: bool = False) -> None:
        """`aged` shows every page's second face at once, as if all had been read in an earlier run."""
        self._files = served_files(root)
        self._behaviours = load_behaviours(root)
        self._aged = aged
        self._visits: Counter[str] = Counter()
        self._lock = threading.Lock()

    def answer(self, target: str, *, known_etag: str = "", is_visit: bool = True) -> Answer:
        """Answer a request for `target` (path with optional query); only a visit counts as one."""
        path = unquote(target.partition("?")[0]).removeprefix("/")
        if path == "_health":
            return Answer(HTTPStatus.OK, b"ok\n", CONTENT_TYPES[".txt"])
        name = path + "index.html" if not path or path.endswith("/") else path
        if name not in self._files or ".after." in name:
            return _notice(HTTPStatus.NOT_FOUND, "There is no such page at this stand.")
        behaviour = self._behaviours.get(name, Behaviour())
        turned = self._earlier_visits(name, count=is_visit) >= behaviour.after or self._aged
        refusal = _refusal(behaviour) if turned else None
        if refusal:
            return refusal
        shown = after_name(name) if turned and behaviour.kind in REWRITTEN else name
        return _page(self._files[shown], delay=behaviour.seconds, known_etag=known_etag)

    def _earlier_visits(self, name: str, *, count: bool) -> int:
        with self._lock:
            earlier = self._visits[name]
            if count:
                self._visits[name] += 1
            return earlier


def _refusal(behaviour: Behaviour) -> Answer | None:
    if behaviour.kind is Kind.GONE:
        return _notice(HTTPStatus.GONE, "This page was taken down.")
    if behaviour.kind is Kind.BLOCKED:
        return _notice(HTTPStatus.FORBIDDEN, "This page is for subscribers.")
    if behaviour.kind is Kind.REDIRECTED:
        return Answer(HTTPStatus.MOVED_PERMANENTLY, headers={"Location": f"/{behaviour.to}"})
    return None


def _notice(status: HTTPStatus, text: str) -> Answer:
    title = f"{status.value} {status.phrase}"
    page = (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body><h1>{title}</h1><p>{text}</p></body></html>\n"
    )
    return Answer(status, page.encode())


def _page(file: Path, *, delay: float, known_etag: str) -> Answer:
    body = file.read_bytes()
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    # Not asked for If-Modified-Since: both faces of a page may carry the same second in a fresh checkout.
    headers = {"ETag": etag, "Last-Modified": formatdate(file.stat().st_mtime, usegmt=True)}
    if etag in known_etag or known_etag.strip() == "*":
        return Answer(HTTPStatus.NOT_MODIFIED, headers=headers, delay=delay)
    return Answer(HTTPStatus.OK, body, CONTENT_TYPES[file.suffix], headers, delay)


class NewsstandServer(ThreadingHTTPServer):
    """Serves one newsstand on the loopback address."""

    daemon_threads = True  # a slow page must not hold up the stop

    def __init__(self, stand: Newsstand, *, port: int) -> None:
        self.stand = stand
        super().__init__((HOST, port), NewsstandHandler)

    def server_bind(self) -> None:
        """Bind without the look-up of the host's name that HTTPServer does."""
        TCPServer.server_bind(self)
        self.server_name, self.server_port = HOST, self.server_address[1]

    def handle_error(self, request: object, client_address: object) -> None:
        """Say in one line that a client hung up or a page failed; the stand stays open."""
        sys.stderr.write(f"newsstand: {sys.exc_info()[1]!r}\n")

    @property
    def url(self) -> str:
        """Address of the front page."""
        return f"http://{HOST}:{self.server_port}/"


class NewsstandHandler(BaseHTTPRequestHandler):
    """Answers GET and HEAD, one request a connection; http.server refuses the rest with 501."""

    server: NewsstandServer
    protocol_version = "HTTP/1.1"
    server_version = "newsstand"
    sys_version = ""
    timeout = 30  # seconds; a client that connects and says nothing is let go

    def do_GET(self) -> None:
        """Count the visit and send the page."""
        self._send(is_visit=True)

    def do_HEAD(self) -> None:
        """Send what the next GET would get, without its body; nothing is counted."""
        self._send(is_visit=False)

    def _send(self, *, is_visit: bool) -> None:
        known_etag = self.headers.get("If-None-Match", "")
        answer = self.server.stand.answer(self.path, known_etag=known_etag, is_visit=is_visit)
        time.sleep(answer.delay)
        self.send_response(answer.status)
        if answer.status is not HTTPStatus.NOT_MODIFIED:
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
        for header, value in answer.headers.items():
            self.send_header(header, value)
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Connection", "close")
        self.end_headers()
        if is_visit:
            self.wfile.write(answer.body)

    def log_error(self, *args: object) -> None:
        """Say nothing more: `log_request` has already written this request's line."""


def run(stand: Newsstand, *, port: int) -> None:
    """Serve until SIGTERM or SIGINT; call from the main thread, where signals arrive."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    with NewsstandServer(stand, port=port) as server:
        sys.stderr.write(f"newsstand open at {server.url}\n")
        sys.stderr.flush()
        try:
            server.serve_forever(poll_interval=0.2)
        except KeyboardInterrupt:
            sys.stderr.write("newsstand closed\n")


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def main(arguments: list[str] | None = None) -> int:
    """Entry point of `python -m factcheck.newsstand`."""
    parser = argparse.ArgumentParser(prog="factcheck.newsstand", description=__doc__)
    parser.add_argument("--port", type=int, required=True, help="0 takes any free port")
    parser.add_argument("--root", type=Path, default=DEFAULT_ROOT, help="directory of the pages")
    parser.add_argument("--aged", action="store_true", help="start with every page already changed")
    options = parser.parse_args(arguments)
    run(Newsstand(options.root, aged=options.aged), port=options.port)
    return 0


if __name__ == "__main__":
    sys.exit(main())
