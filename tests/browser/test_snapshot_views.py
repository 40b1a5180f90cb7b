"""Hostile snapshots in a real browser: shown and downloaded, and no script of theirs runs."""

import shutil
from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from sources.archiving import Exchange, desk_store
from sources.models import Snapshot, Source
from tests.desk import TestDesk
from tests.sources.archives import ADDRESS, MONDAY, fetched

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or ""
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM, reason="NO CHROMIUM: hostile snapshots were not tried in a browser"),
]
HOSTILE = {
    "html": ("text/html; charset=utf-8", "<!doctype html><title>x</title><script>alert(1)</script>"),
    "breaks out of pre": ("text/html", "</pre></section><script>alert(1)</script><img src=x onerror=alert(1)>"),
    "svg": (
        "image/svg+xml",
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(1)</script></svg>',
    ),
    "xhtml": (
        "application/xhtml+xml",
        '<html xmlns="http://www.w3.org/1999/xhtml"><head/><body><script>alert(1)</script></body></html>',
    ),
    "polyglot": ("text/html", "GIF89a/*<svg/onload=alert(1)>*/=1//<script>alert(1)</script>-->%PDF-1.4"),
    "alpine": (
        "text/html",
        '<div x-data x-init="alert(1)" onclick="alert(1)">{{ 7*7 }}</div><script>alert(1)</script>',
    ),
}


@pytest.fixture
def page(transactional_db: None, live_server: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    """A page of a browser that is signed in; `said` gathers the alerts that were shown."""
    from playwright.sync_api import sync_playwright

    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    desk = TestDesk.make()
    client = Client()
    client.force_login(desk.ana)
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    quiet = ["--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-sandbox"]
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=quiet)
        context = chromium.new_context(accept_downloads=True)
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        opened = context.new_page()
        opened.said = []
        opened.on("dialog", lambda dialog: (opened.said.append(dialog.message), dialog.dismiss()))
        opened.desk = desk
        yield opened
        connections.close_all()  # those of Playwright's loop, which nobody else can reach any more
        chromium.close()


def hostile_snapshot(desk: TestDesk, kind: str) -> Snapshot:
    media_type, body = HOSTILE[kind]
    url = f"{ADDRESS}&{kind}"
    source = Source.objects.create(
        desk=desk.desk, kind="web", url=url, host="news.example.org", added_at=MONDAY, added_by=desk.ana
    )
    headers = (("Content-Type", media_type), ("X-Evil", body))
    archived = desk_store().keep(Exchange.of(fetched(body.encode(), headers=headers), fetched_at=MONDAY), metadata={})
    return Snapshot.objects.create(
        source=source,
        fetched_at=MONDAY,
        sha256=archived.sha256,
        size=archived.size,
        path=archived.path,
        final_url=f"{ADDRESS}&{body}",
        media_type=media_type,
        headers=[list(pair) for pair in headers],
        text=body,
        main_text=body,
        title=body,
        problems=[body],
    )


def test_no_script_of_a_snapshot_runs(page: Any, live_server: Any) -> None:
    for kind, (_, body) in HOSTILE.items():
        snapshot = hostile_snapshot(page.desk, kind)
        at = f"{live_server.url}/admin/sources/snapshot/{snapshot.pk}"

        page.goto(f"{at}/change/")
        page.get_by_text("Response headers").click()
        assert page.locator("pre.fc-text").nth(1).inner_text() == body
        page.locator("pre.fc-text").first.click()
        page.get_by_role("link", name="Show its source as plain text").click()
        page.wait_for_url("**/source/")
        assert page.evaluate("document.contentType") == "text/plain"
        assert page.locator("body").inner_text() == body
        page.goto(f"{at}/change/")
        for link in ("Download the bytes", "Download the archive file"):
            with page.expect_download() as download:
                page.get_by_role("link", name=link).click()
            assert download.value.suggested_filename.startswith(snapshot.sha256[:16])

        assert page.url == f"{at}/change/"
        assert page.said == [], kind


def test_control_as_a_page_each_of_them_would_run(page: Any, live_server: Any) -> None:
    """Twin of the test above: the same bytes at the same address, handed out as what they claim to be."""
    for kind, (media_type, body) in HOSTILE.items():
        address = f"{live_server.url}/admin/sources/snapshot/{hostile_snapshot(page.desk, kind).pk}/source/"
        page.route(address, partial(_hand_out, body, media_type))

        page.goto(address)
        page.wait_for_timeout(50)

        assert "1" in page.said, kind
        page.said.clear()


def test_control_without_one_protection_the_others_still_hold(page: Any, live_server: Any) -> None:
    """Handed out as a page by mistake, the sandbox of the policy alone keeps the script from running."""
    snapshot = hostile_snapshot(page.desk, "html")
    address = f"{live_server.url}/admin/sources/snapshot/{snapshot.pk}/source/"

    def as_a_page(route: Any) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, headers={**answer.headers, "content-type": "text/html"})

    page.route(address, as_a_page)
    page.goto(address)
    page.wait_for_timeout(50)

    assert page.evaluate("document.title") == "x"
    assert page.said == []


def _hand_out(body: str, media_type: str, route: Any) -> None:
    route.fulfill(body=body, content_type=media_type)
