"""What the door keeps out, each with a control twin that shows that it would have been reached."""

from __future__ import annotations

import ast
from collections.abc import Callable
from ipaddress import IPv4Address
from pathlib import Path

import pytest

from sources.fetching import Egress, Refused, Unreachable, connecting
from sources.fetching.addresses import forbidden
from tests.sources.loopback import (
    PUBLIC,
    Origin,
    answer,
    egress,
    only_loopback_connects,
    redirect,
)

OPEN_PORTS = frozenset(range(1, 65_536))
SERVERS = Callable[..., Origin]


@pytest.fixture
def canary(serve: SERVERS) -> Origin:
    """A server that nothing may reach: on loopback, on a port that is open, and not allowed."""
    return serve(answer(b"canary"))


def guarded_and_control(*allowed: Origin, **options: object) -> tuple[Egress, Egress]:
    rules: dict[str, object] = {"ports": OPEN_PORTS, **options}
    return egress(*allowed, **rules), egress(*allowed, guard=False, **rules)


def assert_kept_out(canary: Origin, url: str, guarded: Egress, control: Egress, code: str = "address") -> Refused:
    with pytest.raises(Refused) as refused:
        guarded.fetch(url)
    assert refused.value.code == code
    assert canary.connections == 0
    assert control.fetch(url).body == b"canary"
    assert canary.connections == 1
    return refused.value


def test_a_literal_address_is_kept_out(canary: Origin) -> None:
    assert_kept_out(canary, canary.url(), *guarded_and_control())


@pytest.mark.parametrize("host", ["0x7f.1", "127.1", "2130706433", "0177.0.0.1", "127.0.0.01", "①②⑦.1"])
def test_numbers_as_hosts_are_kept_out(canary: Origin, host: str) -> None:
    assert_kept_out(canary, canary.url(host=host), *guarded_and_control(), code="host")


@pytest.mark.parametrize("host", [str(IPv4Address(0)), "[::ffff:127.0.0.1]", "１２７.0.0.1"])
def test_other_spellings_of_loopback_are_kept_out(canary: Origin, host: str) -> None:
    assert_kept_out(canary, canary.url(host=host), *guarded_and_control())


def test_ipv6_loopback_is_kept_out(serve: SERVERS) -> None:
    canary = serve(answer(b"canary"), address="::1")

    assert_kept_out(canary, canary.url(host="[::1]"), *guarded_and_control())


def test_a_name_is_kept_out_by_its_address(canary: Origin) -> None:
    rules = guarded_and_control(resolve=lambda host: ["127.0.0.1"])

    assert_kept_out(canary, canary.url(host="public.example"), *rules)


def test_one_bad_answer_among_many_is_enough(canary: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    only_loopback_connects(monkeypatch)
    rules = guarded_and_control(resolve=lambda host: [PUBLIC, "127.0.0.1"])

    assert_kept_out(canary, canary.url(host="public.example"), *rules)


def test_a_closed_port_is_kept_out(canary: Origin) -> None:
    rules = (
        egress(resolve=lambda host: ["127.0.0.1"]),
        egress(resolve=lambda host: ["127.0.0.1"], guard=False),
    )

    assert_kept_out(canary, canary.url(host="public.example"), *rules, code="port")


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_redirect_to_a_forbidden_address_is_kept_out(
    serve: SERVERS, canary: Origin, status: int, method: str
) -> None:
    origin = serve(redirect(canary.url("/secret"), f"{status} Moved"))
    guarded, control = guarded_and_control(origin)

    with pytest.raises(Refused) as refused:
        guarded.fetch(origin.url(), method=method)
    assert refused.value.code == "address"
    assert [hop.location for hop in refused.value.hops] == [canary.url("/secret")]
    assert canary.connections == 0
    assert control.fetch(origin.url(), method=method).final_url == canary.url("/secret")
    assert canary.connections == 1


def test_a_name_that_rebinds_is_resolved_once_and_connected_to_the_checked_address(
    canary: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialled = only_loopback_connects(monkeypatch)
    answers = Rebinding([PUBLIC], ["127.0.0.1"])
    guarded, _ = guarded_and_control(resolve=answers)

    with pytest.raises(Unreachable) as unreachable:
        guarded.fetch(canary.url(host="rebind.example"))

    assert unreachable.value.code == "connect"
    assert (answers.asked, dialled, canary.connections) == (1, [PUBLIC], 0)


def test_control_twin_of_rebinding_a_check_apart_from_the_fetch_is_fooled(
    canary: Origin, monkeypatch: pytest.MonkeyPatch
) -> None:
    only_loopback_connects(monkeypatch)
    answers = Rebinding([PUBLIC], ["127.0.0.1"])
    _, control = guarded_and_control(resolve=answers)

    assert not any(forbidden(address) for address in answers("rebind.example"))
    assert control.fetch(canary.url(host="rebind.example")).body == b"canary"


def test_a_redirect_to_a_name_that_has_meanwhile_rebound_is_kept_out(serve: SERVERS, canary: Origin) -> None:
    origin = serve(redirect(canary.url(host="rebind.example")))
    guarded, control = guarded_and_control(origin, resolve=lambda host: ["127.0.0.1"])

    with pytest.raises(Refused):
        guarded.fetch(origin.url())
    assert canary.connections == 0
    assert control.fetch(origin.url()).body == b"canary"


def test_the_peer_that_accepted_is_judged_again(canary: Origin, monkeypatch: pytest.MonkeyPatch) -> None:
    """As when something on the way answers in a public address's name."""
    real = connecting.dial
    monkeypatch.setattr(connecting, "dial", lambda address, port, seconds: real("127.0.0.1", port, seconds))
    guarded, control = guarded_and_control(resolve=lambda host: [PUBLIC])

    with pytest.raises(Refused) as refused:
        guarded.fetch(canary.url(host="public.example"))
    assert refused.value.code == "address"
    assert canary.requests in ([], [b""])
    assert control.fetch(canary.url(host="public.example")).body == b"canary"


def test_an_allowed_name_leads_to_this_machine_only(monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = only_loopback_connects(monkeypatch)
    rules = egress(allow=frozenset({("localhost", 8901)}), resolve=lambda host: ["10.0.0.1"])

    with pytest.raises(Refused, match="allowed only on this machine"):
        rules.fetch("http://localhost:8901/")
    assert dialled == []


def test_an_allowed_pair_opens_no_other_port_and_no_other_spelling(serve: SERVERS, canary: Origin) -> None:
    origin = serve(answer(b"newsstand"))
    rules = egress(origin)

    assert rules.fetch(origin.url()).body == b"newsstand"
    for url in (canary.url(), origin.url(host="localhost"), origin.url(host="[::1]")):
        with pytest.raises(Refused):
            rules.fetch(url)
    assert canary.connections == 0


def test_an_allowed_name_is_reached(serve: SERVERS) -> None:
    origin = serve(answer(b"newsstand"))
    rules = egress(allow=frozenset({("localhost", origin.port)}))

    assert rules.fetch(origin.url(host="LOCALHOST")).body == b"newsstand"
    assert f"Host: localhost:{origin.port}".encode() in origin.requests[0]


@pytest.mark.parametrize(
    "pair",
    [
        ("example.org", 80),
        ("10.0.0.1", 80),
        ("::ffff:127.0.0.1", 80),
        ("127.0.0.1", 0),
        ("localhost", 65_536),
    ],
)
def test_only_loopback_can_be_allowed(pair: tuple[str, int]) -> None:
    with pytest.raises(ValueError, match="only loopback"):
        egress(allow=frozenset({pair}))


@pytest.mark.parametrize(
    "location", ["file:///etc/passwd", "gopher://127.0.0.1/", "http://a@127.0.0.1/", "http://127%2e0.0.1/"]
)
def test_a_redirect_to_what_no_caller_may_ask_is_refused_with_its_hop(serve: SERVERS, location: str) -> None:
    origin = serve(redirect(location))

    with pytest.raises(Refused) as refused:
        egress(origin).fetch(origin.url())

    assert [hop.location for hop in refused.value.hops] == [location]


def test_control_characters_in_a_location_are_refused_and_not_mended(serve: SERVERS) -> None:
    origin = serve(redirect("/a\x00b"))

    with pytest.raises(Refused) as refused:
        egress(origin).fetch(origin.url())

    assert refused.value.code == "characters"
    assert refused.value.hops[0].location == "/a b"


def test_a_refresh_is_not_a_redirect(serve: SERVERS, canary: Origin) -> None:
    page = f'<meta http-equiv="refresh" content="0;url={canary.url()}">'.encode()
    origin = serve(answer(page, f"Refresh: 0;url={canary.url()}"))

    assert egress(origin, canary).fetch(origin.url()).body == page
    assert canary.connections == 0


def test_the_guard_is_switched_off_nowhere_but_in_tests() -> None:
    root = Path(__file__).parents[2]
    apps = ("claims", "factcheck", "partners", "reviews", "sources")
    modules = [path for app in apps for path in (root / app).rglob("*.py")]
    keywords = {
        (path.name, node.arg)
        for path in modules
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.keyword)
    }

    assert ("egress.py", "limits") in keywords
    assert not [path for path, name in keywords if name == "guard"]


class Rebinding:
    """A resolver that answers differently each time, the last answer for ever."""

    def __init__(self, *answers: list[str]) -> None:
        self._answers = answers
        self.asked = 0

    def __call__(self, host: str) -> list[str]:
        self.asked += 1
        return self._answers[min(self.asked, len(self._answers)) - 1]
