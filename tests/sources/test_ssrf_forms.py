"""Inner addresses in every spelling we could think of, as an address and behind a redirect."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_address

import pytest

from sources.fetching import Egress, FetchError, Limits
from tests.sources.loopback import Canaries, Origin, Visit, answer, egress, read_leniently
from tests.sources.spellings import LOCATIONS, all_urls

OPEN_PORTS = frozenset(range(1, 65_536))


def is_inner(address: str) -> bool:
    """By the standard library's own tables, apart from ours: enough to tell a canary."""
    parsed = ip_address(address)
    return not parsed.is_global or address == "168.63.129.16" or ":" in address


class Redirecting:
    """A server that sends whoever comes to `location`, in the bytes that are given."""

    def __init__(self) -> None:
        self.location = b""

    def __call__(self, visit: Visit) -> None:
        visit.send(b"HTTP/1.1 302 Found\r\nLocation: " + self.location + b"\r\nContent-Length: 0\r\n\r\n")


def count_reached(urls: Sequence[bytes], patch: pytest.MonkeyPatch, *, guard: bool, straight: bool) -> int:
    script, reached = Redirecting(), 0
    with Origin(answer(b"canary")) as canary, Origin(script) as origin:
        canaries = Canaries(canary, is_inner, patch, origin)
        options = {
            "ports": OPEN_PORTS,
            "limits": Limits(deadline_seconds=0.2),
            "resolve": read_leniently,
            "guard": guard,
        }
        rules: Egress = egress(origin, **options)
        for url in urls:
            canaries.reached.clear()
            script.location = url
            try:
                rules.fetch(url.decode() if straight else origin.url("/a/b"))
            except FetchError:
                pass
            reached += bool(canaries.reached)
    return reached


@pytest.mark.parametrize("straight", [True, False], ids=["straight", "redirect"])
def test_no_spelling_reaches_a_canary_and_the_control_does(monkeypatch: pytest.MonkeyPatch, straight: bool) -> None:
    urls = [url.encode("utf-8", "surrogatepass") for url in all_urls()]

    guarded = count_reached(urls, monkeypatch, guard=True, straight=straight)
    control = count_reached(urls, monkeypatch, guard=False, straight=straight)

    assert len(urls) > 800
    assert guarded == 0
    assert control > 300


def test_no_odd_bytes_of_a_location_reach_a_canary_and_the_control_does(monkeypatch: pytest.MonkeyPatch) -> None:
    guarded = count_reached(LOCATIONS, monkeypatch, guard=True, straight=False)
    control = count_reached(LOCATIONS, monkeypatch, guard=False, straight=False)

    assert guarded == 0
    assert control > 15
