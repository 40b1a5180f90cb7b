"""The public pages: readable without script, true to the version asked for, and inert whatever was typed."""

import pytest
from django.test import Client

from reviews import corrections
from reviews import workflow as reviews
from reviews.models import LogEntry, Publication
from tests.desk import TEXTS, TestDesk


def test_a_verdict_is_readable_by_anybody(desk: TestDesk, client: Client) -> None:
    desk.published()
    page = client.get(f"/verdicts/{Publication.objects.get().pk}/")
    text = page.content.decode()
    assert page.status_code == 200
    for expected in (TEXTS["headline"], "Unproven", "Ankara", "Moscow", "passage found", "Version 1"):
        assert expected in text
    assert LogEntry.objects.get().leaf_hash in text
    assert "<script" not in text


def test_the_front_page_lists_what_is_in_force(desk: TestDesk, client: Client) -> None:
    desk.published()
    desk.withdrawn()
    text = client.get("/").content.decode()
    assert text.count(TEXTS["headline"]) == 1


def test_an_old_version_says_that_it_was_superseded(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    texts = {**TEXTS, "headline": "Another headline"}
    corrections.propose_correction(claim, by=desk.ana, at=desk.tick(), kind="update", reason="New facts.", **texts)
    corrections.correct(claim, by=desk.dov, at=desk.tick())
    address = f"/verdicts/{Publication.objects.get().pk}/"
    assert "superseded" not in client.get(address).content.decode()
    old = client.get(f"{address}versions/1/").content.decode()
    assert "superseded" in old
    assert TEXTS["headline"] in old


def test_a_withdrawn_verdict_says_so_first_and_why(desk: TestDesk, client: Client) -> None:
    desk.withdrawn()
    text = client.get(f"/verdicts/{Publication.objects.get().pk}/").content.decode()
    assert "This verdict was withdrawn." in text
    assert "Wrong table." in text


def test_a_page_in_arabic_runs_from_right_to_left(desk: TestDesk, client: Client) -> None:
    desk.published(language="ar")
    assert '<html lang="ar" dir="rtl">' in client.get(f"/verdicts/{Publication.objects.get().pk}/").content.decode()


@pytest.mark.parametrize(
    "evil",
    [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "[click](javascript:alert(1))",
        '"><svg onload=alert(1)>',
    ],
)
def test_whatever_was_typed_is_inert(desk: TestDesk, client: Client, evil: str) -> None:
    claim = desk.in_research(said=f"said {evil}")
    fields = dict.fromkeys(("headline", "summary", "justification", "what_would_change_it"), f"Words {evil}")
    desk.draft(claim, **fields)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    desk.publish(opened)
    text = client.get(f"/verdicts/{Publication.objects.get().pk}/").content.decode()
    for harmful in ("<script", "<img", "<svg", 'href="javascript'):
        assert harmful not in text


@pytest.mark.parametrize(
    "path", ["/verdicts/01890000-0000-7000-8000-000000000000/", "/verdicts/nonsense/", "/verdicts/"]
)
def test_an_unknown_verdict_is_not_found(db: None, client: Client, path: str) -> None:
    assert client.get(path).status_code == 404


def test_the_log_is_served_as_plain_text(desk: TestDesk, client: Client) -> None:
    desk.published()
    checkpoint, key = client.get("/log/checkpoint"), client.get("/log/vkey")
    assert checkpoint.content.decode().splitlines()[1] == "1"
    assert key.content.decode().split("+")[0] == checkpoint.content.decode().splitlines()[0]
    assert {answer["content-type"] for answer in (checkpoint, key)} == {"text/plain; charset=utf-8"}
