"""The web that is checked: one server process that listens on a loopback address of its own for every page.

The answers are made before the first request, so that the server costs as little as it can. `/page/7` behaves
as page 7 does, `/moved/7` is where it redirects to, `/hang/7` accepts, says nothing and closes after a while.
"""

import asyncio
import resource
import sys
from asyncio import AbstractEventLoop, Transport
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from subprocess import PIPE, Popen

from measuring.processes import ROOT, BenchmarkError, environment

from checking import pages

_BACKLOG = 512
_ROBOTS = b"User-agent: *\nDisallow: /admin/\n"


@dataclass(frozen=True, slots=True)
class Origin:
    """A running origin: its port, and how many pages, each on its own host, it has."""

    port: int
    count: int

    def url(self, number: int, kind: str = "page") -> str:
        """The address of page `number`; numbers above the count wrap around."""
        number %= self.count
        return f"http://{host(number)}:{self.port}/{kind}/{number}"

    @property
    def allow(self) -> str:
        """All hosts, as FACTCHECK_FETCH_ALLOW takes them."""
        return ",".join(f"{host(number)}:{self.port}" for number in range(self.count))


def host(number: int) -> str:
    """The loopback address of a page's host: 127.0.1.0 and up."""
    return f"127.0.{1 + number // 250}.{1 + number % 250}"


@contextmanager
def running(count: int, *, hang_seconds: float) -> Iterator[Origin]:
    """Serve `count` pages for the length of a block; the server ends when its standard input does."""
    command = [sys.executable, "-m", "checking.origin", str(count), str(hang_seconds)]
    with Popen(command, stdin=PIPE, stdout=PIPE, env=environment({}), cwd=ROOT) as server:
        assert server.stdin is not None
        assert server.stdout is not None
        line = server.stdout.readline().strip()
        if not line:
            raise BenchmarkError("The loopback server did not start.")
        try:
            yield Origin(int(line), count)
        finally:
            server.stdin.close()


class _Exchange(asyncio.Protocol):
    """One connection: one request, one answer, closed."""

    def __init__(self, loop: AbstractEventLoop, answers: dict[bytes, tuple[float, bytes]], hang_seconds: float) -> None:
        self._loop = loop
        self._answers = answers
        self._hang_seconds = hang_seconds
        self._head = b""
        self._transport: Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._head += data
        if b"\r\n\r\n" not in self._head:
            return
        path = self._head.split(b" ", 2)[1].partition(b"?")[0]
        if path.startswith(b"/hang/"):
            self._loop.call_later(self._hang_seconds, self._close)
            return
        delay, answer = self._answers.get(path) or self._answers[b""]
        self._loop.call_later(delay, self._send, answer)

    def _send(self, answer: bytes) -> None:
        if self._transport is not None and not self._transport.is_closing():
            self._transport.write(answer)
            self._transport.close()

    def _close(self) -> None:
        if self._transport is not None:
            self._transport.close()


def _answers(count: int) -> dict[bytes, tuple[float, bytes]]:
    """By path: seconds to wait and the whole answer; "" is for all other paths."""
    found = {b"": (0.0, _answer(404)), b"/robots.txt": (0.0, _answer(200, _ROBOTS, "Content-Type: text/plain"))}
    for number in range(count):
        status, delay = pages.status(number), pages.latency(number)
        path = f"/page/{number}".encode()
        if not pages.is_live(number):
            found[path] = delay, _answer(status)
            continue
        body, is_gzip = pages.encoded(number)
        coding = ["Content-Encoding: gzip"] if is_gzip else []
        article = _answer(200, body, "Content-Type: text/html; charset=utf-8", "Vary: Accept-Encoding", *coding)
        if status == 200:
            found[path] = delay, article
        else:
            found[path] = delay, _answer(status, b"", f"Location: /moved/{number}")
            found[f"/moved/{number}".encode()] = delay, article
    return found


def _answer(status: int, body: bytes = b"", *headers: str) -> bytes:
    """Every connection is closed after its answer: the hosts differ, so nobody could use it again."""
    lines = [
        f"HTTP/1.1 {status} Status",
        "Server: origin",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode() + body


async def _serve(count: int, hang_seconds: float) -> None:
    loop = asyncio.get_running_loop()
    answers = _answers(count)
    first, *others = [host(number) for number in range(count)]

    def exchange() -> _Exchange:
        return _Exchange(loop, answers, hang_seconds)

    server = await loop.create_server(exchange, first, 0, backlog=_BACKLOG)
    port = server.sockets[0].getsockname()[1]
    for start in range(0, len(others), 500):
        await loop.create_server(exchange, others[start : start + 500], port, backlog=_BACKLOG)
    print(port, flush=True)
    ended = asyncio.Event()
    loop.add_reader(sys.stdin.fileno(), ended.set)
    await ended.wait()


def main(count: int, hang_seconds: float) -> None:
    """Serve until standard input ends."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = 2 * count + 1_000
    if most != resource.RLIM_INFINITY and most < wanted:
        raise BenchmarkError(f"{wanted} open files are needed and {most} allowed: raise `ulimit -Hn`, or use --short.")
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))
    asyncio.run(_serve(count, hang_seconds))


if __name__ == "__main__":
    main(int(sys.argv[1]), float(sys.argv[2]))
