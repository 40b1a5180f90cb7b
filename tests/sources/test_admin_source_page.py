"""The page of one source: its checks page by page, when it is looked at next and why, and asking for a check now."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from sources import workflow
from sources.admin.scheduling import is_under_way, plan_of, refresh_after
from sources.models import Citation, Finding, Host, Snapshot, Source, SourceCheck
from sources.statuses import CheckReason
from tests.claims.test_admin_pages import queries
from tests.desk import TestDesk
from tests.pages import sign_in, text_of
from tests.sources.rows import checks_of, cite, findings_of, web_sources

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def page(source: Source, query: str = "") -> str:
    return f"/admin/sources/source/{source.pk}/change/{query}"


def do(source: Source, name: str = "check") -> str:
    return f"/admin/sources/source/{source.pk}/do/{name}/"


def shown(desk: TestDesk, source: Source, query: str = "") -> str:
    return text_of(sign_in(desk.ana).get(page(source, query)))


def snapshot(source: Source, at: datetime, sha256: str, **fields: Any) -> Snapshot:
    given = {"size": 2048, "path": "warc/x", "media_type": "text/html", **fields}
    return Snapshot.objects.create(source=source, fetched_at=at, sha256=sha256 * 64, **given)


# --- The history of checks ---------------------------------------------------------------------------------


def test_a_check_tells_what_came_back_and_how(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    hops = [{"url": source.url, "status": 301, "location": "https://news.example/new", "address": "93.184.215.14"}]
    checks_of(
        desk,
        source,
        reason="asked",
        requested_by=desk.ben,
        attempt=2,
        http_status=200,
        final_url="https://news.example/new",
        hops=hops,
        elapsed_ms=1234,
        snapshot=snapshot(source, desk.at, "a"),
    )
    html = shown(desk, source)
    for told in ("Asked for by the desk", "Ben", "2 attempts", "HTTP 200", "1.2 s", "copy of 2.0", "the first copy"):
        assert told in html, told
    assert "1 redirect<" in html
    assert html.count("https://news.example/new") == 2  # who answered, and the chain


def test_each_copy_is_compared_with_the_one_before_it(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    for letter in "aab":
        at = desk.tick()
        checks_of(desk, source, snapshot=snapshot(source, at, letter))
    checks_of(desk, source, status="failed", detail="dns: no such host")
    html = shown(desk, source)
    told = re.findall(r"the first copy|unchanged since the copy before|differs from the copy before", html)
    assert told == ["differs from the copy before", "unchanged since the copy before", "the first copy"]
    assert "Failed: unreachable" in html
    assert "dns: no such host" in html


def test_a_long_history_comes_in_pages_and_a_check_is_found_on_its_own(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    checks = checks_of(desk, source, 45)
    assert f"check-{checks[-1].pk}" in shown(desk, source)
    assert f"check-{checks[0].pk}" not in shown(desk, source)
    assert f"check-{checks[0].pk}" in shown(desk, source, "?page=3")
    assert "Page 3 of 3" in shown(desk, source, "?page=99")
    assert "Page 1 of 3" in shown(desk, source, "?page=x")
    answer = sign_in(desk.ana).get(f"/admin/sources/sourcecheck/{checks[0].pk}/change/")
    assert answer["Location"] == page(source, f"?page=3#check-{checks[0].pk}")


def test_findings_of_a_much_cited_source_are_counted_and_the_lost_ones_named(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    claim = desk.submit()
    cited = [cite(desk, claim, source, exact=f"passage {number}") for number in range(60)]
    (check,) = checks_of(desk, source)
    outcomes = ["missing", *["found"] * 59]
    Finding.objects.bulk_create(
        Finding(check_run=check, citation=citation, outcome=outcome, at=desk.at)
        for citation, outcome in zip(cited, outcomes, strict=True)
    )
    html = shown(desk, source)
    assert "1 missing, 59 found" in html
    history = html[html.index('id="checks"') :]
    assert history.count("/passages/") == 1
    assert "and 59 more" in history


# --- When it is looked at next -----------------------------------------------------------------------------


def planned(check: SourceCheck | None = None, host: Host | None = None, *, relying: int = 1, **fields: Any) -> Any:
    given = {"url": "https://news.example/a", "host": "news.example", "outcome_at": NOW, "changed_at": NOW, **fields}
    return plan_of(Source(**given), check=check, host=host, relying=relying, now=NOW)


def queued(minutes: int = 0, **fields: Any) -> SourceCheck:
    given = {"status": "queued", "reason": CheckReason.ASKED, "next_attempt_at": NOW + timedelta(minutes=minutes)}
    return SourceCheck(**{**given, **fields})


@pytest.mark.parametrize(
    ("unchanged_for", "word"),
    [
        (timedelta(minutes=5), "hourly"),
        (timedelta(hours=5), "daily"),
        (timedelta(days=5), "weekly"),
        (timedelta(days=50), "monthly"),
    ],
)
def test_the_schedule_decays_and_says_why(unchanged_for: timedelta, word: str) -> None:
    plan = planned(next_check_at=NOW + timedelta(hours=1), changed_at=NOW - unchanged_for, relying=2)
    assert plan.word == word
    assert f"Looked at {word}, since 2 published claims rely on it. It last changed" in plan.why
    assert "an hour, a day, a week, a month" in plan.why


@pytest.mark.parametrize(
    ("plan", "word", "why"),
    [
        (lambda: planned(relying=0), "not scheduled", "Nothing published relies on it"),
        (lambda: planned(relying=0, url=""), "not scheduled", "We hold it ourselves"),
        (lambda: planned(relying=3), "not scheduled", "though 3 published claims rely on it: check it now"),
        (lambda: planned(queued()), "waits for a worker", "as soon as one is free"),
        (lambda: planned(queued(9, attempt=1)), "tried again", "Attempt 1 of 3 failed"),
        (lambda: planned(queued(9, reason="confirmation")), "to confirm", "when a second look"),
        (lambda: planned(queued(9)), "waits its turn", "one page at a time"),
    ],
)
def test_why_a_source_is_looked_at_when_it_is(plan: Any, word: str, why: str) -> None:
    made = plan()
    assert made.word == word
    assert why in made.why


def test_a_source_under_way_says_so_and_whose_worker_went_silent() -> None:
    running = {"status": "running", "started_at": NOW}
    assert "looking at it now" in planned(queued(**running, leased_until=NOW + timedelta(minutes=5))).why
    assert "went silent" in planned(queued(**running, leased_until=NOW - timedelta(minutes=5))).why


@pytest.mark.parametrize("reason", ["asked", "confirmation"])
def test_a_source_that_waits_for_its_host_says_until_when_and_why(reason: str) -> None:
    silent = Host(name="news.example", next_allowed_at=NOW + timedelta(minutes=30), failures=4)
    plan = planned(queued(30, reason=reason), silent)
    assert plan.word == "waits for its host"
    assert "news.example is not asked before 12:30 UTC: it did not answer 4 times in a row." in plan.why
    assert planned(queued(90, reason="confirmation"), silent).word == "to confirm"


def test_the_page_says_what_is_due_and_how_much_relies_on_it(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    assert "Nothing published relies on it." in shown(desk, source)
    cite(desk, desk.published(), source)
    Source.objects.filter(pk=source.pk).update(next_check_at=timezone.now() + timedelta(hours=3))
    html = shown(desk, source)
    assert "1 published claim relies on it" in html
    assert "in 2 hours" in html


# --- Check now ---------------------------------------------------------------------------------------------


def test_check_now_says_what_happens_and_the_page_follows(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    client = sign_in(desk.ana)
    html = text_of(client.post(do(source), follow=True))
    assert "A check is queued: a worker takes it within seconds." in html
    assert 'data-refresh="2"' in html
    assert SourceCheck.objects.open().get().requested_by == desk.ana
    SourceCheck.objects.update(
        status="running", started_at=timezone.now(), leased_until=timezone.now() + timedelta(minutes=5)
    )
    assert "A worker is looking at it already." in text_of(client.post(do(source), follow=True))


def test_check_now_brings_a_waiting_check_forward_and_says_so(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    later = timezone.now() + timedelta(hours=9)
    checks_of(desk, source, status="queued", reason="confirmation", next_attempt_at=later)
    html = text_of(sign_in(desk.ana).post(do(source), follow=True))
    assert f"The check that waited until {later:%H:%M} UTC is brought forward." in html
    assert SourceCheck.objects.open().get().next_attempt_at < later


def test_check_now_warns_of_a_host_that_is_left_alone(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    Host.objects.create(name=source.host, next_allowed_at=timezone.now() + timedelta(minutes=20), failures=5)
    html = text_of(sign_in(desk.ana).post(do(source), follow=True))
    assert "news.example is not asked before" in html
    assert "did not answer 5 times in a row" in html


@pytest.mark.parametrize(("waited", "seconds"), [(-5, 2), (1, 2), (60, 5), (300, 15), (3600, 60)])
def test_a_page_that_waits_asks_less_and_less_often(waited: int, seconds: int) -> None:
    assert refresh_after(NOW - timedelta(seconds=waited), NOW) == seconds


@pytest.mark.parametrize(
    ("status", "due_in", "is_watched"),
    [("queued", 0, True), ("queued", 10, True), ("queued", 600, False), ("running", 600, True), (None, 0, False)],
)
def test_only_a_check_that_comes_at_once_is_watched(status: str | None, due_in: int, is_watched: bool) -> None:
    """A host's turn is a second or ten away, and the page must not cease to follow for that."""
    assert is_under_way(status, NOW + timedelta(seconds=due_in), NOW) is is_watched


def test_what_renews_itself_holds_nothing_that_changes_by_itself(desk: TestDesk) -> None:
    """A form's token differs in every answer: inside a live part it would be swapped, and the focus lost, each time."""
    (source,) = web_sources(desk, 1)
    cite(desk, desk.submit(), source)
    workflow.request_check(source, by=desk.ana, at=timezone.now())
    html = shown(desk, source)
    article = html[html.index('<div id="state" data-live>') : html.index("</article>")]
    without_buttons = re.sub(r'<nav class="fc-bar".*?</nav>', "", article, flags=re.DOTALL)
    assert set(re.findall(r'id="(\w+)"[^>]* data-live', article)) == {
        "state",
        "progress",
        "passages",
        "checks",
        "snapshots",
    }
    assert "csrfmiddlewaretoken" in article
    assert "csrfmiddlewaretoken" not in without_buttons


def test_a_wait_that_takes_long_says_whom_to_tell(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    checks_of(desk, source, status="queued", next_attempt_at=timezone.now() - timedelta(minutes=5))
    html = shown(desk, source)
    assert "tell whoever runs the service" in html
    assert 'data-refresh="15"' in html


# --- Who may, and how much it costs ------------------------------------------------------------------------


def test_only_the_desk_opens_a_source_and_auditors_only_read_it(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    assert sign_in(desk.oli).get(page(source)).status_code == 404
    assert sign_in(desk.oli).post(do(source)).status_code == 404
    assert ">Check now<" not in text_of(sign_in(desk.eva).get(page(source)))
    assert sign_in(desk.eva).post(do(source)).status_code == 403
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(desk.ana)
    assert strict.post(do(source)).status_code == 403
    assert sign_in(desk.ana).get(do(source)).status_code == 200  # asks first: a link checks nothing
    assert not SourceCheck.objects.exists()


def test_nothing_of_a_source_or_a_check_can_be_written(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1, outcome="gone")
    (check,) = checks_of(desk, source, status="failed")
    for person in (desk.ana, desk.dov):
        client = sign_in(person)
        client.post(page(source), {"outcome": "alive", "failures": "0"})
        client.post(f"/admin/sources/sourcecheck/{check.pk}/change/", {"status": "done", "outcome": "alive"})
        client.post(f"/admin/sources/source/{source.pk}/delete/", {"post": "yes"})
        client.post(f"/admin/sources/sourcecheck/{check.pk}/delete/", {"post": "yes"})
    assert Source.objects.get().outcome == "gone"
    assert SourceCheck.objects.get().status == "failed"


def test_a_sources_page_takes_as_many_queries_at_1000_rows_as_at_10(desk: TestDesk) -> None:
    (source,) = web_sources(desk, 1)
    claim = desk.in_research()
    position = claim.positions.first()

    def more(number: int) -> None:
        cited = [cite(desk, claim, source, exact=f"passage {n}", position=position) for n in range(number // 5)]
        Citation.objects.filter(pk__in=[row.pk for row in cited]).update(
            outcome="found", outcome_at=desk.at, outcome_since=desk.at
        )
        for citation in cited[:2]:
            findings_of(desk, citation, number // 2, outcome="missing")
        for row in checks_of(desk, source, number // 4):
            SourceCheck.objects.filter(pk=row.pk).update(
                snapshot=snapshot(source, row.requested_at, "a"), requested_by=desk.ben
            )

    more(10)
    few = queries(desk.ana, page(source))
    more(990)
    assert queries(desk.ana, page(source)) == few
    assert queries(desk.ana, page(source, "?page=5")) == few
    assert few < 30


def test_the_texts_of_snapshots_are_not_read_for_the_page(desk: TestDesk, django_assert_max_num_queries: Any) -> None:
    (source,) = web_sources(desk, 1)
    checks_of(desk, source, snapshot=snapshot(source, desk.at, "a", text="x" * 1_000_000))
    client = sign_in(desk.ana)
    with django_assert_max_num_queries(30) as captured:
        client.get(page(source))
        client.get("/admin/sources/sourcecheck/")
    assert not any('"sources_snapshot"."text"' in query["sql"] for query in captured.captured_queries)
