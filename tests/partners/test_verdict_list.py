"""The list of verdicts over REST: what is in it, and every filter."""

from typing import Any

import pytest
from django.test import Client

from claims import workflow as claims
from claims.models import Claim, Topic
from claims.statuses import PositionStance
from reviews.documents import rfc3339
from reviews.models import Publication
from reviews.publishing import set_evidence_status
from reviews.statuses import EvidenceStatus
from tests.desk import TestDesk
from tests.partners.dossier import correct

VERDICTS = "/api/v1/verdicts/"


def listed(client: Client, **asked: Any) -> set[str]:
    answer = client.get(VERDICTS, asked)
    assert answer.status_code == 200, answer.content
    return {row["claim"]["id"] for row in answer.json()["results"]}


def ids(*given: Claim) -> set[str]:
    return {str(claim.pk) for claim in given}


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
