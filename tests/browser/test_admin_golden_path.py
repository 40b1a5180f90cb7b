"""The golden path's admin steps in a real browser, and axe on every page on the way, light and dark."""

import shutil
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from claims.models import Claim, Person
from sources import checks, tasks
from tests.desk import TestDesk

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the admin was not tried in a browser"),
]
ARTICLE = (
    "Officials in Ankara said on Monday that Turkey had given Russia the coordinates of its troops. "
    "Russia's defence ministry denied that Turkey had given Russia the coordinates of its troops. "
    "The mayor said the bridge cost 12 million euros in 2019."
)
PASSWORD = "correct-horse-battery"
SERIOUS = {"serious", "critical"}


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """Chromium, without background traffic."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-sandbox"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        yield chromium
        connections.close_all()  # those of Playwright's loop, which nobody else can reach any more
        chromium.close()


@pytest.fixture
def people(transactional_db: None, monkeypatch: pytest.MonkeyPatch) -> TestDesk:
    monkeypatch.setattr(tasks, "_send_hint", lambda: None)  # no broker here: the test runs the checks
    desk = TestDesk.make()
    for name in ("ana", "ben", "chi", "dov"):
        person: Person = getattr(desk, name)
        person.set_password(PASSWORD)
        person.save()
    return desk


@pytest.fixture
def sign_in(browser: Any, live_server: Any) -> Iterator[Callable[..., Any]]:
    """A page of one's own, signed in; console errors and requests to other hosts fail the test."""
    faults: list[str] = []
    contexts: list[Any] = []

    def open_page(name: str, *, scheme: str = "light", width: int = 1280) -> Any:
        context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda said: faults.append(said.text) if "Content Security Policy" in said.text else None)
        page.on("request", lambda asked: _note_stranger(asked.url, live_server.url, faults))
        page.goto(f"{live_server.url}/admin/login/")
        page.fill("[name=username]", name)
        page.fill("[name=password]", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url("**/admin/")
        return page

    yield open_page
    for context in contexts:
        context.close()
    assert not faults


def _note_stranger(url: str, home: str, faults: list[str]) -> None:
    if not url.startswith((home, "data:")):
        faults.append(f"asked another host: {url}")


def check_accessible(page: Any) -> None:
    from axe_playwright_python.sync_playwright import Axe

    found = Axe().run(page).response["violations"]
    serious = [(each["id"], each["nodes"][0]["html"][:120]) for each in found if each["impact"] in SERIOUS]
    assert not serious, (page.url, serious)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth + 1"), page.url


def press(page: Any, label: str) -> None:
    page.locator(".fc").get_by_role("button", name=label, exact=True).last.click()


def follow(page: Any, label: str) -> None:
    page.locator(".fc").get_by_role("link", name=label, exact=True).first.click()


def take_in(page: Any) -> None:
    follow(page, "Take in an article")
    check_accessible(page)
    page.fill("[name=text]", ARTICLE)
    page.fill("[name=publisher]", "A wire service")
    press(page, "List its claims")
    page.wait_for_url("**/candidates/")
    check_accessible(page)
    page.locator("article", has_text="contested by").get_by_role("link", name="Accept").first.click()
    check_accessible(page)
    page.fill("[name=text]", "Turkey gave Russia the coordinates of its troops.")
    press(page, "Accept")
    page.wait_for_url("**/claim/**/change/")


def research(page: Any, desk: TestDesk, claim: Claim) -> None:
    follow(page, "Start research")
    page.fill("[name=reason]", "Both governments repeat it.")
    press(page, "Start research")
    source = desk.text_source("A second report. Nobody has shown a message, a receipt or a map of that night.")
    desk.cite(claim, source=source, exact="Nobody has shown a message, a receipt or a map")
    checks.run_due(now=timezone.now)
    page.reload()
    page.get_by_text("Found").first.wait_for()
    check_accessible(page)
    follow(page, "Log a contact")
    page.fill("[name=contacted]", "Both press offices")
    page.fill("[name=how]", "E-mail")
    page.fill("[name=on]", "2026-03-01")
    page.fill("[name=response]", "No answer.")
    press(page, "Log a contact")


def draft_and_open(page: Any) -> None:
    follow(page, "Write the draft")
    page.get_by_label("Unproven").check()
    for name in ("headline", "summary", "justification", "what_would_change_it", "searched"):
        page.fill(f"[name={name}]", f"The {name} of the verdict.")
    check_accessible(page)
    press(page, "Write the draft")
    follow(page, "Open a review round")
    page.get_by_label("Ben").check()
    page.get_by_label("Chi").check()
    press(page, "Open a review round")
    page.get_by_text("Not submitted yet").first.wait_for()


def review(page: Any, words: str) -> None:
    page.locator(".fc-todo a").first.click()
    check_accessible(page)
    page.get_by_label("Unproven").check()
    page.get_by_label("Endorse the draft").check()
    page.fill("[name=reasons]", words)
    press(page, "Submit your review")
    page.get_by_text("Your review is submitted and sealed").wait_for()


def test_from_the_article_to_the_published_verdict(people: TestDesk, sign_in: Callable[..., Any]) -> None:
    ana = sign_in("ana")
    check_accessible(ana)
    take_in(ana)
    claim = Claim.objects.get()
    research(ana, people, claim)
    draft_and_open(ana)

    review(sign_in("ben"), "Ben's sealed words.")
    chi = sign_in("chi", scheme="dark")
    check_accessible(chi)
    ana.reload()
    assert "Ben's sealed words." not in ana.content()
    review(chi, "Chi's sealed words.")
    assert "Ben's sealed words." in chi.content()

    dov = sign_in("dov", scheme="dark")
    dov.locator(".fc-todo a").first.click()
    check_accessible(dov)
    follow(dov, "Publish")
    for box in dov.locator("[name=confirmed]").all():
        box.check()
    press(dov, "Publish")
    dov.get_by_text("In force").first.wait_for()
    claim.refresh_from_db()
    assert claim.status == "published"
    follow(dov, "Version 1")
    check_accessible(dov)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390])
def test_lists_are_accessible_and_fit(
    people: TestDesk, sign_in: Callable[..., Any], live_server: Any, scheme: str, width: int
) -> None:
    people.submit()
    page = sign_in("dov", scheme=scheme, width=width)
    for path in ("", "claims/claim/", "sources/source/", "sources/sourcecheck/", "claims/claim/add/"):
        page.goto(f"{live_server.url}/admin/{path}")
        check_accessible(page)


def test_the_keyboard_reaches_the_page_past_the_navigation(people: TestDesk, sign_in: Callable[..., Any]) -> None:
    page = sign_in("ana")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the page"
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")
