"""A snapshot in the admin: everything that is known of it, for the desk alone, and nothing that could run."""

from __future__ import annotations

import re
from datetime import timedelta
from html import escape
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils.safestring import SafeString

from sources.admin import snapshots
from sources.archiving import Exchange, desk_store
from sources.fetching.exchanges import Hop
from sources.models import Snapshot, Source
from tests.desk import TestDesk
from tests.pages import sign_in, text_of
from tests.sources.archives import ADDRESS, MONDAY, fetched, held

VIEWS = ("change", "source", "download", "archive")
HOSTILE = {
    "html": ("text/html; charset=utf-8", "<!doctype html><script>alert(1)</script><img src=x onerror=alert(2)>"),
    "breaks out of pre": ("text/html", '</pre></section><script>alert(1)</script><pre onmouseover="alert(2)">'),
    "svg": (
        "image/svg+xml",
        '<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"><script>alert(2)</script></svg>',
    ),
    "xhtml": ("application/xhtml+xml", '<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>'),
    "polyglot": ("text/plain", "GIF89a/*<svg/onload=alert(1)>*/=alert(2)//<script>alert(3)</script>-->%PDF-1.4"),
    "utf-7": ("text/html; charset=utf-7", "+ADw-script+AD4-alert(1)+ADw-/script+AD4-"),
    "a template": ("text/html", '{{ 7*7 }}{% load static %}<div x-data x-init="alert(1)">${alert(2)}</div>'),
    "no type": ("", "<script>alert(1)</script>"),
    "a type that lies": ("text/html\r\nX: <script>alert(1)</script>", "<script>alert(2)</script>"),
}


@pytest.fixture
def source(desk: TestDesk) -> Source:
    return Source.objects.create(
        desk=desk.desk, kind="web", url=ADDRESS, host="news.example.org", added_at=MONDAY, added_by=desk.ana
    )


def snapshot_of(source: Source, body: bytes, media_type: str = "text/html; charset=utf-8", **fields: Any) -> Snapshot:
    hop = Hop("http://news.example.org/<b>", 301, ADDRESS, "198.51.100.7", ())
    headers = (("Content-Type", media_type), ("X-Served-By", "<script>alert(9)</script>"))
    sent = Exchange.of(fetched(body, headers=headers, hops=(hop,)), fetched_at=MONDAY)
    archived = desk_store().keep(sent, metadata={})
    given = {
        "text": body.decode("utf-8", "replace"),
        "main_text": "",
        "headers": [list(pair) for pair in headers],
        "media_type": media_type[:100],
        "problems": ["guessed_charset", "<i>"],
        **fields,
    }
    return Snapshot.objects.create(
        source=source,
        fetched_at=MONDAY,
        sha256=archived.sha256,
        size=archived.size,
        path=archived.path,
        final_url=ADDRESS,
        **given,
    )


def address(snapshot: Snapshot, view: str) -> str:
    return f"/admin/sources/snapshot/{snapshot.pk}/{view}/"


def test_the_page_says_all_that_is_known(desk: TestDesk, source: Source) -> None:
    snapshot = snapshot_of(source, b"<p>Bread costs more.</p>", main_text="Only the main text.")

    html = text_of(sign_in(desk.ana).get(address(snapshot, "change")))

    for fact in (
        snapshot.sha256,
        ADDRESS,
        snapshot.path,
        "2026-03-02T09:30:15.123456Z",
        f"301 http://news.example.org/<b> -> {ADDRESS} (198.51.100.7)",
        "trafilatura 2.",
        "guessed_charset, <i>",
        "X-Served-By: <script>alert(9)</script>",
        "<p>Bread costs more.</p>",
        "Only the main text.",
        "archive file verified just now",
    ):
        assert escape(fact) in html, fact


def test_the_text_of_an_unchanged_page_is_that_of_the_first(desk: TestDesk, source: Source) -> None:
    first = snapshot_of(source, b"<p>Bread</p>", main_text="Its main text.")
    known = held(desk_store().keep(Exchange.of(fetched(b"<p>Bread</p>"), fetched_at=MONDAY), metadata={}))
    sent = Exchange.of(fetched(b"<p>Bread</p>"), fetched_at=MONDAY + timedelta(days=1))
    archived = desk_store().keep(sent, known=known, metadata={})
    again = Snapshot.objects.create(
        source=source,
        original=first,
        fetched_at=sent.fetched_at,
        sha256=archived.sha256,
        size=archived.size,
        path=archived.path,
        is_revisit=True,
        media_type="text/html",
    )

    client = sign_in(desk.ana)
    html = text_of(client.get(address(again, "change")))

    assert escape("<p>Bread</p>") in html
    assert "Its main text." in html
    assert known.path in html
    assert client.get(address(again, "download")).content == b"<p>Bread</p>"


@pytest.mark.parametrize("view", VIEWS)
def test_another_desk_finds_nothing(desk: TestDesk, source: Source, view: str) -> None:
    snapshot = snapshot_of(source, b"<p>Bread</p>")

    assert sign_in(desk.ana).get(address(snapshot, view)).status_code == 200
    assert sign_in(desk.eva).get(address(snapshot, view)).status_code == 200
    assert sign_in(desk.oli).get(address(snapshot, view)).status_code == 404
    assert Client().get(address(snapshot, view)).status_code == 302


@pytest.mark.parametrize("view", ["source", "download", "archive"])
@pytest.mark.parametrize("kind", HOSTILE)
def test_bytes_are_handed_out_so_that_nothing_can_run(desk: TestDesk, source: Source, kind: str, view: str) -> None:
    media_type, body = HOSTILE[kind]
    snapshot = snapshot_of(source, body.encode(), media_type)

    answer = sign_in(desk.ana).get(address(snapshot, view))

    if view == "source" and kind == "no type":
        assert answer.status_code == 409
        assert "alert(1)" not in text_of(answer)
        return
    assert answer.status_code == 200
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert answer["X-Frame-Options"] == "DENY"
    assert "no-store" in answer["Cache-Control"]
    if view == "source":
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
        assert text_of(answer) == body
    else:
        assert answer["Content-Type"] == "application/octet-stream"
        wanted = rf'attachment; filename="{snapshot.sha256[:16]}\.(bin|warc\.gz)"'
        assert re.fullmatch(wanted, answer["Content-Disposition"])


@pytest.mark.parametrize("kind", HOSTILE)
def test_the_page_carries_hostile_text_as_text(desk: TestDesk, source: Source, kind: str) -> None:
    media_type, body = HOSTILE[kind]
    snapshot = snapshot_of(source, body.encode(), media_type, main_text=body, title=body[:300], language=body[:12])

    html = text_of(sign_in(desk.ana).get(address(snapshot, "change")))

    assert html.count(escape(body)) >= 2
    assert body not in html or body == escape(body)
    assert "<script>alert" not in html


def test_control_unescaped_it_would_be_a_script(
    desk: TestDesk, source: Source, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twin of the test above: its check sees a script where one is."""
    snapshot = snapshot_of(source, b"<script>alert(1)</script>")
    page = snapshots.SnapshotAdmin.page

    def careless(*given: Any, **context: Any) -> Any:
        return page(*given, **{**context, "text": SafeString(context["text"])})

    monkeypatch.setattr(snapshots.SnapshotAdmin, "page", careless)

    assert "<script>alert" in text_of(sign_in(desk.ana).get(address(snapshot, "change")))


def test_the_download_is_the_body_and_the_archive_file_the_file(desk: TestDesk, source: Source, settings: Any) -> None:
    snapshot = snapshot_of(source, b"\x00\xff exact", text="")
    client = sign_in(desk.ana)

    assert client.get(address(snapshot, "download")).content == b"\x00\xff exact"
    assert (
        client.get(address(snapshot, "archive")).content == (Path(settings.SNAPSHOT_DIR) / snapshot.path).read_bytes()
    )


def test_what_is_no_text_is_not_shown_as_text(desk: TestDesk, source: Source) -> None:
    snapshot = snapshot_of(source, b"%PDF-1.7", "application/pdf")
    client = sign_in(desk.ana)

    assert "plain text" not in text_of(client.get(address(snapshot, "change")))
    answer = client.get(address(snapshot, "source"))
    assert answer.status_code == 409
    assert "It is no text (application/pdf): download its bytes instead." in text_of(answer)


@pytest.mark.parametrize(
    ("media_type", "shown"),
    [
        ("text/html; charset=windows-1251", "Хлеб"),
        ('text/html;charset="cp1251"', "Хлеб"),
        ("text/html; charset=rot13", "\ufffd"),
        ("text/html", "\ufffd"),
    ],
)
def test_source_is_shown_in_the_charset_that_was_declared(
    desk: TestDesk, source: Source, media_type: str, shown: str
) -> None:
    snapshot = snapshot_of(source, "Хлеб".encode("cp1251"), media_type)

    assert shown in text_of(sign_in(desk.ana).get(address(snapshot, "source")))


@pytest.mark.parametrize("spoil", ["missing", "damaged", "another body"])
@pytest.mark.parametrize("view", VIEWS)
def test_a_spoilt_archive_file_is_told_and_nothing_of_it_given(
    desk: TestDesk, source: Source, settings: Any, spoil: str, view: str
) -> None:
    snapshot = snapshot_of(source, b"<p>Bread</p>")
    file = Path(settings.SNAPSHOT_DIR) / snapshot.path
    if spoil == "missing":
        file.unlink()
    elif spoil == "damaged":
        file.write_bytes(file.read_bytes()[:-9])
    else:
        Snapshot.objects.filter(pk=snapshot.pk).update(sha256="0" * 64)

    answer = sign_in(desk.ana).get(address(snapshot, view))

    assert answer.status_code == (200 if view == "change" else 409)
    assert "The archive file is damaged or missing" in text_of(answer)
    assert "verified just now" not in text_of(answer)
