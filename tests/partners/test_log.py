"""The log as it is served: tiles and entries that never change, and nothing where the log does not reach."""

import gzip
import hashlib
from collections import Counter
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.models import LogEntry, LogNode
from reviews.verdict_log import checkpoints, keys, notes, tiles
from reviews.verdict_log.tiles import Resource, resource_at
from tests.desk import TestDesk
from tests.protection import lifted

FOR_EVER = "public, max-age=31536000, immutable"


@pytest.fixture
def three(desk: TestDesk) -> TestDesk:
    desk.withdrawn()
    desk.published()
    return desk


# --- Tiles and entries -------------------------------------------------------------------------------------


def test_tiles_and_entries_are_served_for_ever(three: TestDesk, client: Client) -> None:
    entries = [entry.entry.encode() for entry in LogEntry.objects.order_by("index")]
    bundle = client.get("/log/tile/entries/000.p/3")
    hashes = client.get("/log/tile/0/000.p/3")

    assert bundle.content == b"".join(len(entry).to_bytes(2, "big") + entry for entry in entries)
    assert hashes.content == b"".join(hashlib.sha256(b"\0" + entry).digest() for entry in entries)
    for answer in (bundle, hashes):
        assert answer["Content-Type"] == "application/octet-stream"
        assert answer["Cache-Control"] == FOR_EVER
        assert not answer.cookies
    assert client.get("/log/tile/0/000.p/2").content == hashes.content[:64]


def test_a_full_tile_and_the_level_above(db: None, client: Client) -> None:
    with lifted():
        LogNode.objects.bulk_create(LogNode(level=0, index=i, hash=f"{i:064x}") for i in range(256))
        LogNode.objects.create(level=8, index=0, hash="ab" * 32)
    full = client.get("/log/tile/0/000").content

    assert (len(full), full[-1]) == (8192, 255)
    assert client.get("/log/tile/1/000.p/1").content == bytes.fromhex("ab" * 32)
    assert client.get("/log/tile/1/000").status_code == 404
    assert client.get("/log/tile/0/000.p/256").status_code == 404


@pytest.mark.parametrize(
    "where",
    [
        "0/000",
        "0/000.p/4",
        "0/000.p/0",
        "0/000.p/03",
        "0/001.p/1",
        "1/000.p/1",
        "entries/000",
        "entries/000.p/4",
        "63/x999/x999/x999/x999/x999/999",
        "64/000.p/1",
        "00/000.p/1",
        "0/0.p/1",
        "0/000.p/1/",
        "0/x000/000.p/1",
        "0/x001/x234/067",
        "0/000.p",
        "0/000.P/1",
        "0/٠٠٠.p/1",
        "0/../0/000.p/1",
        "-1/000.p/1",
        "entries",
        "entries/x/000",
        "0/000.p/1%00",
        "0/000.p/1?x=1/../",
        "%2e%2e/checkpoint",
        "9" * 5000,
    ],
)
def test_where_there_is_no_tile_is_a_404_that_no_cache_keeps(three: TestDesk, client: Client, where: str) -> None:
    answer = client.get(f"/log/tile/{where}")
    if where.endswith("?x=1/../"):  # a query string is not part of a tile's address
        assert answer.status_code == 200
        return
    assert answer.status_code == 404
    assert answer["Cache-Control"] == "no-store"


def test_a_wrong_path_asks_the_database_nothing(three: TestDesk, client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get("/log/tile/64/000.p/1")
    assert len(asked) == 0


@pytest.mark.parametrize(("path", "many"), [("tile/0/000.p/3", 1), ("tile/entries/000.p/3", 1), ("tile/9/000", 1)])
def test_a_tile_costs_one_query(three: TestDesk, client: Client, path: str, many: int) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/log/{path}")
    assert len(asked) == many


def test_a_checkpoint_costs_two_queries_at_every_size(desk: TestDesk, client: Client) -> None:
    for _ in range(3):
        desk.published()
        with CaptureQueriesContext(connection) as asked:
            assert client.get("/log/checkpoint").status_code == 200
        assert len(asked) == 2


@pytest.mark.parametrize("path", ["tile/0/000.p/3", "tile/entries/000.p/3", "checkpoint", "vkey", "vkeys"])
def test_who_holds_it_gets_a_304_and_head_gets_no_body(three: TestDesk, client: Client, path: str) -> None:
    got = client.get(f"/log/{path}")
    again = client.get(f"/log/{path}", headers={"If-None-Match": got["ETag"]})
    head = client.head(f"/log/{path}")

    assert (again.status_code, again.content, again["ETag"]) == (304, b"", got["ETag"])
    assert again["Cache-Control"] == got["Cache-Control"]
    assert (head.status_code, head.content, head["ETag"]) == (200, b"", got["ETag"])
    assert client.post(f"/log/{path}").status_code == 405


def test_entries_are_compressed_for_those_who_ask(three: TestDesk, client: Client) -> None:
    plain = client.get("/log/tile/entries/000.p/3")
    zipped = client.get("/log/tile/entries/000.p/3", headers={"Accept-Encoding": "br, gzip;q=0.8"})
    refused = client.get("/log/tile/entries/000.p/3", headers={"Accept-Encoding": "gzip;q=0, identity"})

    assert gzip.decompress(zipped.content) == plain.content == refused.content
    assert len(zipped.content) < len(plain.content) / 2
    assert (zipped["Content-Encoding"], zipped["Vary"]) == ("gzip", "Accept-Encoding")
    assert not plain.has_header("Content-Encoding")
    assert zipped["ETag"] != plain["ETag"]
    held = client.get("/log/tile/entries/000.p/3", headers={"Accept-Encoding": "gzip", "If-None-Match": zipped["ETag"]})
    assert (held.status_code, held.has_header("Content-Encoding")) == (304, False)


# --- Key and checkpoint ------------------------------------------------------------------------------------


def test_the_checkpoint_is_asked_for_anew_each_time(three: TestDesk, client: Client) -> None:
    for path in ("checkpoint", "vkey", "vkeys"):
        answer = client.get(f"/log/{path}")
        assert answer["Cache-Control"] == "no-cache"
        assert answer["Content-Type"] == "text/plain; charset=utf-8"
    note = client.get("/log/checkpoint").content.decode()
    assert checkpoints.opened_checkpoint(note).size == 3
    listed = client.get("/log/vkeys").content.decode()
    assert notes.opened(listed, keys.verifiers(checkpoints.origin())).splitlines()[1:] == [
        client.get("/log/vkey").content.decode().strip()
    ]


@pytest.mark.parametrize("path", ["checkpoint", "vkey", "vkeys"])
def test_without_its_key_the_log_says_so_and_keeps_the_reason_to_itself(
    three: TestDesk, client: Client, settings: Any, path: str
) -> None:
    client.get("/log/checkpoint")
    (settings.LOG_KEY_DIR / "verdict-log.key").unlink()
    answer = client.get(f"/log/{path}")

    assert (answer.status_code, answer["Cache-Control"]) == (503, "no-store")
    assert "cannot be signed" in answer.content.decode()
    assert str(settings.LOG_KEY_DIR) not in answer.content.decode()
    assert client.get("/log/tile/0/000.p/3").status_code == 200


def test_a_tree_that_is_not_what_was_signed_is_not_signed(three: TestDesk, client: Client) -> None:
    client.get("/log/checkpoint")
    with lifted():
        LogNode.objects.filter(level=1).update(hash="0" * 64)
    assert client.get("/log/checkpoint").status_code == 503


def test_control_without_the_memory_it_would_be_signed(three: TestDesk, client: Client, settings: Any) -> None:
    client.get("/log/checkpoint")
    (settings.LOG_KEY_DIR / "verdict-log.roots").unlink()
    with lifted():
        LogNode.objects.filter(level=1).update(hash="0" * 64)
    assert client.get("/log/checkpoint").status_code == 200


# --- Addresses ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("resource", "path"),
    [
        (Resource(0, 0), "tile/0/000"),
        (Resource(63, 999, 255), "tile/63/999.p/255"),
        (Resource(1, 1000), "tile/1/x001/000"),
        (Resource(0, 1_234_067), "tile/0/x001/x234/067"),
        (Resource(None, 1_234_067, 1), "tile/entries/x001/x234/067.p/1"),
    ],
)
def test_each_resource_has_one_address(resource: Resource, path: str) -> None:
    assert resource.path == path
    assert resource_at(path.removeprefix("tile/")) == resource


def test_the_resources_of_a_tree_are_those_of_the_specification() -> None:
    """Its example: 70,000 entries make 273 full tiles and one of 112, one full and one of 17, and one of 1."""
    found = tiles.resources_of(70_000)
    full = Counter(resource.level for resource in found if not resource.width)
    partial = {resource.level: resource.width for resource in found if resource.width}

    assert full == {None: 273, 0: 273, 1: 1}
    assert partial == {None: 112, 0: 112, 1: 17, 2: 1}
    assert [r.path for r in tiles.resources_of(256)] == ["tile/entries/000", "tile/0/000", "tile/1/000.p/1"]
    assert tiles.resources_of(0) == []
