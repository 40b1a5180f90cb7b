"""The shared collection of addresses that lead inside: none may be dialled, straight or through a redirect.

It is read from the folder named by FACTCHECK_SHARED_DATA (../shared/data beside the repository by default).
"""

from __future__ import annotations

import json
import os
import socket
from ipaddress import ip_address, ip_network
from pathlib import Path

import pytest

from sources.fetching import Egress, FetchError, Limits, connecting
from tests.sources.loopback import Origin, answer

ROOT = Path(__file__).parents[2]
FOLDER = Path(os.environ.get("FACTCHECK_SHARED_DATA", ROOT.parent / "shared" / "data")) / "ssrf"
PUBLIC = "93.184.216.34"
REAL_DIAL = connecting.dial

pytestmark = pytest.mark.skipif(
    not (FOLDER / "vectors.jsonl").exists(),
    reason=f"THE SSRF VECTORS WERE NOT RUN: no {FOLDER}; name the data by FACTCHECK_SHARED_DATA",
)


@pytest.fixture(scope="module")
def vectors() -> list[str]:
    lines = (FOLDER / "vectors.jsonl").read_text().splitlines()
    return [json.loads(line)["url"] for line in lines]


def lenient_resolver(host: str) -> list[str]:
    """As a C library reads numbers; a name of the public is public, every other name leads inside."""
    try:
        return [socket.inet_ntoa(socket.inet_aton(host))]
    except (OSError, UnicodeEncodeError):
        return [PUBLIC] if host.endswith("public.example") else ["127.0.0.1"]


class Canaries:
    """Every forbidden address at once: dialling one counts, and is answered by one server."""

    def __init__(self, canary: Origin, origin: Origin | None, patch: pytest.MonkeyPatch) -> None:
        ranges = json.loads((FOLDER / "denied_ranges.json").read_text())["cidr"]
        self._denied = [ip_network(text) for text in ranges]
        self._canary = canary
        self._origin = origin
        self._dial = REAL_DIAL
        self.reached: set[str] = set()
        patch.setattr(connecting, "dial", self.dial)

    def dial(self, address: str, port: int, seconds: float) -> socket.socket:
        if self._origin and (address, port) == self._origin.pair:
            return self._dial(address, port, seconds)
        parsed = ip_address(address)
        if any(parsed.version == network.version and parsed in network for network in self._denied):
            self.reached.add(f"{address}:{port}")
            return self._dial("127.0.0.1", self._canary.port, seconds)
        raise ConnectionRefusedError("the tests stay on this machine")


def count_reached(urls: list[str], patch: pytest.MonkeyPatch, *, guard: bool, through_redirect: bool = False) -> int:
    location = b""

    def redirects(visit: object) -> None:
        head = b"HTTP/1.1 302 Found\r\nLocation: " + location + b"\r\nContent-Length: 0\r\n\r\n"
        visit.send(head)  # type: ignore[attr-defined]

    reached = 0
    with Origin(answer(b"canary")) as canary, Origin(redirects) as origin:
        canaries = Canaries(canary, origin, patch)
        egress = Egress(
            user_agent="Factcheck-tests/1",
            allow=frozenset({origin.pair}),
            ports=frozenset(range(1, 65_536)),
            limits=Limits(deadline_seconds=2),
            resolve=lenient_resolver,
            guard=guard,
        )
        for url in urls:
            location = url.encode()
            canaries.reached.clear()
            try:
                egress.fetch(origin.url() if through_redirect else url)
            except FetchError:
                pass
            reached += bool(canaries.reached)
    return reached


@pytest.mark.parametrize("through_redirect", [False, True], ids=["straight", "redirect"])
def test_no_vector_reaches_a_canary_and_the_control_does(
    vectors: list[str], monkeypatch: pytest.MonkeyPatch, through_redirect: bool
) -> None:
    guarded = count_reached(vectors, monkeypatch, guard=True, through_redirect=through_redirect)
    control = count_reached(vectors, monkeypatch, guard=False, through_redirect=through_redirect)

    assert len(vectors) >= 500
    assert guarded == 0
    assert control > 200
