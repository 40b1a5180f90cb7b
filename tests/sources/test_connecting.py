"""Looking a name up and connecting to it, in time and within bounds."""

from __future__ import annotations

import os
import socket
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest

from sources.fetching import Limits, Refused, Unreachable, connecting
from sources.fetching import egress as door
from sources.fetching.resolving import LookUps, system_resolver
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


def test_look_ups_that_hang_are_bounded() -> None:
    look_ups = LookUps(most=1)
    release = threading.Event()
    with pytest.raises(TimeoutError, match="too long"):
        look_ups.within(0.05, lambda host: release.wait(5) and [], "a.example")

    with pytest.raises(TimeoutError, match="too many"):
        look_ups.within(0.05, lambda host: [PUBLIC], "b.example")

    release.set()
    assert look_ups.within(1, lambda host: [PUBLIC], "b.example") == (PUBLIC,)


def test_waiting_for_a_slot_and_for_the_answer_is_one_wait() -> None:
    look_ups = LookUps(most=1)
    release = threading.Event()
    began = time.monotonic()
    with ThreadPoolExecutor(1) as pool:
        pool.submit(look_ups.within, 5, lambda host: release.wait(0.3) and [], "a.example")
        while look_ups._slots.acquire(blocking=False):  # until the first look-up is under way
            look_ups._slots.release()

        with pytest.raises(TimeoutError, match="too long"):
            look_ups.within(0.5, lambda host: release.wait(2) and [], "b.example")
        elapsed = time.monotonic() - began
        release.set()

    assert elapsed < 0.75


def test_one_thread_serves_look_ups_that_follow_each_other() -> None:
    look_ups = LookUps()
    threads: set[int] = set()

    for number in range(50):
        look_ups.within(5, lambda host: threads.add(threading.get_ident()) or [host], f"{number}.example")

    assert len(threads) == 1


def test_look_ups_at_once_do_not_wait_for_each_other() -> None:
    look_ups = LookUps()
    together = threading.Barrier(20)

    with ThreadPoolExecutor(20) as pool:
        asked = [
            pool.submit(look_ups.within, 5, lambda host: [f"{together.wait(5)}"], f"{number}.example")
            for number in range(20)
        ]

    assert sorted(int(question.result()[0]) for question in asked) == list(range(20))


def test_a_child_process_looks_up_with_threads_of_its_own() -> None:
    rules = egress(resolve=lambda host: ["10.0.0.1"])
    with pytest.raises(Refused):
        rules.fetch("http://warm.example/")
    reader, writer = os.pipe()

    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # from Python 3.12 on: a fork beside threads
        child = os.fork()
    if child == 0:
        try:
            rules.fetch("http://child.example/")
        except Refused as refused:
            os.write(writer, refused.code.encode())
        finally:
            os._exit(0)
    os.waitpid(child, 0)

    assert os.read(reader, 100) == b"address"
    os.close(reader)
    os.close(writer)


def test_a_look_up_without_a_thread_is_unreachable_and_keeps_no_slot(monkeypatch: pytest.MonkeyPatch) -> None:
    look_ups = LookUps(most=1)
    monkeypatch.setattr(door, "look_ups", look_ups)

    def no_thread(thread: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    with monkeypatch.context() as patched:
        patched.setattr(threading.Thread, "start", no_thread)
        with pytest.raises(Unreachable, match="no thread"):
            egress().fetch("http://public.example/")
    assert look_ups.within(1, lambda host: [PUBLIC], "public.example") == (PUBLIC,)


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


def test_a_peer_that_is_gone_before_it_is_looked_at_is_unreachable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connecting, "dial", lambda address, port, seconds: socket.socket())

    with pytest.raises(Unreachable) as unreachable:
        egress(resolve=lambda host: [PUBLIC]).fetch("http://gone.example/")

    assert unreachable.value.code == "connect"
