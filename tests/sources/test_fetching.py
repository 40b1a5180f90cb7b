"""The door outward: what it returns, what it follows, what it takes from callers and surroundings."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError
from pathlib import Path

import pytest

from sources.fetching import Egress, Fetched, FetchError, Limits, Refused
from tests.sources.loopback import (
    AGENT,
    Origin,
    Visit,
    answer,
    egress,
    redirect,
)

SERVERS = Callable[..., Origin]


def test_an_answer_comes_with_all_that_an_archive_needs(serve: SERVERS) -> None:
    origin = serve(answer(gzip.compress(b"Hello"), "Content-Encoding: gzip", "X-Twice: 1", "X-Twice: 2"))

    fetched = egress(origin).fetch(origin.url("/a/../b?x=%7e#top"), headers={"If-None-Match": '"1"'})

    assert fetched.requested_url == origin.url("/a/../b?x=%7e#top")
    assert fetched.final_url == origin.url("/b?x=~")
    assert (fetched.status, fetched.reason, fetched.http_version) == (200, "OK", "HTTP/1.1")
    assert (gzip.decompress(fetched.wire), fetched.body) == (b"Hello", b"Hello")
    assert (fetched.truncated, fetched.cut, fetched.hops) == (False, "", ())
    assert fetched.address == "127.0.0.1"
    assert fetched.header("x-twice") == "1"
    assert [value for name, value in fetched.headers if name == "X-Twice"] == ["1", "2"]
    assert fetched.header("absent") is None
    assert 0 < fetched.elapsed_seconds < 1
    head = "".join(f"{name}: {value}\r\n" for name, value in fetched.request_headers)
    assert origin.requests == [f"GET /b?x=~ HTTP/1.1\r\n{head}\r\n".encode()]
    assert fetched.request_headers == (
        ("Host", f"127.0.0.1:{origin.port}"),
        ("User-Agent", AGENT),
        ("Accept", "*/*"),
        ("Accept-Encoding", "gzip, deflate, br"),
        ("Connection", "close"),
        ("If-None-Match", '"1"'),
    )


def test_a_conditional_request_gets_its_304_as_a_whole_answer(serve: SERVERS) -> None:
    def script(visit: Visit) -> None:
        is_known = b'If-None-Match: "1"\r\n' in visit.request
        unchanged = answer(b"", 'ETag: "1"', "Content-Length: 5000", status="304 Not Modified", length=False)
        visit.send(unchanged if is_known else answer(b"Hello", 'ETag: "1"', "Last-Modified: x"))

    origin = serve(script)
    rules = egress(origin)

    first = rules.fetch(origin.url())
    again = rules.fetch(origin.url(), headers={"If-None-Match": first.header("etag"), "If-Modified-Since": "x"})

    assert (first.status, first.body) == (200, b"Hello")
    assert (again.status, again.wire, again.body, again.truncated, again.cut) == (304, b"", b"", False, "")
    assert again.header("ETag") == '"1"'
    assert ("If-None-Match", '"1"') in again.request_headers


def test_a_condition_does_not_follow_to_another_origin(serve: SERVERS) -> None:
    """There, the same tag could belong to something else."""
    other = serve(answer(b"there"))
    origin = serve(redirect(other.url()))

    fetched = egress(origin, other).fetch(origin.url(), headers={"If-None-Match": '"1"'})

    assert fetched.body == b"there"
    assert [b"If-None-Match" in request for request in origin.requests + other.requests] == [True, False]


def test_webhooks_are_posted_and_get_a_redirect_as_their_answer(serve: SERVERS) -> None:
    origin = serve(redirect("/elsewhere", "307 Temporary Redirect"))

    fetched = egress(origin).fetch(origin.url("/hook"), method="POST", body=b"{}", headers={"accept": "a/b"})

    assert (fetched.status, fetched.hops, fetched.cut) == (307, (), "unread")
    assert fetched.header("Location") == "/elsewhere"
    assert origin.connections == 1
    assert origin.requests[0].startswith(b"POST /hook HTTP/1.1\r\n")
    assert b"Content-Length: 2\r\n" in origin.requests[0]
    assert origin.requests[0].count(b"ccept: ") == 1
    assert origin.requests[0].endswith(b"\r\n\r\n{}")


def test_a_post_without_a_body_says_so(serve: SERVERS) -> None:
    origin = serve(answer(b"ok"))

    assert egress(origin).fetch(origin.url(), method="POST").body == b"ok"
    assert b"Content-Length: 0\r\n" in origin.requests[0]


@pytest.mark.parametrize(
    ("method", "head", "expected"),
    [
        ("HEAD", answer(b"", "Content-Length: 5", "Content-Encoding: gzip, gzip", length=False), (200, b"")),
        ("GET", answer(b"", "Content-Encoding: gzip", status="304 Not Modified"), (304, b"")),
        ("GET", answer(b"", status="204 No Content", length=False), (204, b"")),
        ("GET", answer(b"choose", "Location: /x", status="300 Multiple Choices"), (300, b"choose")),
        ("GET", answer(b"", "Content-Encoding: gzip"), (200, b"")),
        ("GET", b"HTTP/1.0 404 Not Found\r\n\r\nno", (404, b"no")),
    ],
)
def test_answers_that_are_whole(serve: SERVERS, method: str, head: bytes, expected: tuple[int, bytes]) -> None:
    origin = serve(head)

    fetched = egress(origin).fetch(origin.url(), method=method)

    assert (fetched.status, fetched.body) == expected
    assert (fetched.truncated, fetched.hops) == (False, ())


def test_a_redirect_without_a_location_is_an_answer_with_an_unread_body(serve: SERVERS) -> None:
    origin = serve(answer(b"lost", "Location: ", status="302 Found"))

    fetched = egress(origin).fetch(origin.url())

    assert (fetched.status, fetched.body, fetched.cut, fetched.truncated) == (302, b"", "unread", True)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_followed_and_recorded(serve: SERVERS, status: int) -> None:
    def script(visit: Visit) -> None:
        visit.send(answer(b"there") if visit.path == "/b%20c" else redirect("b c#x", f"{status} Moved"))

    origin = serve(script)

    fetched = egress(origin).fetch(origin.url("/a"))

    assert (fetched.body, fetched.final_url) == (b"there", origin.url("/b%20c"))
    (hop,) = fetched.hops
    assert (hop.url, hop.status, hop.location, hop.address) == (
        origin.url("/a"),
        status,
        "b c#x",
        "127.0.0.1",
    )
    assert ("Location", "b c#x") in hop.headers


def test_five_redirects_are_followed_and_the_sixth_refused_with_all_hops(serve: SERVERS) -> None:
    def script(visit: Visit) -> None:
        number = int(visit.path[1:])
        visit.send(answer(b"end") if number == 5 else redirect(f"/{number + 1}"))

    origin = serve(script)

    assert egress(origin).fetch(origin.url("/0")).body == b"end"
    with pytest.raises(Refused) as refused:
        egress(origin).fetch(origin.url("/-1"))
    assert refused.value.code == "redirects"
    assert [hop.url for hop in refused.value.hops] == [origin.url(f"/{number}") for number in range(-1, 5)]


def test_callers_headers_do_not_follow_to_another_origin(serve: SERVERS) -> None:
    other = serve(answer(b"there"))
    origin = serve(lambda visit: visit.send(redirect("/2") if visit.path == "/" else redirect(other.url())))

    egress(origin, other).fetch(origin.url(), headers={"Authorization": "Bearer secret", "Accept-Language": "de"})

    assert [b"secret" in request for request in origin.requests + other.requests] == [True, True, False]
    assert b"Accept-Language: de" in other.requests[0]


def test_no_proxy_cookie_or_password_of_the_environment_is_used(
    serve: SERVERS, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    canary = serve(answer(b"proxied"))
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, canary.url())
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login ana password secret\n")
    origin = serve(answer(b"ok", "Set-Cookie: a=1"))
    rules = egress(origin)

    rules.fetch(origin.url())
    rules.fetch(origin.url())

    assert canary.connections == 0
    assert origin.connections == 2
    assert not any(b"cookie" in request.lower() or b"uthoriz" in request for request in origin.requests)


@pytest.mark.parametrize(
    "arguments",
    [
        {"method": "PUT"},
        {"method": "GET\r\nX: 1"},
        {"body": b"x"},
        {"headers": {"Host": "other.example"}},
        {"headers": {"Cookie": "a=1"}},
        {"headers": {"X": "1\r\nY: 2"}},
        {"headers": {"X:": "1"}},
        {"headers": {"X": ""}},
    ],
)
def test_callers_cannot_write_the_message_themselves(serve: SERVERS, arguments: dict[str, object]) -> None:
    origin = serve(answer(b"ok"))

    with pytest.raises(ValueError, match=r"not one of|goes with POST|set by the egress|make a header"):
        egress(origin).fetch(origin.url(), **arguments)  # type: ignore[arg-type]
    assert origin.connections == 0


def test_the_rules_are_immutable_and_need_an_agent() -> None:
    with pytest.raises(FrozenInstanceError):
        egress().guard = False  # type: ignore[misc]
    with pytest.raises(ValueError, match="header"):
        Egress(user_agent="")


def test_fifty_fetches_at_once_do_not_disturb_each_other(serve: SERVERS) -> None:
    def script(visit: Visit) -> None:
        visit.wait(0.05)
        visit.send(redirect(f"/done{visit.path}") if "done" not in visit.path else answer(visit.path.encode()))

    origin = serve(script)
    rules = egress(origin, limits=Limits(deadline_seconds=10))

    with ThreadPoolExecutor(50) as pool:
        results: list[Fetched] = list(pool.map(lambda number: rules.fetch(origin.url(f"/{number}")), range(50)))

    assert [fetched.body for fetched in results] == [f"/done/{number}".encode() for number in range(50)]


def test_errors_tell_a_person_and_a_machine() -> None:
    with pytest.raises(FetchError) as error:
        egress().fetch("ftp://example.org/")

    assert (error.value.code, str(error.value)) == ("scheme", error.value.message)
