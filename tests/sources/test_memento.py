"""Looking for an archived copy by Memento, against the archive of `web_archive.py`, which plays RFC 7089."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from sources.fetching import Egress
from sources.fetching.exchanges import first_header
from sources.outside_archives import memento
from sources.outside_archives.answers import Answer, Held, NotNow, Refusal, Trouble
from sources.outside_archives.links import Link, http_date, links
from sources.outside_archives.memento import look_up
from tests.sources.loopback import QUICK, Origin, Visit, answer, redirect
from tests.sources.web_archive import Archive, Copy, too_many

SERVERS = Callable[..., Origin]
PAGE = "https://example.org/news/notice?id=7&x=a%20b"
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def day(number: int) -> datetime:
    return datetime(2026, 1, number, 12, 30, 15, tzinfo=UTC)


@pytest.fixture
def archive() -> Archive:
    return Archive({PAGE: [Copy(day(number)) for number in (2, 10, 20)]})


def asked(origin: Origin, *, near: datetime | None = None, url: str = PAGE) -> Answer:
    egress = Egress(user_agent="FactcheckBot/1.0", allow=frozenset({origin.pair}), limits=QUICK)
    return look_up(egress, origin.url("/web/"), url, near=near, at=AT)


def copy_of(origin: Origin, at: datetime, detail: str = "") -> Held:
    return Held(origin.url(f"/web/{at:%Y%m%d%H%M%S}/{PAGE}"), at, detail)


@pytest.mark.parametrize("style", ["302", "200"])
@pytest.mark.parametrize(
    ("near", "expected"),
    [(day(11), day(10)), (day(1), day(2)), (AT, day(20)), (None, day(20)), (day(19).astimezone(UTC), day(20))],
)
def test_the_copy_nearest_to_a_time_is_found(
    serve: SERVERS, archive: Archive, style: str, near: datetime | None, expected: datetime
) -> None:
    archive.style = style
    origin = serve(archive)
    assert asked(origin, near=near) == copy_of(origin, expected)
    assert all(request.startswith(b"HEAD ") for request in origin.requests), "no page is downloaded for its address"
    assert origin.requests[0].split(b" ")[1].decode() == f"/web/{PAGE}"


def test_the_time_is_asked_for_in_gmt(serve: SERVERS, archive: Archive) -> None:
    origin = serve(archive)
    asked(origin, near=day(11).astimezone(datetime.strptime("+0530", "%z").tzinfo))
    assert b"Accept-Datetime: Sun, 11 Jan 2026 12:30:15 GMT\r\n" in origin.requests[0]


def test_a_date_on_the_timegates_own_redirect_does_not_make_it_the_copy(serve: SERVERS, archive: Archive) -> None:
    archive.date_on_redirect = True
    origin = serve(archive)
    assert asked(origin, near=day(9)) == copy_of(origin, day(10))


def test_the_copy_of_a_redirect_is_that_redirect(serve: SERVERS, archive: Archive) -> None:
    archive.copies[PAGE].append(Copy(AT, "301 Moved Permanently", f"/web/{day(20):%Y%m%d%H%M%S}/{PAGE}"))
    origin = serve(archive)
    assert asked(origin) == copy_of(origin, AT, "It is the copy of a redirect.")


def test_a_page_that_was_never_archived_is_a_definite_no(serve: SERVERS) -> None:
    assert asked(serve(Archive())) == Refusal("The archive has no copy of this address.")


def test_an_error_page_is_no_copy_and_the_newest_older_one_is_taken(serve: SERVERS, archive: Archive) -> None:
    archive.copies[PAGE] += [Copy(day(25), "404 Not Found"), Copy(day(30), "404 Not Found")]
    origin = serve(archive)
    found = asked(origin, near=day(24))
    assert found == copy_of(origin, day(20), "The nearest copy was of an error page; this one is older.")
    assert [request.split(b" ")[0] for request in origin.requests] == [b"HEAD", b"HEAD", b"GET", b"HEAD"]


NOTHING_OLDER = "The nearest copy, of 2026-01-25, is of an error page; no older one was found."


@pytest.mark.parametrize(
    "copies",
    [
        [Copy(day(25), "404 Not Found"), Copy(day(27))],
        [Copy(day(25), "404 Not Found"), Copy(day(24), "503 Service Unavailable")],
    ],
    ids=["none is older", "the older one is an error, too"],
)
def test_error_pages_alone_are_no_copy(serve: SERVERS, copies: list[Copy]) -> None:
    assert asked(serve(Archive({PAGE: copies})), near=day(25)) == Refusal(NOTHING_OLDER)


@pytest.mark.parametrize("timemap", ["", "; rel=timemap"], ids=["not named", "not there"])
def test_without_a_timemap_an_error_page_is_no_copy(serve: SERVERS, timemap: str) -> None:
    def play(visit: Visit) -> None:
        if visit.path.startswith("/timemap"):
            visit.send(answer(b"", status="500 Oh"))
        elif visit.path.startswith("/web/"):
            visit.send(redirect("/copy"))
        else:
            lines = ["Memento-Datetime: Sun, 25 Jan 2026 12:30:15 GMT", f"Link: </timemap>{timemap}"]
            visit.send(answer(b"", *lines, status="404 Not Found"))

    assert asked(serve(play)) == Refusal(NOTHING_OLDER)


# --- Archives that cannot or will not ---


@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (too_many("120"), NotNow("The archive answered 429 Too Many Requests.", timedelta(minutes=2))),
        (
            too_many("Mon, 02 Mar 2026 09:10:00 GMT"),
            NotNow("The archive answered 429 Too Many Requests.", timedelta(minutes=10)),
        ),
        (too_many(""), NotNow("The archive answered 429 Too Many Requests.", timedelta(minutes=5))),
        (
            answer(b"", "Retry-After: 60", status="503 Busy"),
            NotNow("The archive answered 503 Busy.", timedelta(minutes=1)),
        ),
        (answer(b"", status="503 Busy"), Trouble("The archive answered 503 Busy.", is_down=True)),
        (answer(b"", status="403 Excluded"), Refusal("The archive answered 403 Excluded.")),
        (answer(b"", status="410 Gone"), Refusal("The archive has no copy of this address.")),
        (answer(b"", status="405 Method Not Allowed"), Refusal("The archive answered 405 Method Not Allowed.")),
    ],
)
def test_what_an_archive_answers_instead_of_a_copy(serve: SERVERS, script: bytes, expected: Answer) -> None:
    assert asked(serve(script)) == expected


def test_a_copy_that_cannot_be_opened_now_is_asked_for_again(serve: SERVERS, archive: Archive) -> None:
    def play(visit: Visit) -> None:
        if visit.number == 2:
            archive.busy.append(answer(b"", status="504 Gateway Timeout"))
        archive(visit)

    assert asked(serve(play)) == Trouble("The archive answered 504 Gateway Timeout.", is_down=True)


def test_an_archive_that_does_not_answer_is_trouble(serve: SERVERS) -> None:
    found = asked(serve(lambda visit: visit.wait(5)))
    assert isinstance(found, Trouble)
    assert found.is_down
    assert found.detail.startswith("timeout: ")


def test_an_address_that_is_no_timegate_is_told_as_a_setting(serve: SERVERS) -> None:
    origin = serve(answer(b"Hello"))
    assert asked(origin) == Refusal(
        f"{origin.url('/web/')}{PAGE} does not answer as a Memento archive. Check FACTCHECK_MEMENTO_TIMEGATE."
    )


@pytest.mark.parametrize(
    "location", ["http://10.0.0.1/web/2026/x", "http://169.254.169.254/", "ftp://archive.example/x"]
)
def test_a_copy_at_an_address_that_we_refuse_is_none(serve: SERVERS, location: str) -> None:
    found = asked(serve(redirect(location)))
    assert isinstance(found, Refusal)


NAMED = "Memento-Datetime: Sat, 10 Jan 2026 12:30:15 GMT"


@pytest.mark.parametrize(
    ("lines", "path"),
    [
        ([f"{NAMED}", "Content-Location: /web/20260110123015/x"], "/web/20260110123015/x"),
        ([f"{NAMED}", 'Link: </web/1/x>; rel="first memento"; datetime="Sat, 10 Jan 2026 12:30:15 GMT"'], "/web/1/x"),
        ([f"{NAMED}", "Content-Location: https://elsewhere.example/x"], None),
        ([f"{NAMED}", "Content-Location: javascript:alert(1)"], None),
        ([f"{NAMED}", "Content-Location: //10.0.0.1/x"], None),
        ([f"{NAMED}", 'Link: </web/1/x>; rel=memento; datetime="Sun, 11 Jan 2026 12:30:15 GMT"'], None),
        ([f"{NAMED}"], None),
    ],
)
def test_a_timegate_that_answers_itself_must_name_a_lasting_address_of_its_own(
    serve: SERVERS, lines: list[str], path: str | None
) -> None:
    """People are sent there: an address that was neither visited nor lies at the archive is not taken on trust."""
    origin = serve(answer(b"page", *lines))
    expected: Answer = Refusal("The archive has a copy, but names no lasting address for it.")
    assert asked(origin) == (Held(origin.url(path), day(10)) if path else expected)


def test_control_on_trust_people_would_be_sent_elsewhere(serve: SERVERS, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        memento, "_named_address", lambda timegate, copy: first_header(copy.headers, "content-location")
    )
    found = asked(serve(answer(b"page", NAMED, "Content-Location: https://elsewhere.example/x")))
    assert found == Held("https://elsewhere.example/x", day(10))


def test_a_copy_has_its_address_in_canonical_form(serve: SERVERS) -> None:
    script = answer(b"", NAMED, "Content-Location: /web/./1/a b/../%7euser#top")
    origin = serve(script)
    assert asked(origin) == Held(origin.url("/web/1/~user"), day(10))


def test_a_page_whose_address_is_too_long_for_the_archive_is_refused(serve: SERVERS) -> None:
    found = asked(serve(Archive()), url="https://example.org/" + "x" * 2_020)
    assert isinstance(found, Refusal)
    assert "too_long" in found.detail


# --- Links ---


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('<http://a/>; rel="original"', [("http://a/", {"original"}, None)]),
        ("<a>;rel=memento", [("a", {"memento"}, None)]),
        ('<a>; rel="First Memento" ; datetime="Sat, 10 Jan 2026 12:30:15 GMT"', [("a", {"first", "memento"}, day(10))]),
        ('<a,b;c>; rel="x", <d>; rel="y"', [("a,b;c", {"x"}, None), ("d", {"y"}, None)]),
        ('<a>; title="<b>; rel=no, <c>"; rel="x"', [("a", {"x"}, None)]),
        ('<a>; rel="x"; rel="y"', [("a", {"x"}, None)]),
        ('<a>; rel="memento"; datetime="yesterday"', [("a", {"memento"}, None)]),
        ("<a>", [("a", set(), None)]),
        ("nonsense; rel=x", []),
        ("<a", []),
        ("", []),
    ],
)
def test_links_are_read_as_rfc_8288_writes_them(
    text: str, expected: list[tuple[str, set[str], datetime | None]]
) -> None:
    assert list(links(text)) == [Link(target, frozenset(relations), at) for target, relations, at in expected]


@pytest.mark.parametrize(
    "hostile", ["<a>" + "; " * 50_000, '<a>; x="' * 20_000, "<" * 100_000, '<a>;rel="x' + " " * 100_000]
)
def test_hostile_links_end_quickly(hostile: str) -> None:
    assert all(not link.relations for link in links(hostile))


@pytest.mark.parametrize("text", [None, "", "0", "Sat, 99 Jan 2026 12:30:15 GMT", "Sat, 10 Jan 99999999 00:00:00 GMT"])
def test_what_is_no_date_is_none(text: str | None) -> None:
    assert http_date(text) is None


def test_a_date_without_its_zone_is_gmt() -> None:
    assert http_date("Sat, 10 Jan 2026 12:30:15 -0000") == day(10)
