"""Verdicts over REST: filters, validators, versions, times, withdrawal."""

from datetime import timedelta
from typing import Any
from urllib.parse import quote

import pytest
from django.test import Client
from django.utils.http import http_date, parse_http_date

from claims import workflow as claims
from claims.identity import new_id
from claims.models import Claim, Topic
from claims.statuses import PositionStance
from reviews import corrections
from reviews.documents import rfc3339
from reviews.models import Publication
from reviews.publishing import set_evidence_status
from reviews.statuses import EvidenceStatus
from tests.desk import TEXTS, TestDesk

VERDICTS = "/api/v1/verdicts/"


def listed(client: Client, **asked: Any) -> set[str]:
    answer = client.get(VERDICTS, asked)
    assert answer.status_code == 200, answer.content
    return {row["claim"]["id"] for row in answer.json()["results"]}


def ids(*given: Claim) -> set[str]:
    return {str(claim.pk) for claim in given}


def correct(desk: TestDesk, claim: Claim, kind: str = "clarification", **texts: str) -> None:
    corrections.propose_correction(
        claim, by=desk.ana, at=desk.tick(), kind=kind, reason="It named the wrong day.", **{**TEXTS, **texts}
    )
    corrections.correct(claim, by=desk.dov, at=desk.tick())


def detail(claim: Claim) -> str:
    return f"{VERDICTS}{claim.publication.pk}/"


# --- The list ------------------------------------------------------------------------------------------


def test_the_list_serves_the_stored_documents_newest_first(desk: TestDesk, client: Client) -> None:
    older, newer = desk.published(), desk.published()

    answer = client.get(VERDICTS)

    stored = [Publication.objects.get(claim=claim).document for claim in (newer, older)]
    assert answer.content.decode() == f'{{"results":[{",".join(stored)}],"next":null}}'


def test_withdrawn_verdicts_are_listed_only_when_asked_for(desk: TestDesk, client: Client) -> None:
    in_force, withdrawn = desk.published(), desk.withdrawn()

    assert listed(client) == ids(in_force)
    assert listed(client, status="in_force") == ids(in_force)
    assert listed(client, status="withdrawn") == ids(withdrawn)
    assert listed(client, status="all") == ids(in_force, withdrawn)


def test_what_is_not_published_is_never_listed(desk: TestDesk, reader: Client) -> None:
    for status in ("submitted", "declined", "in_research", "in_review"):
        desk.claim_in(status)

    assert listed(reader, status="all") == set()


def test_filter_by_rating(desk: TestDesk, client: Client) -> None:
    false, _ = desk.in_review(rating="false"), desk.published()
    for review in false.reviews.select_related("reviewer"):
        desk.review(false, review.reviewer, "false")
    desk.publish(false)

    assert listed(client, rating="false") == ids(false.claim)
    assert listed(client, rating="no-such-rating") == set()


def test_filter_by_topic_and_language(desk: TestDesk, client: Client) -> None:
    syria, water = (Topic.objects.create(desk=desk.desk, slug=slug, name=slug) for slug in ("syria", "water"))
    one = desk.published(topics=[syria, water])
    other = desk.published(topics=[water], language="pt-br")

    assert listed(client, topic="syria") == ids(one)
    assert listed(client, topic="water") == ids(one, other)
    assert listed(client, language="pt-BR") == ids(other)
    assert listed(client, language="pt") == set()
    assert listed(client, topic="water", language="en") == ids(one)


def test_filter_by_claimant_follows_the_documents(desk: TestDesk, client: Client) -> None:
    claim = desk.published()
    claims.add_position(claim, party=desk.party("Damascus"), stance=PositionStance.ASSERTS, by=desk.ana, at=desk.tick())

    assert listed(client, claimant="Ankara") == ids(claim)
    assert listed(client, claimant="ankara") == set()
    assert listed(client, claimant="Moscow") == set()  # it denies
    assert listed(client, claimant="Damascus") == set()  # not in the version in force yet

    correct(desk, claim, "update")
    assert listed(client, claimant="Damascus") == ids(claim)


def test_times_include_their_start_and_exclude_their_end(desk: TestDesk, client: Client) -> None:
    one, other = desk.published(), desk.published()
    first, second = (Publication.objects.get(claim=claim).published_at for claim in (one, other))

    assert listed(client, published_after=rfc3339(second)) == ids(other)
    assert listed(client, published_before=rfc3339(second)) == ids(one)
    assert listed(client, published_after=rfc3339(first), published_before=rfc3339(second)) == ids(one)
    assert listed(client, published_after="2026-03-02") == ids(one, other)
    assert listed(client, published_before="2026-03-02") == set()


def test_filter_by_update(desk: TestDesk, client: Client) -> None:
    one, _ = desk.published(), desk.published()
    since = rfc3339(desk.tick())
    assert listed(client, updated_after=since) == set()

    correct(desk, one)

    assert listed(client, updated_after=since) == ids(one)


def test_filter_by_evidence_status(desk: TestDesk, client: Client) -> None:
    one, other = desk.published(), desk.published()
    set_evidence_status(Publication.objects.get(claim=one), EvidenceStatus.DEGRADED, at=desk.tick())

    assert listed(client, evidence_status="degraded") == ids(one)
    assert listed(client, evidence_status="intact") == ids(other)


@pytest.mark.parametrize(
    ("query", "is_found"),
    [
        ("bakery", True),
        ("BAKERY prices", True),
        ("price", True),  # the stem of prices
        ("bakery troops", False),  # all words are needed
        ("bakery record", True),  # one of the claim, one of the headline
        ('"bakery"', True),
        ("bakery OR troops", False),
        ("bakery AND", True),  # a stop word
        ("NEAR(bakery", False),
        ("bak*", False),
        ("title:bakery", False),
        ("bakery) OR 1=1 --", False),
        ("'bakery' & !x", False),
        ("the", False),
        ("!!!", False),
        ("__", False),
        ("a" * 300, False),
        ("ΐ" * 300, False),
        ("😀" * 300, False),
        ("خبز", False),
    ],
)
def test_full_text(desk: TestDesk, client: Client, query: str, is_found: bool) -> None:
    claim = desk.published(text="The bakery doubled its prices.")
    desk.published(text="The troops moved at night.")

    assert (str(claim.pk) in listed(client, q=query)) is is_found


def test_filters_add_up(desk: TestDesk, client: Client) -> None:
    claim = desk.published(text="The bakery doubled its prices.")
    desk.published()

    assert listed(client, q="bakery", rating="unproven", claimant="Ankara", status="all") == ids(claim)
    assert listed(client, q="bakery", rating="false") == set()


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
