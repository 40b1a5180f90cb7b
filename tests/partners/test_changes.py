"""The change feed: no gap, nothing missed, nothing shown that may not be seen."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from claims.models import Change
from partners.scopes import Scope
from partners.workflow import create_key, create_partner
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.conftest import with_key

CHANGES = "/api/v1/changes/"


def follow(client: Client, *, limit: int = 3) -> list[dict[str, Any]]:
    """All entries, page by page as a syncing client reads them."""
    entries: list[dict[str, Any]] = []
    after, has_more = 0, True
    while has_more:
        body = client.get(CHANGES, {"after": after, "limit": limit}).json()
        entries += body["results"]
        after, has_more = body["next_after"], body["has_more"]
    return entries


@pytest.fixture
def busy(desk: TestDesk) -> TestDesk:
    """A desk with a published, a withdrawn and a declined claim."""
    desk.published()
    desk.withdrawn()
    desk.declined()
    return desk


@pytest.mark.parametrize("limit", [1, 4, 500])
def test_numbers_have_no_gap_for_anybody(busy: TestDesk, reader: Client, limit: int) -> None:
    for client in (reader, Client()):
        numbers = [entry["seq"] for entry in follow(client, limit=limit)]
        assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) == Change.objects.count() > 10


def test_anonymous_readers_see_verdicts_and_tombstones(busy: TestDesk) -> None:
    entries = follow(Client())

    seen = [entry for entry in entries if entry["type"] != "hidden"]
    assert [entry["type"] for entry in seen] == [
        "verdict.published",
        "verdict.published",
        "verdict.withdrawn",
    ]
    for entry in entries:
        if entry["type"] == "hidden":
            assert entry.keys() == {"seq", "type"}
        else:
            assert entry.keys() == {"seq", "type", "at", "claim_id", "verdict_id", "version", "url"}


def test_every_entry_of_a_verdict_leads_to_it(busy: TestDesk, reader: Client) -> None:
    entries = [entry for entry in follow(reader) if entry["type"].startswith("verdict.")]

    for entry in entries:
        body = reader.get(entry["url"].removeprefix("https://desk.example")).json()
        assert body["id"] == entry["verdict_id"]
        assert body["claim"]["id"] == entry["claim_id"]
        assert body["version"] >= entry["version"]


def test_keys_with_claims_read_see_claims(busy: TestDesk, give_key: Callable[..., str]) -> None:
    only_verdicts = follow(with_key(give_key(Scope.VERDICTS_READ)))
    both = follow(with_key(give_key(Scope.VERDICTS_READ, Scope.CLAIMS_READ)))

    assert {entry["type"].split(".")[0] for entry in only_verdicts} == {"verdict", "hidden"}
    assert {entry["type"].split(".")[0] for entry in both} == {"verdict", "claim"}
    assert "claim.declined" in {entry["type"] for entry in both}
    for entry in both:
        if entry["type"].startswith("claim."):
            assert entry["url"].endswith(f"/api/v1/claims/{entry['claim_id']}/")
            assert "verdict_id" not in entry


def test_claims_of_another_desk_stay_hidden(busy: TestDesk) -> None:
    partner = create_partner(desk=busy.oli.memberships.get().desk, name="Elsewhere", by=busy.oli, at=busy.tick())
    elsewhere = with_key(create_key(partner, list(Scope), busy.oli, busy.tick())[1])

    assert {entry["type"].split(".")[0] for entry in follow(elsewhere)} == {"verdict", "hidden"}


def test_following_to_the_end_and_on(desk: TestDesk, client: Client) -> None:
    desk.published()
    end = client.get(CHANGES, {"limit": 500}).json()
    assert end["has_more"] is False

    empty = client.get(CHANGES, {"after": end["next_after"]}).json()
    assert empty == {"results": [], "next_after": end["next_after"], "has_more": False}

    claim = desk.published()
    more = client.get(CHANGES, {"after": end["next_after"], "limit": 500}).json()
    published = [entry for entry in more["results"] if entry["type"] == "verdict.published"]
    assert [entry["verdict_id"] for entry in published] == [str(Publication.objects.get(claim=claim).pk)]


def test_a_page_that_ends_with_the_feed_has_no_more(desk: TestDesk, client: Client) -> None:
    desk.submit()
    desk.submit()

    assert client.get(CHANGES, {"limit": 2}).json()["has_more"] is False
    assert client.get(CHANGES, {"limit": 1}).json()["has_more"] is True


def test_a_number_that_is_not_there_yet_is_the_end(desk: TestDesk, client: Client) -> None:
    desk.submit()

    assert client.get(CHANGES, {"after": 10**18}).json() == {
        "results": [],
        "next_after": 10**18,
        "has_more": False,
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("after=-1", "after"),
        ("after=x", "after"),
        ("limit=0", "limit"),
        ("limit=501", "limit"),
        ("since=1", "since"),
    ],
)
def test_bad_values(query: str, name: str, client: Client, db: None) -> None:
    answer = client.get(f"{CHANGES}?{query}")

    assert answer.status_code == 400
    assert [error["field"] for error in answer.json()["errors"]] == [name]
