"""Rate limits: exact under load, told on every answer, and never in the way when Redis is down."""

import threading
import time
from collections import Counter as Tally
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from redis import Redis
from structlog.testing import capture_logs

from partners import throttling
from partners.scopes import Scope
from tests.partners.conftest import with_key

VERDICTS = "/api/v1/verdicts/"
NOBODY = "00000000-0000-7000-8000-000000000000"


class InMemory:
    """A counter without Redis, for what the views do with its numbers."""

    def __init__(self) -> None:
        self.counts: Tally[str] = Tally()

    def count(self, name: str) -> tuple[int, int] | None:
        self.counts[name] += 1
        return self.counts[name], 41_500


@pytest.fixture
def counts(monkeypatch: pytest.MonkeyPatch) -> Tally[str]:
    counter = InMemory()
    monkeypatch.setattr(throttling, "counter", lambda: counter)
    return counter.counts


# --- What callers are told -----------------------------------------------------------------------------


def test_every_answer_tells_the_limit(db: None, counts: Tally[str], settings: Any) -> None:
    settings.RATE_ANONYMOUS_PER_MINUTE = 100
    client = Client()
    answers = [
        client.get(VERDICTS),
        client.get("/api/"),
        client.get("/api/schema/"),
        client.get("/api/docs/"),
        client.get(f"/api/v1/verdicts/{NOBODY}/"),
        client.get("/api/v1/verdicts/x/"),
        client.get(VERDICTS, {"nonsense": 1}),
        client.get(VERDICTS, headers={"Accept": "text/html"}),
        client.post(VERDICTS),
        client.get("/api/v1/claims/"),
        client.get(VERDICTS, headers={"Authorization": "Api-Key a.b"}),
        client.get("/api/nothing/"),
    ]

    assert [answer.status_code for answer in answers] == [
        200, 200, 200, 200, 404, 400, 400, 406, 405, 401, 401, 404,
    ]  # fmt: skip
    for answer in answers:
        assert answer["RateLimit-Limit"] == "100"
        assert 0 <= int(answer["RateLimit-Remaining"]) < 100
        assert answer["RateLimit-Reset"] == "42"


def test_beyond_the_limit_there_is_a_429(db: None, counts: Tally[str], settings: Any) -> None:
    settings.RATE_ANONYMOUS_PER_MINUTE = 3
    client = Client()

    answers = [client.get(VERDICTS) for _ in range(5)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429, 429]
    assert [answer["RateLimit-Remaining"] for answer in answers] == ["2", "1", "0", "0", "0"]
    last = answers[-1]
    assert last["Retry-After"] == "42"
    assert last["Content-Type"] == "application/problem+json"
    assert last.json()["type"].endswith("/problems/rate-limited")


def test_keys_and_addresses_are_counted_apart_and_by_route(
    give_key: Callable[..., str], counts: Tally[str], settings: Any
) -> None:
    settings.RATE_KEY_PER_MINUTE = 7
    one, other = with_key(give_key(Scope.VERDICTS_READ)), with_key(give_key(Scope.VERDICTS_READ))

    answer = one.get(VERDICTS)
    other.get(VERDICTS)
    one.get("/api/v1/changes/")
    Client().get(VERDICTS)
    Client().get(VERDICTS, REMOTE_ADDR="192.0.2.9")

    assert answer["RateLimit-Limit"] == "7"
    assert sorted(counts.values()) == [1, 1, 1, 1, 1]


def test_wrong_keys_are_counted_by_address(db: None, counts: Tally[str], settings: Any) -> None:
    settings.RATE_ANONYMOUS_PER_MINUTE = 2

    answers = [with_key(f"fck_00000000000{n}.x").get(VERDICTS).status_code for n in range(4)]

    assert answers == [401, 401, 429, 429]


def test_a_forwarded_address_is_not_believed(db: None, counts: Tally[str]) -> None:
    for n in range(3):
        Client().get(VERDICTS, headers={"X-Forwarded-For": f"192.0.2.{n}", "Forwarded": f"for=192.0.2.{n}"})

    assert list(counts.values()) == [3]


@pytest.mark.parametrize(
    ("address", "stands_for"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::"),
        ("fe80::1%eth0", "fe80::"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("", "unknown"),
        ("unix:", "unknown"),
    ],
)
def test_whom_an_address_stands_for(address: str, stands_for: str) -> None:
    assert throttling.network(address) == stands_for


# --- Without Redis -------------------------------------------------------------------------------------


def test_without_redis_requests_are_served_and_it_is_logged_once(client: Client, db: None) -> None:
    with capture_logs() as logs:
        answers = [client.get(VERDICTS) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert "RateLimit-Limit" not in answers[0]
    assert [entry["log_level"] for entry in logs if "rate limits" in entry["event"]] == ["warning"]


def test_a_redis_that_is_down_is_left_alone_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    class Down:
        def pipeline(self, **options: Any) -> Any:
            asked.append(1)
            raise throttling.RedisError("down")

    counter = throttling.Counter("unix:///none")
    counter._redis = Down()  # type: ignore[assignment]
    now = [100.0]
    monkeypatch.setattr(throttling.time, "monotonic", lambda: now[0])

    for _ in range(3):
        assert counter.count("x") is None
    now[0] += throttling.REST_SECONDS
    counter.count("x")

    assert len(asked) == 2


def test_a_redis_that_hangs_costs_little(db: None, client: Client, settings: Any) -> None:
    """A port that accepts and never answers: one short wait, then none."""
    import socket

    with socket.create_server(("127.0.0.1", 0)) as silent:
        location = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": location}}
        began = time.monotonic()
        answers = [client.get(VERDICTS).status_code for _ in range(3)]

    assert answers == [200, 200, 200]
    assert time.monotonic() - began < 3


# --- With Redis ----------------------------------------------------------------------------------------

LIMIT = 100
THREADS = 8
EACH = 40


class GetThenSet:
    """The control: how throttles count that read the number, add one and write it back."""

    def __init__(self, location: str) -> None:
        self.redis = Redis.from_url(location)

    def count(self, name: str) -> tuple[int, int]:
        key = f"factcheck:rate:{name}"
        used = int(self.redis.get(key) or 0) + 1
        self.redis.set(key, used, ex=60)
        return used, 60_000


def let_through(counter: Any) -> int:
    """How many of 8 × 40 calls at once stay within the limit."""
    start = threading.Barrier(THREADS)
    passed: list[int] = []

    def call() -> None:
        start.wait()
        passed.append(sum(counter.count("test")[0] <= LIMIT for _ in range(EACH)))

    threads = [threading.Thread(target=call) for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(passed)


@pytest.mark.postgresql
def test_exactly_the_limit_is_let_through_under_eight_threads(redis: str) -> None:
    assert let_through(throttling.Counter(redis)) == LIMIT


@pytest.mark.postgresql
def test_control_get_then_set_lets_more_through(redis: str) -> None:
    assert let_through(GetThenSet(redis)) > LIMIT


@pytest.mark.postgresql
def test_a_window_ends_by_itself_and_is_not_lengthened(redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttling, "WINDOW_MS", 300)
    counter = throttling.Counter(redis)

    first = counter.count("short")
    time.sleep(0.15)
    second = counter.count("short")
    time.sleep(0.2)
    third = counter.count("short")

    assert [counted[0] for counted in (first, second, third) if counted] == [1, 2, 1]
    assert second is not None
    assert second[1] <= 160


@pytest.mark.postgresql
def test_the_limit_holds_over_http(client: Client, db: None, redis: str, settings: Any) -> None:
    settings.RATE_ANONYMOUS_PER_MINUTE = 3

    answers = [client.get(VERDICTS) for _ in range(4)]

    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert 55 <= int(answers[0]["RateLimit-Reset"]) <= 60
    assert answers[3]["Retry-After"] == answers[3]["RateLimit-Reset"]
