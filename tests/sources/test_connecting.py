"""Looking a name up and connecting to it, in time and within bounds."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Sequence

import pytest

from sources.fetching import Limits, Unreachable, connecting, resolving
from sources.fetching.resolving import resolve_within, system_resolver
from tests.sources.loopback import PUBLIC, Origin, answer, egress, only_loopback_connects

SERVERS = Callable[..., Origin]


def test_the_system_resolver_knows_this_machine() -> None:
    assert set(system_resolver("localhost")) <= {"127.0.0.1", "::1"}
    assert len(system_resolver("127.0.0.1")) == 1


@pytest.mark.parametrize(
    "resolve",
    [
        lambda host: [],
        lambda host: (_ for _ in ()).throw(socket.gaierror(-2, "Name or service not known")),
        lambda host: threading.Event().wait(1.5) or [PUBLIC],
    ],
    ids=["nothing", "unknown", "hanging"],
)
def test_a_name_without_an_answer_is_unreachable_in_time(resolve: Callable[[str], Sequence[str]]) -> None:
    began = time.monotonic()

    with pytest.raises(Unreachable) as unreachable:
        egress(resolve=resolve, limits=Limits(deadline_seconds=0.3)).fetch("http://unknown.example/")

    assert unreachable.value.code == "dns"
    assert time.monotonic() - began < 1


def test_a_fault_of_the_resolver_is_not_hidden() -> None:
    def broken(host: str) -> Sequence[str]:
        raise KeyError(host)

    with pytest.raises(KeyError):
        egress(resolve=broken).fetch("http://public.example/")


def test_look_ups_that_hang_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(resolving, "_slots", threading.BoundedSemaphore(1))
    release = threading.Event()
    with pytest.raises(TimeoutError):
        resolve_within(lambda host: release.wait(5) and [], "a.example", 0.05)

    with pytest.raises(TimeoutError, match="too many"):
        resolve_within(lambda host: [PUBLIC], "b.example", 0.05)

    release.set()
    assert resolve_within(lambda host: [PUBLIC], "b.example", 1) == (PUBLIC,)


def test_a_look_up_without_a_thread_is_unreachable_and_keeps_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    slots = threading.BoundedSemaphore(1)
    monkeypatch.setattr(resolving, "_slots", slots)

    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(Unreachable, match="no thread"):
            egress().fetch("http://public.example/")
    assert slots.acquire(blocking=False)


def test_the_next_address_is_tried_but_not_the_thousandth(serve: SERVERS, monkeypatch: pytest.MonkeyPatch) -> None:
    dialled = only_loopback_connects(monkeypatch)
    many = [f"93.184.{number // 250}.{number % 250 + 1}" for number in range(1_000)]

    with pytest.raises(Unreachable) as unreachable:
        egress(resolve=lambda host: many).fetch("http://many.example/")

    assert unreachable.value.code == "connect"
    assert dialled == many[:4]

    origin = serve(answer(b"second"))
    rules = egress(allow=frozenset({("localhost", origin.port)}), resolve=lambda host: ["127.0.0.2", "127.0.0.1"])

    assert rules.fetch(origin.url(host="localhost")).address == "127.0.0.1"


def test_a_closed_door_is_unreachable(serve: SERVERS) -> None:
    origin = serve(b"")
    origin.close()

    with pytest.raises(Unreachable) as unreachable:
        egress(origin).fetch(origin.url())

    assert unreachable.value.code == "connect"


def test_the_deadline_covers_connecting(monkeypatch: pytest.MonkeyPatch) -> None:
    def dial(address: str, port: int, seconds: float) -> socket.socket:
        time.sleep(seconds)
        raise TimeoutError("timed out")

    monkeypatch.setattr(connecting, "dial", dial)
    slow = Limits(connect_seconds=5, deadline_seconds=0.2)

    with pytest.raises(Unreachable) as unreachable:
        egress(limits=slow, resolve=lambda host: [PUBLIC]).fetch("http://slow.example/")
    assert unreachable.value.code == "timeout"

    impatient = Limits(connect_seconds=0.2, deadline_seconds=5)
    with pytest.raises(Unreachable) as unreachable:
        egress(limits=impatient, resolve=lambda host: [PUBLIC, "8.8.8.8"]).fetch("http://slow.example/")
    assert unreachable.value.code == "connect"
