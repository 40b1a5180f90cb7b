"""The page about the API in a real browser: it renders under its policy and asks no other host."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connections

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: the page about the API was not tried in a browser"),
]


@pytest.fixture
def page(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser.new_page()
        connections.close_all()  # those of Playwright's loop, which nobody else can reach any more
        browser.close()


def test_every_operation_is_shown_and_can_be_opened(live_server: Any, page: Any) -> None:
    complaints: list[str] = []
    asked: list[str] = []
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("request", lambda request: asked.append(request.url))

    page.goto(f"{live_server.url}/api/docs/")
    page.wait_for_selector(".opblock-summary-path")
    shown = page.locator(".opblock-summary-path").count()
    described = len(page.request.get(f"{live_server.url}/api/schema/").json()["paths"])
    page.locator(".opblock-summary-control").first.click()
    page.wait_for_selector(".opblock-body .responses-wrapper")
    page.wait_for_load_state("networkidle")

    assert shown == described > 5
    assert complaints == []
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
