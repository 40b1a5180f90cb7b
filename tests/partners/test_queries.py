"""How often a request asks the database: the same at 10 rows and at 500."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from claims.models import Event
from partners.models import ApiKey
from partners.scopes import Scope
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.builders import published_many
from tests.partners.conftest import with_key

# Of each list with a key: the key's one, then its own.
LISTS = {
    "/api/v1/verdicts/?page_size={}": 2,
    "/api/v1/verdicts/?page_size={}&count=exact": 3,
    "/api/v1/verdicts/?page_size={}&q=notice&claimant=Ankara&language=en": 2,
    "/api/v1/claims/?page_size={}": 5,
    "/api/v1/claims/?page_size={}&count=exact": 6,
    "/api/v1/changes/?limit={}": 2,
}


@contextmanager
def queries() -> Iterator[list[str]]:
    asked: list[str] = []
    with CaptureQueriesContext(
        connection,
    ) as captured:
        yield asked
    asked += [query["sql"] for query in captured.captured_queries]


@pytest.fixture
def key(give_key: Callable[..., str]) -> Client:
    """A client whose key's use was noted a moment ago, as that of a busy partner is."""
    client = with_key(give_key(Scope.VERDICTS_READ, Scope.CLAIMS_READ))
    client.get("/api/v1/verdicts/")
    return client


@pytest.fixture
def full(desk: TestDesk) -> TestDesk:
    published_many(desk, 500, apart=timedelta(seconds=1))
    return desk


def test_lists_ask_as_often_for_500_rows_as_for_10(full: TestDesk, key: Client) -> None:
    told: dict[str, list[int]] = {}
    for path in LISTS:
        told[path] = []
        for size in (10, 500):
            with queries() as asked:
                answer = key.get(path.format(size))
            assert len(answer.json()["results"]) == size
            told[path].append(len(asked))

    assert told == {path: [many, many] for path, many in LISTS.items()}


def test_anonymous_readers_cost_one_query(full: TestDesk, client: Client) -> None:
    for path in ("/api/v1/verdicts/", "/api/v1/changes/"):
        with queries() as asked:
            client.get(path)
        assert len(asked) == 1


def test_one_thing_is_read_with_few_queries(desk: TestDesk, key: Client) -> None:
    claim = desk.withdrawn()
    path = f"/api/v1/verdicts/{Publication.objects.get(claim=claim).pk}/"
    etag = key.get(path)["ETag"]
    wanted = {path: 2, f"{path}?version=2": 3, f"{path}?version=1": 4, f"{path}versions/": 2}
    wanted[f"/api/v1/claims/{claim.pk}/"] = 5

    told = {}
    for asked_path in wanted:
        with queries() as asked:
            assert key.get(asked_path).status_code == 200
        told[asked_path] = len(asked)
    assert told == wanted

    with queries() as asked:
        assert key.get(path, headers={"If-None-Match": etag}).status_code == 304
    assert len(asked) == 2
    assert not any("document" in sql for sql in asked)


def test_refusals_cost_no_query_of_their_own(desk: TestDesk, client: Client) -> None:
    for path in ("/api/v1/verdicts/?x=1", "/api/v1/claims/", "/api/v1/verdicts/x/", "/api/", "/api/schema/"):
        with queries() as asked:
            client.get(path)
        assert asked == []


def test_the_lists_document_is_the_only_large_column_read(full: TestDesk, key: Client) -> None:
    with queries() as asked:
        key.get("/api/v1/claims/")

    assert not any("justification" in sql or '"document"' in sql for sql in asked)
    assert Event.objects.exists()
    assert ApiKey.objects.get().last_used_at is not None
