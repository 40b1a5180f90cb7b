"""robots.txt: what its rules allow us, when it is fetched and how long a copy serves."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from protego import Protego

from sources import robots
from sources.fetching import Egress, Limits
from sources.models import RobotsFile
from sources.robots import MOST_BYTES, Robots, RobotsAnswer, keep_robots, obey, origin_of, stored_robots
from sources.statuses import CheckReason, RobotsOutcome
from tests.sources.loopback import QUICK, Origin, Visit, answer, chunked, redirect

SERVERS = Callable[..., Origin]
AT = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
US = "FactcheckBot/1.0 (+https://desk.example/contact)"


def way_out(*origins: Origin, **options: object) -> Egress:
    allow = frozenset(origin.pair for origin in origins)
    return Egress(**{"user_agent": US, "allow": allow, "limits": QUICK, **options})  # type: ignore[arg-type]


def file(*lines: str) -> str:
    return "\n".join(lines)


# --- The rules ---


@pytest.mark.parametrize(
    ("body", "path", "is_allowed"),
    [
        ("", "/", True),
        (file("User-agent: *", "Disallow: /"), "/a", False),
        (file("User-agent: *", "Disallow: /"), "/robots.txt", True),
        (file("User-agent: *", "Disallow:"), "/a", True),
        (file("User-agent: *", "Disallow: /a"), "/abc", False),
        (file("User-agent: *", "Disallow: /a"), "/b", True),
        (file("User-agent: *", "Disallow: /a"), "/A", True),
        (file("Disallow: /"), "/a", True),  # addressed to nobody
        # The longest match decides, and of equal ones the allowing one, in whatever order they stand.
        (file("User-agent: *", "Disallow: /", "Allow: /news/"), "/news/1", True),
        (file("User-agent: *", "Allow: /news/", "Disallow: /"), "/news/1", True),
        (file("User-agent: *", "Allow: /news/", "Disallow: /news/drafts"), "/news/drafts/1", False),
        (file("User-agent: *", "Disallow: /page", "Allow: /page"), "/page", True),
        # Wildcards and the end of the address.
        (file("User-agent: *", "Disallow: /*.pdf$"), "/a/b.pdf", False),
        (file("User-agent: *", "Disallow: /*.pdf$"), "/a/b.pdf?page=1", True),
        (file("User-agent: *", "Disallow: /*/print/*"), "/news/print/7", False),
        (file("User-agent: *", "Disallow: /*?session="), "/a?session=1", False),
        (file("User-agent: *", "Disallow: /*?session="), "/a?page=1", True),
        (file("User-agent: *", "Disallow: /", "Allow: /$"), "/", True),
        (file("User-agent: *", "Disallow: /", "Allow: /$"), "/a", False),
        # Letters beyond ASCII, in either spelling.
        (file("User-agent: *", "Disallow: /größe"), "/gr%C3%B6%C3%9Fe", False),
        (file("User-agent: *", "Disallow: /gr%c3%b6%c3%9fe"), "/gr%C3%B6%C3%9Fe", False),
        (file("User-agent: *", "Disallow: /a%2Fb"), "/a/b", True),
        # A path that begins with two slashes is a path.
        (file("User-agent: *", "Disallow: //private"), "//private/1", False),
        (file("User-agent: *", "Disallow: /1"), "//private/1", True),
    ],
)
def test_the_longest_rule_that_matches_decides(body: str, path: str, is_allowed: bool) -> None:
    assert Robots.parse(body).allows(path) is is_allowed


@pytest.mark.parametrize(
    ("name", "is_ours"),
    [
        ("FactcheckBot", True),
        ("factcheckbot", True),
        ("FACTCHECKBOT", True),
        ("FactcheckBot/1.0", True),
        ("FactcheckBot*", True),
        ("Fact", False),
        ("F", False),
        ("Bot", False),
        ("FactcheckBot-News", False),
        ("Mozilla FactcheckBot", False),
        ("*bot", False),
        ("", False),
        ("größer", False),
    ],
)
def test_a_group_is_ours_by_our_whole_product_token_in_any_case(name: str, is_ours: bool) -> None:
    assert Robots.parse(file(f"User-agent: {name}", "Disallow: /")).allows("/a") is not is_ours


def test_control_the_parser_alone_takes_part_of_our_token_for_ours() -> None:
    rules = Protego.parse(file("User-agent: Fact", "Disallow: /"))
    assert not rules.can_fetch("https://host/a", "FactcheckBot")


@pytest.mark.parametrize(
    "line", ["User-agent: *", "user-agent:*", "USER-AGENT :  *  # all", "Useragent: *", "User agent *"]
)
def test_a_group_for_everybody_is_known_in_the_spellings_that_sites_use(line: str) -> None:
    assert not Robots.parse(file(line, "Disallow: /")).allows("/a")


def test_our_own_group_counts_instead_of_the_one_for_everybody() -> None:
    body = file("User-agent: *", "Disallow: /", "", "User-agent: FactcheckBot", "Disallow: /drafts")
    found = Robots.parse(body)
    assert [found.allows(path) for path in ("/news", "/drafts/1")] == [True, False]


def test_an_empty_group_of_ours_allows_everything() -> None:
    body = file("User-agent: FactcheckBot", "Disallow:", "", "User-agent: *", "Disallow: /")
    assert Robots.parse(body).allows("/a")


def test_a_group_may_name_several_agents_and_ours_may_stand_in_several_groups() -> None:
    body = file(
        "User-agent: OtherBot",
        "User-agent: FactcheckBot",
        "Disallow: /a",
        "User-agent: ThirdBot",
        "Disallow: /b",
        "User-agent: factcheckbot",
        "Disallow: /c",
    )
    found = Robots.parse(body)
    assert [found.allows(path) for path in ("/a", "/b", "/c")] == [False, True, False]


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r", "\n\r\n"])
def test_lines_may_end_in_any_of_the_three_ways(end: str) -> None:
    body = end.join(["User-agent: *", "Disallow: /a", "Disallow: /b"])
    found = Robots.parse(body)
    assert [found.allows(path) for path in ("/a", "/b", "/c")] == [False, False, True]


@pytest.mark.parametrize("character", ["\u2028", "\x0b", "\x0c", "\x1e", "\x85"])
def test_no_other_character_ends_a_line(character: str) -> None:
    assert Robots.parse(f"User-agent: *\n# a comment{character}Disallow: /").allows("/a")


@pytest.mark.parametrize(
    "body",
    [
        b"\xef\xbb\xbfUser-agent: *\nDisallow: /",
        "User-agent: *\nDisallow: /".encode("utf-16"),
        b"\xfe\xff" + "User-agent: *\nDisallow: /".encode("utf-16-be"),
        "User-agent: *\nDisallow: /".encode("utf-16-le"),
        b"User-agent: *\n\xff\xfe\x80 nonsense\nDisallow: /",
        b"User-agent: *\x00\nDisallow: /\x00",
    ],
    ids=["byte order mark", "utf-16", "big-endian", "utf-16 without its mark", "broken utf-8", "NULs"],
)
def test_bytes_are_read_as_their_mark_says_and_never_fail(body: bytes) -> None:
    found = Robots.parse(body)
    assert not found.allows("/a")
    assert "\x00" not in robots.decoded(body)


@pytest.mark.parametrize(
    "body",
    [
        b"<!doctype html><html><head><title>Not found</title></head><body><p>Disallow: this</p></body></html>",
        bytes(range(256)) * 40,
        b"\xff\xfe\x00",
        b"{}",
    ],
    ids=["a web page", "noise", "half a character", "JSON"],
)
def test_what_is_no_robots_txt_forbids_nothing(body: bytes) -> None:
    assert Robots.parse(body).allows("/a")


@pytest.mark.parametrize(
    ("lines", "seconds"),
    [
        (["User-agent: *", "Crawl-delay: 10"], 10),
        (["User-agent: *", "Crawl-delay: 0.5"], 0.5),
        (["User-agent: FactcheckBot", "Crawl-delay: 2", "User-agent: *", "Crawl-delay: 30"], 2),
        (["User-agent: OtherBot", "Crawl-delay: 30"], None),
        (["User-agent: *", "Crawl-delay: 86400"], 60),
        (["User-agent: *", "Crawl-delay: 1e300"], 60),
        (["User-agent: *", "Crawl-delay: -3"], None),
        (["User-agent: *", "Crawl-delay: inf"], None),
        (["User-agent: *", "Crawl-delay: soon"], None),
        (["User-agent: *", "Disallow: /"], None),
    ],
)
def test_a_crawl_delay_is_told_up_to_a_minute(lines: list[str], seconds: float | None) -> None:
    expected = None if seconds is None else timedelta(seconds=seconds)
    assert Robots.parse(file(*lines)).crawl_delay == expected


CROWD = file(
    *(f"User-agent: a{number}" for number in range(2_500)), *(f"Disallow: /{number}" for number in range(2_500))
)


def test_many_agents_with_many_rules_cost_no_more_than_their_length() -> None:
    began = time.process_time()
    assert Robots.parse(CROWD * 2).allows("/1")
    assert time.process_time() - began < 1


def test_control_the_parser_alone_copies_each_rule_for_each_agent() -> None:
    alone = Protego.parse(CROWD[:20_000] + "\n" + file(*(f"Disallow: /{number}" for number in range(100))))
    assert len(alone._user_agents) > 1_000
    assert len(Robots.parse(CROWD).rules._user_agents) == 1


# --- Fetching it ---


def test_it_is_fetched_from_the_origin_of_the_page_and_obeyed(serve: SERVERS) -> None:
    site = serve(answer(b"User-agent: *\nDisallow: /drafts\nCrawl-delay: 7\n"))
    origin = site.url("")

    refused = obey(way_out(site), site.url("/drafts/1?x=2"), {}, AT)

    assert site.requests[0].startswith(b"GET /robots.txt HTTP/1.1\r\n")
    assert f"User-Agent: {US}".encode() in site.requests[0]
    assert not refused.is_allowed
    assert refused.refusal == f"{origin}/robots.txt asks robots not to fetch /drafts/1?x=2"
    assert (refused.error, refused.crawl_delay) == ("", timedelta(seconds=7))
    assert refused.fetched is not None
    assert (refused.fetched.origin, refused.fetched.outcome, refused.fetched.http_status) == (origin, "found", 200)
    allowed = obey(way_out(site), site.url("/news"), {origin: refused.fetched}, AT + timedelta(hours=23))
    assert allowed == RobotsAnswer(is_allowed=True, crawl_delay=timedelta(seconds=7))
    assert site.connections == 1


def test_the_token_is_the_one_of_our_user_agent(serve: SERVERS) -> None:
    site = serve(answer(b"User-agent: OtherDesk\nDisallow: /"))
    assert obey(way_out(site), site.url("/a"), {}, AT).is_allowed
    assert not obey(way_out(site, user_agent="OtherDesk/2"), site.url("/a"), {}, AT).is_allowed
    assert obey(way_out(site, user_agent="(nameless)"), site.url("/a"), {}, AT).is_allowed


@pytest.mark.parametrize(
    "status", ["400 Bad Request", "401 Unauthorized", "403 Forbidden", "404 Not Found", "410 Gone"]
)
def test_a_site_without_one_allows_everything(serve: SERVERS, status: str) -> None:
    site = serve(answer(b"User-agent: *\nDisallow: /", status=status))
    found = obey(way_out(site), site.url("/a"), {}, AT)
    assert found.is_allowed
    assert found.fetched is not None
    assert (found.fetched.outcome, found.fetched.body, found.fetched.detail) == ("none", "", status)


FAILURES = [
    (answer(b"", status="500 Internal Server Error"), "500 Internal Server Error"),
    (answer(b"", status="503 Service Unavailable"), "503 Service Unavailable"),
    (answer(b"", status="302 Found"), "302 Found"),
    (lambda visit: visit.reset(), "protocol"),
    (lambda visit: visit.wait(5), "timeout"),
    (answer(b"User-agent: *\nAllow: /", "Content-Length: 900", length=False), "broken off (protocol)"),
    (answer(b"", "Location: http://10.0.0.1/robots.txt", status="301 Moved"), "address"),
    (answer(b"x", "Content-Encoding: br"), "encoding"),
]


@pytest.mark.parametrize(("script", "why"), FAILURES, ids=[why for _, why in FAILURES])
def test_while_it_cannot_be_had_the_repeated_check_is_not_made(
    serve: SERVERS, script: Callable[[Visit], None] | bytes, why: str
) -> None:
    site = serve(script)
    found = obey(way_out(site, limits=Limits(connect_seconds=0.5, deadline_seconds=0.5)), site.url("/a"), {}, AT)
    assert not found.is_allowed
    assert found.error.startswith(f"{site.url('')}/robots.txt could not be had: ")
    assert why in found.error
    assert found.refusal == ""
    assert found.fetched is not None
    assert (found.fetched.outcome, found.fetched.fetched_at, found.fetched.tried_at) == ("unreachable", None, AT)


def test_nobody_listens(serve: SERVERS) -> None:
    site = serve(b"")
    site.close()
    found = obey(way_out(site), site.url("/a"), {}, AT)
    assert (found.is_allowed, "connect" in found.error) == (False, True)


def test_five_redirects_are_followed_and_the_rules_hold_for_the_first_origin(serve: SERVERS) -> None:
    def hops(visit: Visit) -> None:
        number = int(visit.path.removeprefix("/robots.txt") or 0)
        visit.send(answer(b"User-agent: *\nDisallow: /a") if number == 5 else redirect(f"/robots.txt{number + 1}"))

    site = serve(hops)
    assert not obey(way_out(site), site.url("/a"), {}, AT).is_allowed
    assert site.connections == 6


def test_more_redirects_are_as_good_as_no_file(serve: SERVERS) -> None:
    site = serve(redirect("/robots.txt"))
    found = obey(way_out(site), site.url("/a"), {}, AT)
    assert found.is_allowed
    assert found.fetched is not None
    assert (found.fetched.outcome, "redirects" in found.fetched.detail) == ("none", True)


@pytest.mark.parametrize("url", ["http://10.1.2.3/a", "http://127.0.0.1:9/a", "ftp://example.org/", "nonsense"])
def test_a_page_that_we_refuse_ourselves_is_left_to_its_own_refusal(url: str) -> None:
    assert obey(Egress(user_agent=US), url, {}, AT) == RobotsAnswer(is_allowed=True)


def padded(*, cut_through: bytes) -> bytes:
    start = b"User-agent: *\nDisallow: /first\n"
    filling = b"# " + b"x" * 97 + b"\n"
    count = (MOST_BYTES - len(start) - 13) // len(filling)
    body = start + filling * count
    return body + b"#" * (MOST_BYTES - len(body) - 13 - 1) + b"\n" + cut_through + b"\n"


def test_ten_megabytes_are_read_to_their_first_500_kib_and_to_a_whole_line(serve: SERVERS) -> None:
    """The limit cuts "Disallow: /private" to "Disallow: /pr", which would forbid other pages, too."""
    body = padded(cut_through=b"Disallow: /private") + b"Disallow: /last\n" + b"# x\n" * 2_400_000
    assert body[:MOST_BYTES].endswith(b"\nDisallow: /pr")

    def sent(visit: Visit) -> None:
        visit.send(answer(body))

    site = serve(sent)
    found = obey(way_out(site), site.url("/printed"), {}, AT)
    assert found.is_allowed
    assert found.fetched is not None
    assert len(found.fetched.body) <= MOST_BYTES
    stored = {found.fetched.origin: found.fetched}
    assert not obey(way_out(site), site.url("/first"), stored, AT).is_allowed
    assert obey(way_out(site), site.url("/last"), stored, AT).is_allowed


def test_control_with_the_last_line_as_it_was_cut_another_page_is_forbidden() -> None:
    assert not Robots.parse(padded(cut_through=b"Disallow: /private")[:MOST_BYTES]).allows("/printed")


def test_one_endless_line_is_no_rule(serve: SERVERS) -> None:
    site = serve(answer(b"User-agent: *" + b" " * MOST_BYTES))
    assert obey(way_out(site), site.url("/a"), {}, AT).is_allowed


def test_a_compressed_and_a_chunked_file_are_read(serve: SERVERS) -> None:
    body = b"User-agent: *\r\nDisallow: /"
    for reply in (answer(gzip.compress(body), "Content-Encoding: gzip"), chunked(body[:9], body[9:])):
        site = serve(reply)
        assert not obey(way_out(site), site.url("/a"), {}, AT).is_allowed


# --- Keeping it ---


def kept(found: RobotsAnswer, at: datetime) -> dict[str, robots.StoredRobots]:
    assert found.fetched is not None
    keep_robots(found, at)
    return stored_robots([found.fetched.origin], at)


def test_what_was_fetched_is_kept_as_it_was(db: None, serve: SERVERS) -> None:
    site = serve(answer("User-agent: *\nDisallow: /größe\x00".encode()))
    found = obey(way_out(site), site.url("/a"), {}, AT)
    assert kept(found, AT) == {found.fetched.origin: found.fetched}  # type: ignore[union-attr]
    assert str(RobotsFile.objects.get()) == site.url("/robots.txt")


def test_a_stored_copy_needs_one_query_and_no_connection(
    db: None, serve: SERVERS, django_assert_num_queries: Callable[..., object]
) -> None:
    site = serve(answer(b"User-agent: *\nDisallow: /"))
    keep_robots(obey(way_out(site), site.url("/a"), {}, AT), AT)
    with django_assert_num_queries(1):  # type: ignore[attr-defined]
        stored = stored_robots([site.url(""), "https://example.org"], AT)
    assert list(stored) == [site.url("")]
    again = obey(way_out(site), site.url("/b"), stored, AT + timedelta(hours=23, minutes=59))
    assert (again.is_allowed, again.fetched, site.connections) == (False, None, 1)
    keep_robots(again, AT)
    assert RobotsFile.objects.count() == 1


def test_after_a_day_it_is_fetched_anew(db: None, serve: SERVERS) -> None:
    rules = iter([b"User-agent: *\nDisallow: /", b"User-agent: *\nDisallow: /b"])
    site = serve(lambda visit: visit.send(answer(next(rules))))
    stored = kept(obey(way_out(site), site.url("/a"), {}, AT), AT)
    later = AT + timedelta(hours=24)
    found = obey(way_out(site), site.url("/a"), stored, later)
    assert found.is_allowed
    assert kept(found, later)[site.url("")].body == "User-agent: *\nDisallow: /b"


@pytest.mark.parametrize(
    ("first", "is_allowed"),
    [(answer(b"User-agent: *\nDisallow: /a"), False), (answer(b"", status="404 Not Found"), True)],
    ids=["with rules", "without a file"],
)
def test_an_unreachable_site_is_judged_by_the_old_copy_for_thirty_days(
    db: None, serve: SERVERS, first: bytes, is_allowed: bool
) -> None:
    site = serve(lambda visit: visit.send(first if visit.number == 1 else answer(b"", status="503 Busy")))
    stored = kept(obey(way_out(site), site.url("/a"), {}, AT), AT)

    at = AT + timedelta(days=29)
    found = obey(way_out(site), site.url("/a"), stored, at)
    assert (found.is_allowed, found.error) == (is_allowed, "")
    stored = kept(found, at)
    row = RobotsFile.objects.get()
    assert (row.fetched_at, row.tried_at, row.detail) == (AT, at, "503 Busy")

    found = obey(way_out(site), site.url("/a"), stored, AT + timedelta(days=30))
    assert not found.is_allowed
    assert found.error.endswith("could not be had: 503 Busy")


def test_a_vain_try_is_not_repeated_for_ten_minutes(db: None, serve: SERVERS) -> None:
    site = serve(answer(b"", status="503 Busy"))
    stored = kept(obey(way_out(site), site.url("/a"), {}, AT), AT)
    soon = obey(way_out(site), site.url("/b"), stored, AT + timedelta(minutes=9))
    assert (soon.is_allowed, soon.fetched, site.connections) == (False, None, 1)
    assert soon.error.endswith("could not be had: 503 Busy")
    assert obey(way_out(site), site.url("/b"), stored, AT + timedelta(minutes=10)).fetched is not None


def test_a_vain_try_of_another_worker_never_replaces_rules(db: None, serve: SERVERS) -> None:
    site = serve(lambda visit: visit.send(answer(b"", status="500 Oh") if visit.number == 1 else answer(b"# none")))
    vain = obey(way_out(site), site.url("/a"), {}, AT)
    good = obey(way_out(site), site.url("/a"), {}, AT)
    for found in (good, vain):
        keep_robots(found, AT)
    row = RobotsFile.objects.get()
    assert (row.outcome, row.body, row.fetched_at) == ("found", "# none", AT)


def test_copies_that_nobody_used_for_a_month_go(db: None, serve: SERVERS) -> None:
    RobotsFile.objects.create(origin="https://old.example", outcome=RobotsOutcome.NONE, fetched_at=AT, tried_at=AT)
    site = serve(answer(b""))
    at = AT + timedelta(days=30)
    assert stored_robots(["https://old.example"], at) == {}
    keep_robots(obey(way_out(site), site.url("/a"), {}, at), at)
    assert [row.origin for row in RobotsFile.objects.all()] == [site.url("")]


@pytest.mark.parametrize(
    "fields",
    [
        {"outcome": "nonsense", "fetched_at": AT},
        {"outcome": "unreachable", "fetched_at": AT},
        {"outcome": "found"},
        {"outcome": "none", "fetched_at": AT, "body": "User-agent: *"},
    ],
)
def test_the_database_refuses_a_copy_that_contradicts_itself(db: None, fields: dict[str, object]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        RobotsFile.objects.create(origin="https://example.org", tried_at=AT, **fields)


# --- Whom it concerns ---


def test_only_repeated_checks_obey_and_only_while_the_desk_says_so(settings: pytest.FixtureRequest) -> None:
    assert {reason for reason in CheckReason if robots.applies_to(reason)} == {"scheduled", "confirmation"}
    settings.OBEY_ROBOTS = False
    assert not any(robots.applies_to(reason) for reason in CheckReason)


def test_the_origin_is_scheme_host_and_port() -> None:
    assert origin_of("HTTPS://Example.ORG:443/a?b") == "https://example.org"
    assert origin_of("http://example.org:8080/a") == "http://example.org:8080"
