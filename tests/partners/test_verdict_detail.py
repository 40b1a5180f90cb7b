"""One verdict over REST: validators, versions, times, withdrawal."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.http import http_date, parse_http_date

from claims.identity import new_id
from claims.models import Claim
from reviews.documents import rfc3339
from reviews.models import Publication
from reviews.publishing import set_evidence_status
from reviews.statuses import EvidenceStatus
from tests.desk import TestDesk
from tests.partners.dossier import correct

VERDICTS = "/api/v1/verdicts/"


def detail(claim: Claim) -> str:
    return f"{VERDICTS}{claim.publication.pk}/"


# --- One verdict ---------------------------------------------------------------------------------------


def test_a_verdict_is_its_stored_document(desk: TestDesk, client: Client) -> None:
    claim = desk.published()

    answer = client.get(detail(claim))

    publication = Publication.objects.get(claim=claim)
    assert answer.content.decode() == publication.document
    assert answer["Content-Type"] == "application/json"
    assert answer["ETag"] == f'"{publication.etag}"'
    assert answer["Last-Modified"] == http_date(publication.updated_at.timestamp())


def test_ids_are_read_in_any_case(desk: TestDesk, client: Client) -> None:
    claim = desk.published()

    assert client.get(f"{VERDICTS}{str(claim.publication.pk).upper()}/").status_code == 200


@pytest.mark.parametrize("path", ["", "versions/", "?version=1", "?as_of=2026-03-02"])
def test_an_unknown_verdict_is_a_404(path: str, desk: TestDesk, client: Client) -> None:
    desk.published()

    answer = client.get(f"{VERDICTS}{new_id()}/{path}")

    assert answer.status_code == 404
    assert answer["Content-Type"] == "application/problem+json"


def test_a_claims_id_is_no_verdicts_id(desk: TestDesk, client: Client) -> None:
    assert client.get(f"{VERDICTS}{desk.published().pk}/").status_code == 404


@pytest.mark.parametrize("header", ["{etag}", "W/{etag}", '"other", {etag}', "*"])
def test_a_known_etag_is_answered_with_304(desk: TestDesk, client: Client, header: str) -> None:
    path = detail(desk.published())
    fresh = client.get(path)

    answer = client.get(path, headers={"If-None-Match": header.format(etag=fresh["ETag"])})

    assert answer.status_code == 304
    assert answer.content == b""
    for name in ("ETag", "Last-Modified", "Vary", "Cache-Control"):
        assert answer[name] == fresh[name]


@pytest.mark.parametrize("header", ['"other"', "rubbish", "", '"', "W/", "\x00", '"' + "x" * 5_000 + '"'])
def test_another_etag_gets_the_document(desk: TestDesk, client: Client, header: str) -> None:
    path = detail(desk.published())

    assert client.get(path, headers={"If-None-Match": header}).status_code == 200


def test_the_etag_changes_with_every_change(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    path = detail(claim)
    tags = [client.get(path)["ETag"]]

    set_evidence_status(Publication.objects.get(claim=claim), EvidenceStatus.DEGRADED, at=desk.tick())
    tags.append(client.get(path)["ETag"])
    correct(desk, claim)
    tags.append(client.get(path)["ETag"])

    assert len(set(tags)) == 3
    assert client.get(path, headers={"If-None-Match": tags[0]}).status_code == 200


def test_if_modified_since_counts_only_without_an_etag(desk: TestDesk, client: Client) -> None:
    path = detail(desk.published())
    modified = client.get(path)["Last-Modified"]
    earlier = http_date(parse_http_date(modified) - 1)

    assert client.get(path, headers={"If-Modified-Since": modified}).status_code == 304
    assert client.get(path, headers={"If-Modified-Since": earlier}).status_code == 200
    both = {"If-Modified-Since": modified, "If-None-Match": '"other"'}
    assert client.get(path, headers=both).status_code == 200


def test_a_failed_precondition_is_a_problem(desk: TestDesk, client: Client) -> None:
    answer = client.get(detail(desk.published()), headers={"If-Match": '"other"'})

    assert answer.status_code == 412
    assert answer["Content-Type"] == "application/problem+json"


# --- Versions and times --------------------------------------------------------------------------------


def test_versions_are_told_in_order_with_type_and_reason(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    correct(desk, claim, headline="Another headline")

    body = client.get(f"{detail(claim)}versions/").json()

    assert body["id"] == str(claim.publication.pk)
    first, second = body["results"]
    assert (first["version"], first["status"], first["correction"]) == (1, "superseded", None)
    assert (second["version"], second["status"]) == (2, "in_force")
    assert second["correction"] == {
        "type": "clarification",
        "reason": "It named the wrong day.",
        "at": second["published_at"],
        "supersedes": 1,
    }
    for version in body["results"]:
        path = version["url"].removeprefix("https://desk.example")
        served = client.get(path).json()
        for name in ("version", "status", "headline", "content_hash", "log", "correction"):
            assert served[name] == version[name]


def test_an_older_version_stays_readable_as_superseded(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    first = client.get(detail(claim)).json()
    correct(desk, claim, headline="Another headline")

    old = client.get(f"{detail(claim)}?version=1")

    assert old.json()["status"] == "superseded"
    assert old.json()["headline"] == first["headline"]
    assert old.json()["log"] == first["log"]
    assert old["ETag"] != client.get(detail(claim))["ETag"]
    assert client.get(f"{detail(claim)}?version=1", headers={"If-None-Match": old["ETag"]}).status_code == 304


def test_the_present_version_by_number_is_the_same_bytes(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    correct(desk, claim)

    plain, numbered = client.get(detail(claim)), client.get(f"{detail(claim)}?version=2")

    assert plain.content == numbered.content
    assert plain["ETag"] == numbered["ETag"]


def test_as_of_serves_the_version_that_was_in_force_then(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    first = Publication.objects.get(claim=claim).updated_at
    correct(desk, claim)
    second = Publication.objects.get(claim=claim).updated_at

    def version(at: Any) -> Any:
        answer = client.get(f"{detail(claim)}?as_of={quote(str(rfc3339(at)))}")
        return answer.json()["version"] if answer.status_code == 200 else answer.status_code

    assert version(first - timedelta(microseconds=1)) == 404
    assert version(first) == 1
    assert version(second - timedelta(microseconds=1)) == 1
    assert version(second) == 2
    assert version(second + timedelta(days=10_000)) == 2


@pytest.mark.parametrize("raw", ["0001-01-01", "0000-01-01", "0001-01-01T00:00:00%2B23:59"])
def test_as_of_long_ago_is_a_404(desk: TestDesk, client: Client, raw: str) -> None:
    assert client.get(f"{detail(desk.published())}?as_of={raw}").status_code == 404


@pytest.mark.parametrize(
    ("raw", "status"), [("2", 404), ("2147483647", 404), ("2147483648", 400), ("0", 400), ("x", 400)]
)
def test_versions_that_are_not(desk: TestDesk, client: Client, raw: str, status: int) -> None:
    assert client.get(f"{detail(desk.published())}?version={raw}").status_code == status


def test_version_and_as_of_exclude_each_other(desk: TestDesk, client: Client) -> None:
    answer = client.get(f"{detail(desk.published())}?version=1&as_of=2026-03-03")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == "as_of"


def test_a_withdrawn_verdict_says_so_and_why_and_keeps_its_versions(desk: TestDesk, client: Client) -> None:
    claim = desk.withdrawn()

    body = client.get(detail(claim)).json()

    assert body["status"] == "withdrawn"
    assert body["correction"]["type"] == "void"
    assert body["correction"]["reason"] == "Wrong table."
    assert client.get(f"{detail(claim)}?version=1").json()["status"] == "superseded"
    statuses = [row["status"] for row in client.get(f"{detail(claim)}versions/").json()["results"]]
    assert statuses == ["superseded", "withdrawn"]
