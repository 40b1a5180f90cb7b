"""The proof of one version: everything needed to check it, in one answer, and checked here by hashlib alone."""

import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from reviews.models import LogEntry, Publication
from reviews.verdict_log import checkpoints
from tests.desk import TestDesk


@pytest.fixture
def withdrawn(desk: TestDesk) -> Publication:
    """Entry 1 is the first version, entry 3 the withdrawal; others stand around them."""
    desk.published()
    claim = desk.withdrawn()
    desk.published()
    return Publication.objects.get(claim=claim)


def sha(*parts: bytes) -> bytes:
    return hashlib.sha256(b"".join(parts)).digest()


def climbed(index: int, size: int, leaf: bytes, hashes: list[bytes]) -> bytes:
    """The root that an inclusion proof leads to (RFC 9162 2.1.3.2)."""
    last = size - 1
    for other in hashes:
        if index % 2 or index == last:
            leaf = sha(b"\1", other, leaf)
            while not index % 2 and index:
                index, last = index // 2, last // 2
        else:
            leaf = sha(b"\1", leaf, other)
        index, last = index // 2, last // 2
    return leaf


@pytest.mark.parametrize("version", [None, 1, 2])
def test_a_version_is_proved_by_hashing_alone(withdrawn: Publication, client: Client, version: int | None) -> None:
    query = "" if version is None else f"?version={version}"
    proof = client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/{query}").json()
    leaf = sha(b"\0", proof["entry"].encode())

    assert proof["version"] == (version or 2)
    assert leaf.hex() == proof["log"]["leaf_hash"]
    hashes = [bytes.fromhex(digest) for digest in proof["inclusion"]]
    assert climbed(proof["log"]["index"], proof["tree_size"], leaf, hashes).hex() == proof["root_hash"]
    kept = checkpoints.opened_checkpoint(proof["checkpoint"])
    assert (kept.size, kept.root.hex()) == (proof["tree_size"], proof["root_hash"]) == (4, kept.root.hex())
    assert proof["consistency"] is None
    assert proof["entry"] == LogEntry.objects.get(index=proof["log"]["index"]).entry


def test_the_tree_is_proved_to_extend_a_kept_one(withdrawn: Publication, client: Client) -> None:
    proof = client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/?from_size=3").json()
    [third, fourth, pair] = [bytes.fromhex(digest) for digest in proof["consistency"]["hashes"]]

    assert proof["consistency"]["from_size"] == 3
    assert sha(b"\1", pair, sha(b"\1", third, fourth)).hex() == proof["root_hash"]
    same = client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/?from_size=4").json()
    assert same["consistency"] == {"from_size": 4, "hashes": []}


def test_a_proof_costs_four_queries(withdrawn: Publication, client: Client) -> None:
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/?version=1&from_size=2")
    assert len(asked) == 4


@pytest.mark.parametrize(
    ("query", "status", "said"),
    [
        ("?version=3", 404, "no such version"),
        ("?from_size=5", 404, "The log has 4 entries: there is no tree of 5"),
        ("?from_size=0", 400, "no whole number from 1"),
        ("?size=1", 400, "not known here"),
    ],
)
def test_what_cannot_be_proved_is_said(
    withdrawn: Publication, client: Client, query: str, status: int, said: str
) -> None:
    answer = client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/{query}")
    assert answer.status_code == status
    assert said in answer.json()["detail"]


def test_a_claim_without_a_verdict_has_no_proof(desk: TestDesk, client: Client) -> None:
    answer = client.get(f"/api/v1/verdicts/{desk.submit().pk}/proof/")
    assert (answer.status_code, answer.json()["detail"]) == (404, "There is no verdict of this id.")


def test_without_the_key_nothing_is_proved_and_nothing_told(
    withdrawn: Publication, client: Client, settings: Any
) -> None:
    (settings.LOG_KEY_DIR / "verdict-log.key").unlink()
    answer = client.get(f"/api/v1/verdicts/{withdrawn.pk}/proof/")
    assert answer.status_code == 500
    assert str(settings.LOG_KEY_DIR) not in answer.content.decode()


def test_anonymous_reading_can_be_switched_off(
    withdrawn: Publication, settings: Any, give_key: Callable[..., str]
) -> None:
    settings.ANONYMOUS_READ = False
    assert Client().get(f"/api/v1/verdicts/{withdrawn.pk}/proof/").status_code == 401
    assert Client().get("/log/checkpoint").status_code == 200, "what was published stays verifiable"
