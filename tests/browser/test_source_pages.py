"""The pages of sources, checks and hosts in a real browser: in two columns and one, by keyboard, light and dark."""

import shutil
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from sources import checks, tasks
from sources.models import Citation, Finding, Host, RobotsFile, Source, SourceCheck
from tests.browser.test_admin_golden_path import check_accessible
from tests.desk import TestDesk
from tests.sources.rows import checks_of, cite, failing_sources, web_sources

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the pages of sources were not tried in a browser"),
]
EXACT = "Turkey gave Russia its troops' coordinates before the shelling of 3 February"
NOW = EXACT.replace("gave", "never gave").replace(" 3 ", " 4 ")
ARABIC = "أبلغت الوزارة الجانب الروسي بمواقع قواتها مساء الأحد قبل ساعات من القصف"
LONG = "https://news.example/" + "averylongpath" * 20


@pytest.fixture
def people(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> TestDesk:
    monkeypatch.setattr(tasks, "_send_hint", lambda: None)  # no broker here: the test runs the checks
    return TestDesk.make()


@pytest.fixture
def opened(people: TestDesk, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Any]]:
    """Open an address as Ana; errors of scripts fail the test."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    client = Client()
    client.force_login(people.ana)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-sandbox"]
    faults: list[str] = []
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)

        def open_page(address: str, *, scheme: str = "light", width: int = 1280, **more: Any) -> Any:
            context = chromium.new_context(color_scheme=scheme, viewport={"width": width, "height": 800}, **more)
            context.add_cookies([cookie])
            page = context.new_page()
            page.on("pageerror", lambda error: faults.append(str(error)))
            page.goto(f"{live_server.url}/admin/{address}")
            return page

        yield open_page
        connections.close_all()  # those of Playwright's loop, which nobody else can reach any more
        chromium.close()
    assert not faults


def altered(desk: TestDesk, *, exact: str = EXACT, now: str = NOW, language: str = "en") -> Finding:
    source = desk.text_source(f"{now}, and no message was shown to anybody.", language=language)
    cited = desk.cite(desk.submit(), source=source, exact=exact)
    desk.run_checks()
    return Finding.objects.get(citation=cited, outcome="altered")


def troubled_source(desk: TestDesk) -> Source:
    """A source with a long address, a redirect chain, findings of each kind, and a check that waits."""
    (source,) = failing_sources(desk, 1, outcome="unreachable")
    Source.objects.filter(pk=source.pk).update(url=LONG, title="", detail=f"Redirected to the home page {LONG}")
    hops = [{"url": LONG, "status": 302, "location": LONG + "/next", "address": "93.184.215.14"}]
    done = checks_of(desk, source, 25, hops=hops, final_url=LONG + "/next", http_status=200, elapsed_ms=40)
    claim = desk.submit()
    for outcome in ("found", "moved", "altered", "missing", "inconclusive"):
        cited = cite(desk, claim, source, exact=f"{EXACT} {outcome}")
        Citation.objects.filter(pk=cited.pk).update(outcome=outcome, outcome_at=desk.at, outcome_since=desk.at)
        passage = NOW if outcome == "altered" else ""
        Finding.objects.create(check_run=done[-1], citation=cited, outcome=outcome, at=desk.at, passage=passage)
    checks_of(desk, source, status="queued", reason="confirmation", next_attempt_at=timezone.now() + timedelta(hours=9))
    at = timezone.now()
    Host.objects.create(name=source.host, next_allowed_at=at + timedelta(minutes=30), failures=4)
    body = "User-agent: *\n" + "Disallow: /" + "x" * 500
    RobotsFile.objects.create(
        origin="https://news.example", outcome="found", tried_at=at, fetched_at=at, body=body, http_status=200
    )
    checks_of(desk, web_sources(desk, 1)[0], status="quarantined", detail="MemoryError: " + "x" * 400)
    return source


@pytest.mark.parametrize(("scheme", "width"), [("light", 1280), ("dark", 360)])
def test_every_page_is_accessible_and_fits(people: TestDesk, opened: Any, scheme: str, width: int) -> None:
    source = troubled_source(people)
    finding = altered(people)
    page = opened(f"sources/source/{source.pk}/change/", scheme=scheme, width=width)
    home = page.url.split("/admin/")[0]
    for address in (
        f"sources/source/{source.pk}/change/?page=2",
        f"sources/source/passages/{finding.pk}/",
        f"sources/source/passages/{Finding.objects.get(outcome='missing').pk}/",
        f"claims/claim/{finding.citation.claim_id}/",
        "sources/source/?state=failing",
        "sources/source/?state=week",
        "sources/sourcecheck/?state=quarantined",
        "sources/host/",
        f"sources/host/{source.host}/change/",
        "",
    ):
        check_accessible(page)
        page.goto(f"{home}/admin/{address}")
    check_accessible(page)


def test_the_two_texts_stand_beside_each_other_and_below_each_other_on_a_phone(people: TestDesk, opened: Any) -> None:
    finding = altered(people)
    for width, is_beside in ((1280, True), (360, False)):
        page = opened(f"sources/source/passages/{finding.pk}/", width=width)
        left, right = (page.locator(".fc-passage").nth(number).bounding_box() for number in (0, 1))
        assert (left["y"] == right["y"]) is is_beside
        assert (left["x"] == right["x"]) is not is_beside


def test_changed_words_are_marked_by_more_than_colour_and_named_to_screen_readers(
    people: TestDesk, opened: Any
) -> None:
    page = opened(f"sources/source/passages/{altered(people).pk}/", forced_colors="active")
    lines = page.evaluate(
        "['del', 'ins'].map(tag => getComputedStyle(document.querySelector('.fc-passage ' + tag)).textDecorationLine)"
    )
    assert lines == ["line-through", "underline"]
    quoted, standing = page.locator(".fc-passage").all()
    assert "[no longer there: 3]" in quoted.text_content()
    assert "[new: never]" in standing.text_content()
    assert "never" not in quoted.text_content()


def test_a_passage_runs_by_its_own_first_letter(people: TestDesk, opened: Any) -> None:
    finding = altered(people, exact=ARABIC, now=ARABIC.replace("أبلغت", "أنكرت"), language="ar")
    page = opened(f"sources/source/passages/{finding.pk}/")
    directions = "[...document.querySelectorAll('.fc-passage')].map(one => getComputedStyle(one).direction)"
    assert page.evaluate(directions) == ["rtl", "rtl"]
    page.goto(page.url.split("/admin/")[0] + f"/admin/claims/claim/{finding.citation.claim_id}/")
    assert page.evaluate("getComputedStyle(document.querySelector('.fc-citation .fc-diff')).direction") == "rtl"


def test_control_our_english_words_would_turn_the_passage_around(people: TestDesk, opened: Any) -> None:
    finding = altered(people, exact=ARABIC, now=ARABIC.replace("أبلغت", "أنكرت"), language="ar")
    page = opened(f"sources/source/passages/{finding.pk}/")
    page.evaluate("document.querySelectorAll('.fc-passage .fc-sr').forEach(one => one.removeAttribute('dir'))")
    assert page.evaluate("getComputedStyle(document.querySelector('.fc-passage')).direction") == "ltr"


def test_the_comparison_is_reached_and_read_by_keyboard(people: TestDesk, opened: Any) -> None:
    finding = altered(people)
    page = opened(f"sources/source/{finding.citation.source_id}/change/")
    page.get_by_role("link", name="Compare side by side").focus()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/passages/{finding.pk}/")
    page.get_by_role("heading", name="What stands there now").wait_for()
    page.locator("#content").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('.fc-facts') !== null")


def test_check_now_is_followed_to_its_end_without_losing_ones_place(people: TestDesk, opened: Any) -> None:
    source = people.text_source()
    people.cite(people.submit(), source=source)
    SourceCheck.objects.all().delete()
    page = opened(f"sources/source/{source.pk}/change/")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.get_by_role("button", name="Check now").click()
    page.get_by_text("A check is queued").wait_for()
    page.get_by_text("A check waits for a worker.").wait_for()
    button = page.get_by_role("button", name="Check now")
    button.focus()
    asked.clear()

    checks.run_due(now=timezone.now)
    page.locator("#checks .fc-badge", has_text="Alive").wait_for(timeout=10_000)

    assert page.locator("#state .fc-badge", has_text="Alive").is_visible()
    assert page.locator("#passages .fc-badge", has_text="Found").is_visible()
    assert page.evaluate("document.activeElement.textContent") == "Check now"
    assert page.locator("[data-refresh]").count() == 0
    page.wait_for_timeout(2_500)
    assert len([url for url in asked if "/change/" in url]) <= 3  # and then it is quiet


def test_all_pages_are_selected_confirmed_and_queued(people: TestDesk, opened: Any) -> None:
    failing_sources(people, 53)
    page = opened("sources/source/?state=failing")
    page.get_by_label("Select all 50 rows on this page").check()
    page.get_by_text("50 of 50 selected").wait_for()
    page.get_by_role("link", name="Select all 53").click()
    page.get_by_text("All 53 selected").wait_for()
    page.get_by_role("button", name="Check the selected again").click()
    page.locator(".fc").get_by_role("heading", name="Check 53 sources again?").wait_for()
    check_accessible(page)
    assert not SourceCheck.objects.exists()
    page.get_by_role("button", name="Check them again").click()
    page.get_by_text("53 checks queued.").wait_for()
    assert "state=failing" in page.url
    assert SourceCheck.objects.open().count() == 53


def test_a_few_are_chosen_by_keyboard_and_what_could_not_be_done_is_named(people: TestDesk, opened: Any) -> None:
    rows = failing_sources(people, 2)
    checks_of(people, rows[1], status="queued", next_attempt_at=timezone.now() - timedelta(seconds=5))
    page = opened("sources/source/?state=failing", width=360)
    for row in rows:
        page.get_by_label(f"Select {row.title}").focus()
        page.keyboard.press("Space")
    page.get_by_text("2 of 2 selected").wait_for()
    page.get_by_role("button", name="Check the selected again").focus()
    page.keyboard.press("Enter")
    page.get_by_text("1 check queued.").wait_for()
    page.get_by_text("A check of it waits for a worker already.").wait_for()
    page.get_by_role("link", name=rows[1].title).wait_for()
    check_accessible(page)
