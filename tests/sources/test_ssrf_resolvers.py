"""Resolvers that lie: whatever a name server says, and however often it changes its mind, none but the public."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from ipaddress import IPv4Address, ip_address
from itertools import cycle

import pytest

from sources.fetching import Refused, Unreachable
from tests.sources.loopback import PUBLIC, QUICK, Canaries, Origin, answer, egress, only_loopback_connects

ANSWERS = (
    ["127.0.0.1"],
    [PUBLIC, "127.0.0.1"],
    ["127.0.0.1", PUBLIC],
    [PUBLIC, "::ffff:127.0.0.1"],
    ["::ffff:10.0.0.1"],
    ["::1"],
    ["fe80::1%eth0"],
    [PUBLIC, "fe80::1%1"],
    ["2606:4700::1%lo"],
    ["64:ff9b::7f00:1"],
    ["2002:7f00:1::"],
    [str(IPv4Address(0))],
    ["169.254.169.254"],
    ["fd00:ec2::254"],
    ["::127.0.0.1"],
    ["100.64.0.1"],
    ["127.1"],
    ["0x7f.0.0.1"],
    ["2130706433"],
    ["127.0.0.1 "],
    ["127.0.0.1\n"],
    ["１２７.0.0.1"],
    ["localhost"],
    [""],
    ["[::1]"],
    ["127.0.0.01"],
    [b"127.0.0.1"],
    [2130706433],
    [None],
    [IPv4Address("127.0.0.1")],
    [("127.0.0.1", 80)],
)


@pytest.mark.parametrize("answers", ANSWERS, ids=repr)
def test_whatever_a_resolver_says_only_a_public_address_is_dialled(
    answers: list[object], monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = only_loopback_connects(monkeypatch)

    with pytest.raises(Refused) as refused:
        egress(resolve=lambda host: answers).fetch("http://name.example/")

    assert refused.value.code == "address"
    assert dialled == []


# An attacker's name server: what it says to the first question, to the second, and so on for ever.
FLIPS = {
    "public, then inner": ([PUBLIC], ["127.0.0.1"]),
    "inner, then public": (["127.0.0.1"], [PUBLIC]),
    "mixed, either way round": ([PUBLIC, "127.0.0.1"], ["127.0.0.1", PUBLIC]),
    "mapped AAAA": ([PUBLIC], ["::ffff:127.0.0.1"], [PUBLIC, "::ffff:7f00:1"]),
    "a CNAME to an inner name": ([PUBLIC], ["10.0.0.5"], ["169.254.169.254"], ["127.0.0.1"]),
    "many public, one inner": ([PUBLIC] * 3, [PUBLIC, PUBLIC, "127.0.0.1"]),
}


class Rebinding:
    """A resolver that goes round its answers; `asked` counts."""

    def __init__(self, answers: Sequence[list[str]]) -> None:
        self._answers = cycle(answers)
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return next(self._answers)


def test_of_a_thousand_flips_none_reaches_a_canary(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = only_loopback_connects(monkeypatch)
    flips = 0

    for answers in FLIPS.values():
        resolve = Rebinding(answers)
        rules = egress(resolve=resolve)
        for _ in range(170):
            with pytest.raises((Refused, Unreachable)):
                rules.fetch("http://rebind.example/")
        assert resolve.asked == 170
        flips += resolve.asked

    assert flips > 1_000
    assert set(dialled) == {PUBLIC}


@pytest.mark.parametrize("name", FLIPS)
def test_control_twin_a_look_before_the_fetch_is_fooled(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As products do that resolve, look at the first answer, and leave the connecting to who resolves again."""
    resolve = Rebinding(FLIPS[name])
    unguarded = egress(resolve=resolve, guard=False)

    with Origin(answer(b"canary")) as canary:
        canaries = Canaries(canary, lambda address: not ip_address(address).is_global, monkeypatch)
        for _ in range(12):
            if resolve("rebind.example")[0] == PUBLIC:
                try:
                    unguarded.fetch("http://rebind.example/")
                except Unreachable:
                    continue

    assert canaries.reached


def test_what_a_server_says_about_itself_leads_nowhere(
    serve: Callable[..., Origin], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Headers that browsers act upon: a later fetch goes where it is told to go, in plain HTTP and without cookies."""
    canary = serve(answer(b"canary"))
    origin = serve(
        answer(
            b"ok",
            f'Alt-Svc: http/1.1="127.0.0.1:{canary.port}"; ma=3600',
            f"Refresh: 0; url={canary.url()}",
            f"Link: <{canary.url()}>; rel=preload, <{canary.url()}>; rel=canonical",
            f"Content-Location: {canary.url()}",
            f"Location: {canary.url()}",
            "Strict-Transport-Security: max-age=31536000; includeSubDomains",
            "Set-Cookie: a=1; Domain=127.0.0.1",
            "Clear-Site-Data: *",
        )
    )
    rules = egress(origin, canary, limits=QUICK)

    assert [rules.fetch(origin.url()).body for _ in range(2)] == [b"ok", b"ok"]
    assert canary.connections == 0
    assert not any(b"ookie" in request for request in origin.requests)
