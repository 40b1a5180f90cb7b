"""Servers that misbehave: each leaves an outcome, in time and bounded memory, and harms no later fetch."""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import replace
from itertools import count

import pytest

from sources.fetching import Egress, Fetched, Limits, Refused, Unreachable, answers
from tests.sources.hostile import CHUNKED, CUT, GZIP, LIMITS, OK, UNREACHABLE, WHOLE, ZEROS, after, endlessly
from tests.sources.loopback import Origin, Visit, answer, redirect

QUICK = replace(LIMITS, deadline_seconds=0.3)
MEMORY = 64 * 2**20
GOOD = answer(b"<p>good</p>", "Content-Type: text/html")
SERVERS = Callable[..., Origin]


def fetch(origin: Origin, limits: Limits = LIMITS, path: str = "/") -> Fetched | Unreachable | Refused:
    rules = Egress(user_agent="Factcheck-tests/1", allow=frozenset({origin.pair}), limits=limits)
    began, memory = time.monotonic(), peak_memory()
    try:
        return rules.fetch(origin.url(path))
    except (Unreachable, Refused) as error:
        return error
    finally:
        assert time.monotonic() - began < limits.deadline_seconds + 1
        assert peak_memory() - memory < MEMORY


def peak_memory() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024


@pytest.mark.parametrize("name", UNREACHABLE)
def test_no_answer_is_unreachable_with_a_code(serve: SERVERS, name: str) -> None:
    script, code = UNREACHABLE[name]

    outcome = fetch(serve(script), QUICK if code == "timeout" else LIMITS)

    assert isinstance(outcome, Unreachable)
    assert outcome.code == code
    assert isinstance(fetch(serve(GOOD)), Fetched)


@pytest.mark.parametrize("name", CUT)
def test_an_answer_that_breaks_off_is_kept_and_marked(serve: SERVERS, name: str) -> None:
    script, cut, beginning = CUT[name]

    outcome = fetch(serve(script), QUICK if cut == "timeout" else LIMITS)

    assert isinstance(outcome, Fetched)
    assert outcome.truncated
    assert outcome.cut == cut or not cut
    assert outcome.body.startswith(beginning)
    assert len(outcome.wire) <= LIMITS.wire_bytes
    assert len(outcome.body) <= LIMITS.decoded_bytes
    assert isinstance(fetch(serve(GOOD)), Fetched)


@pytest.mark.parametrize("name", WHOLE)
def test_an_odd_answer_is_whole(serve: SERVERS, name: str) -> None:
    script, body = WHOLE[name]

    outcome = fetch(serve(script))

    assert isinstance(outcome, Fetched)
    assert not outcome.truncated
    assert outcome.body.startswith(body)
    assert not any(ord(character) < 32 for _, value in outcome.headers for character in value)


@pytest.mark.parametrize(
    "encoding", ["gzip, gzip", "gzip\r\nContent-Encoding: deflate", ", ".join(["gzip"] * 100), "zstd", "utf-8"]
)
def test_stacked_and_unasked_encodings_are_refused(serve: SERVERS, encoding: str) -> None:
    outcome = fetch(serve(answer(GZIP, f"Content-Encoding: {encoding}")))

    assert isinstance(outcome, Refused)
    assert outcome.code == "encoding"


def test_a_bomb_stays_within_the_default_limits(serve: SERVERS) -> None:
    limits = Limits(deadline_seconds=5)

    outcome = fetch(serve(answer(ZEROS, "Content-Encoding: gzip")), limits)

    assert isinstance(outcome, Fetched)
    assert (outcome.cut, len(outcome.body)) == ("decoded_bytes", 10_000_000)


def test_chunks_of_one_byte_do_not_keep_a_processor_busy(serve: SERVERS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers, "_CHUNKS", 1_000)

    outcome = fetch(serve(after(CHUNKED, endlessly(b"1\r\nA\r\n" * 500))))

    assert isinstance(outcome, Fetched)
    assert (outcome.cut, outcome.body) == ("protocol", b"A" * 1_000)


def test_the_body_of_a_redirect_is_never_read(serve: SERVERS) -> None:
    sent: list[int] = []

    def script(visit: Visit) -> None:
        if visit.path == "/end":
            visit.send(GOOD)
            return
        visit.send(OK.replace(b"200 OK", b"302 Found") + b"Location: /end\r\nContent-Encoding: gzip\r\n\r\n")
        for number in count():
            visit.send(b"A" * 65_536)
            sent.append(number)

    outcome = fetch(serve(script))

    assert isinstance(outcome, Fetched)
    assert outcome.body == b"<p>good</p>"
    assert len(sent) < 200  # what fits the kernel's buffers; the connection is closed


def test_a_loop_of_two_ends_after_five_redirects(serve: SERVERS) -> None:
    origin = serve(lambda visit: visit.send(redirect("/b" if visit.path == "/a" else "/a")))

    outcome = fetch(origin, path="/a")

    assert isinstance(outcome, Refused)
    assert (outcome.code, len(outcome.hops), origin.connections) == ("redirects", 6, 6)


def test_one_deadline_covers_a_chain_of_slow_redirects(serve: SERVERS) -> None:
    def script(visit: Visit) -> None:
        visit.wait(0.2)
        visit.send(redirect("/next"))

    outcome = fetch(serve(script), QUICK)

    assert isinstance(outcome, Unreachable)
    assert outcome.code == "timeout"
    assert 1 <= len(outcome.hops) <= 2


def test_a_peer_that_does_not_take_the_request_ends_with_the_deadline(serve: SERVERS) -> None:
    origin = serve(lambda visit: visit.wait(5), reads=False)
    rules = Egress(user_agent="Factcheck-tests/1", allow=frozenset({origin.pair}), limits=QUICK)

    with pytest.raises(Unreachable) as unreachable:
        rules.fetch(origin.url(), method="POST", body=bytes(30_000_000))

    assert unreachable.value.code == "timeout"
