"""The pages of hosts: how politely each is asked, and nothing of another desk's sources."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from claims.models import Membership, Person
from sources.admin.hosts import pace_in_words, why_waiting
from sources.models import Host, RobotsFile
from tests.claims.test_admin_pages import queries
from tests.desk import TestDesk
from tests.pages import sign_in, text_of
from tests.sources.rows import checks_of, web_sources

LIST = "/admin/sources/host/"
EVIL = "User-agent: *\nDisallow: /\n# </pre><script>alert(1)</script>"


def host(name: str = "news.example", **fields: Any) -> Host:
    return Host.objects.create(name=name, **{"next_allowed_at": timezone.now(), **fields})


def page(name: str = "news.example") -> str:
    return f"{LIST}{name.replace(':', '_3A')}/change/"


def names(desk: TestDesk, query: str) -> list[str]:
    return [row["row"].name for row in sign_in(desk.ana).get(LIST + query).context["rows"]]


def test_hosts_that_wait_or_do_not_answer_are_found(desk: TestDesk) -> None:
    now = timezone.now()
    host("fine.example", next_allowed_at=now - timedelta(minutes=1))
    host("silent.example", failures=3, last_outcome="unreachable", next_allowed_at=now + timedelta(minutes=30))
    host("asked.example", next_allowed_at=now + timedelta(hours=1))
    assert names(desk, "?state=waiting") == ["asked.example", "silent.example"]
    assert names(desk, "?state=failing") == ["silent.example"]
    assert names(desk, "?last_outcome__exact=unreachable") == ["silent.example"]
    assert len(names(desk, "")) == 3


def test_a_hosts_page_says_how_it_is_treated_and_why(desk: TestDesk) -> None:
    at = timezone.now() + timedelta(minutes=30)
    host(failures=4, last_outcome="unreachable", next_allowed_at=at, interval=timedelta(seconds=10), fetches=1234)
    one, two, three = web_sources(desk, 3)
    checks_of(desk, one, status="running", leased_until=at)
    checks_of(desk, two, status="queued", next_attempt_at=at)
    checks_of(desk, three, status="queued", next_attempt_at=at + timedelta(hours=1))
    html = text_of(sign_in(desk.ana).get(page()))
    assert "one page in 10 seconds, as its robots.txt asks" in html
    assert "It did not answer 4 times in a row" in html
    assert "<dt>Running now</dt><dd>1</dd>" in html
    assert "<dt>Waiting</dt><dd>2 " in html
    assert "1,234" in html
    assert str(one) in html


@pytest.mark.parametrize(
    ("interval", "told"),
    [(None, "1 second"), (timedelta(milliseconds=200), "1 second"), (timedelta(minutes=1), "1 minute, as its")],
)
def test_the_pace_is_ours_or_what_robots_txt_asks_and_never_faster(
    interval: timedelta | None, told: str, settings: Any
) -> None:
    settings.HOST_INTERVAL = timedelta(seconds=1)
    assert pace_in_words(Host(name="a.example", interval=interval)).startswith(told)


@pytest.mark.parametrize(
    ("failures", "seconds", "told"),
    [(0, -1, ""), (0, 0.5, "asked a moment ago"), (1, 600, "asked us to wait"), (3, 600, "3 times in a row")],
)
def test_why_a_host_waits_is_told_in_words(failures: int, seconds: float, told: str) -> None:
    now = timezone.now()
    waits = Host(name="a.example", failures=failures, next_allowed_at=now + timedelta(seconds=seconds))
    assert told in why_waiting(waits, now)


def test_robots_txt_is_shown_as_letters_with_its_age(desk: TestDesk) -> None:
    host()
    at = timezone.now() - timedelta(hours=5)
    for origin, outcome in (("https://news.example", "found"), ("http://news.example:8080", "unreachable")):
        had = {"fetched_at": at, "body": EVIL, "http_status": 200} if outcome == "found" else {"detail": "dns: none"}
        RobotsFile.objects.create(origin=origin, outcome=outcome, tried_at=at, **had)
    RobotsFile.objects.create(origin="https://news.example.org", outcome="none", tried_at=at, fetched_at=at)
    html = text_of(sign_in(desk.ana).get(page()))
    assert "&lt;/pre&gt;&lt;script&gt;alert(1)" in html
    assert "<script>alert" not in html
    assert "5 hours ago" in html
    assert "dns: none" in html
    assert "news.example.org" not in html


def test_a_long_robots_txt_is_cut(desk: TestDesk) -> None:
    at = timezone.now()
    host()
    RobotsFile.objects.create(
        origin="https://news.example", outcome="found", tried_at=at, fetched_at=at, body="x" * 500_000
    )
    answer = sign_in(desk.ana).get(page())
    assert "480,000 more characters" in text_of(answer)
    assert len(answer.content) < 60_000


def test_hosts_belong_to_nobody_but_their_sources_do(desk: TestDesk) -> None:
    host()
    (mine,) = web_sources(desk, 1)
    (theirs,) = web_sources(desk, 1, of=Membership.objects.get(person=desk.oli).desk)
    for person, seen, unseen in ((desk.ana, mine, theirs), (desk.eva, mine, theirs), (desk.oli, theirs, mine)):
        html = text_of(sign_in(person).get(page()))
        assert str(seen.pk) in html
        assert str(unseen.pk) not in html


def test_people_of_no_desk_see_no_host(desk: TestDesk) -> None:
    host()
    boss = Person.objects.create(username="boss", is_staff=True, is_superuser=True)
    assert sign_in(boss).get(LIST).status_code == 403
    assert sign_in(boss).get(page()).status_code == 403


def test_nothing_of_a_host_can_be_written(desk: TestDesk) -> None:
    host(failures=3)
    for person in (desk.ana, desk.dov):
        sign_in(person).post(page(), {"failures": "0", "next_allowed_at_0": "2020-01-01"})
        assert sign_in(person).get(f"{LIST}add/").status_code == 403
    assert Host.objects.get().failures == 3


@pytest.mark.parametrize("name", ["2001:db8::1", "xn--bcher-kva.example"])
def test_every_name_has_its_page(desk: TestDesk, name: str) -> None:
    host(name)
    html = text_of(sign_in(desk.ana).get(LIST))
    assert page(name) in html
    assert sign_in(desk.ana).get(page(name)).status_code == 200
    assert sign_in(desk.ana).get(page("nobody.example")).status_code == 404


def test_pages_of_hosts_take_as_many_queries_at_1000_rows_as_at_10(desk: TestDesk) -> None:
    def more(number: int) -> None:
        start = Host.objects.count()
        at = timezone.now()
        Host.objects.bulk_create(Host(name=f"h{n}.example", next_allowed_at=at) for n in range(start, start + number))
        for source in web_sources(desk, number, host="h0.example"):
            checks_of(desk, source, status="queued")

    more(10)
    few = [queries(desk.ana, address) for address in (LIST, page("h0.example"))]
    more(990)
    assert [queries(desk.ana, address) for address in (LIST, page("h0.example"))] == few
    assert max(few) < 20
