"""Pages: complete on equal times and while rows are added, where the framework's own cursor is not."""

from base64 import urlsafe_b64encode
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from django.test import Client, RequestFactory
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request

from claims.identity import new_id
from partners.pagination import Place, read_cursor
from partners.parameters import EARLIEST, LATEST
from reviews.models import Publication
from tests.desk import TestDesk
from tests.partners.builders import published_many

VERDICTS = "/api/v1/verdicts/"
NOW = datetime(2026, 3, 2, 9, 0, 0, 123_456, tzinfo=UTC)


def pages(client: Client, path: str) -> Iterator[list[str]]:
    """The ids of every page, following `next`."""
    url: str | None = path
    while url:
        answer = client.get(url)
        assert answer.status_code == 200, answer.content
        body = answer.json()
        yield [row["id"] for row in body["results"]]
        url = body["next"]
        assert answer.get("Link") == (f'<{url}>; rel="next"' if url else None)
        url = url and url.removeprefix("https://desk.example")


def ids(client: Client, path: str) -> list[str]:
    return [key for page in pages(client, path) for key in page]


# --- Cursors -------------------------------------------------------------------------------------------


@given(st.datetimes(EARLIEST.replace(tzinfo=None), LATEST.replace(tzinfo=None)), st.uuids())
def test_a_cursor_is_its_place(at: datetime, key: UUID) -> None:
    place = Place(at.replace(tzinfo=UTC), key)

    assert read_cursor(place.cursor()) == place
    assert len(place.cursor()) == 32


@pytest.mark.parametrize(
    "raw",
    [
        "",
        "x",
        "null",
        "A" * 31,
        "A" * 33,
        "é" * 32,
        "=" * 32,
        "/" * 32,
        " " + "A" * 31,
        "A" * 5_000,
        urlsafe_b64encode(b"\x7f" + b"\xff" * 23).decode(),
        urlsafe_b64encode(b"\x80" + b"\x00" * 23).decode(),
        "cD0yMDIwLTAyLTA0KzEwJTNBMDA=",
        Place(NOW, UUID(int=7)).cursor() + "\n",
        Place(NOW, UUID(int=7)).cursor()[:16] + "!" + Place(NOW, UUID(int=7)).cursor()[16:],
    ],
)
def test_what_we_did_not_give_out_is_no_cursor(raw: str, client: Client, db: None) -> None:
    with pytest.raises(ValueError, match="no cursor of ours"):
        read_cursor(raw)
    answer = client.get(VERDICTS, {"cursor": raw})
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "cursor"


# --- Pages ---------------------------------------------------------------------------------------------


def test_two_thousand_equal_times_are_read_whole(desk: TestDesk, client: Client) -> None:
    made = published_many(desk, 2_000, start=NOW)

    got = ids(client, f"{VERDICTS}?page_size=500&published_after={NOW:%Y-%m-%dT%H:%M:%S.%f}Z")

    wanted = {str(row.pk) for row in made} | {str(row.pk) for row in Publication.objects.filter(published_at__gte=NOW)}
    assert len(got) == len(set(got))
    assert set(got) == wanted


def test_control_the_frameworks_cursor_loses_rows_of_equal_time(desk: TestDesk) -> None:
    published_many(desk, 2_000, start=NOW)

    class Control(CursorPagination):
        page_size = 50
        ordering = ("-published_at", "pk")

    got: list[UUID] = []
    url: str | None = "/"
    for _ in range(60):
        paginator = Control()
        page = paginator.paginate_queryset(Publication.objects.all(), Request(RequestFactory().get(str(url))))
        got += [row.pk for row in page or []]
        url = paginator.get_next_link()
        if url is None:
            break

    assert len(set(got)) < 2_000


@pytest.mark.parametrize("size", [1, 3, 7])
def test_every_page_size_reads_every_row_once_in_order(desk: TestDesk, client: Client, size: int) -> None:
    published_many(desk, 10, apart=timedelta(microseconds=1))
    published_many(desk, 10, start=desk.tick())

    got = ids(client, f"{VERDICTS}?page_size={size}")

    wanted = Publication.objects.order_by("-published_at", "pk").values_list("pk", flat=True)
    assert got == [str(key) for key in wanted]


def test_what_is_published_between_pages_moves_nothing(desk: TestDesk, client: Client) -> None:
    made = published_many(desk, 20, apart=timedelta(seconds=1))
    before = {str(key) for key in Publication.objects.values_list("pk", flat=True)}

    got: list[str] = []
    for page in pages(client, f"{VERDICTS}?page_size=4"):
        got += page
        published_many(desk, 2, start=desk.tick(days=1))  # newer
        Publication.objects.filter(pk=made[0].pk).update(updated_at=desk.tick())

    assert len(got) == len(set(got))
    assert set(got) == before


def test_a_place_stays_valid_when_its_row_is_withdrawn(desk: TestDesk, client: Client) -> None:
    published_many(desk, 10)
    first, *rest = list(pages(client, f"{VERDICTS}?page_size=5"))
    again = client.get(f"{VERDICTS}?page_size=5").json()["next"].removeprefix("https://desk.example")

    Publication.objects.filter(pk=first[-1]).update(status="withdrawn")

    assert [row["id"] for row in client.get(again).json()["results"]] == rest[0]


def test_a_page_that_is_just_full_has_no_next(desk: TestDesk, client: Client) -> None:
    published_many(desk, 4)  # and the one that they are copies of

    assert client.get(f"{VERDICTS}?page_size=5").json()["next"] is None
    assert client.get(f"{VERDICTS}?page_size=4").json()["next"] is not None


def test_an_empty_list_is_a_page(client: Client, db: None) -> None:
    answer = client.get(VERDICTS)

    assert answer.json() == {"results": [], "next": None}
    assert "Link" not in answer


def test_a_place_beyond_the_end_is_an_empty_page(desk: TestDesk, client: Client) -> None:
    published_many(desk, 2)

    answer = client.get(VERDICTS, {"cursor": Place(EARLIEST, new_id()).cursor()})

    assert answer.json()["results"] == []


def test_next_keeps_the_filters(desk: TestDesk, client: Client) -> None:
    published_many(desk, 3)

    url = client.get(f"{VERDICTS}?page_size=1&q=notice+%26+number&language=en").json()["next"]

    assert "page_size=1" in url
    assert "q=notice+%26+number" in url
    assert "language=en" in url
    assert url.count("cursor=") == 1
    assert client.get(url.removeprefix("https://desk.example")).json()["next"].count("cursor=") == 1


def test_the_count_is_only_told_when_asked_for_and_is_that_of_all_pages(desk: TestDesk, client: Client) -> None:
    published_many(desk, 7)

    assert "count" not in client.get(VERDICTS).json()
    first = client.get(f"{VERDICTS}?count=exact&page_size=3").json()
    second = client.get(first["next"].removeprefix("https://desk.example")).json()
    assert first["count"] == second["count"] == 8
    assert client.get(f"{VERDICTS}?count=maybe").status_code == 400
    assert client.get(f"{VERDICTS}?count=exact&rating=false").json()["count"] == 0
