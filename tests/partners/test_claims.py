"""Claims for partners: what is shown, what is withheld, and what is not even told of."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from claims import workflow as claims
from claims.models import Claim, Topic
from claims.statuses import PositionStance, Status
from partners.workflow import create_key, create_partner
from reviews import documents
from reviews.models import Publication
from sources.models import Citation
from sources.statuses import CitationRole, Visibility
from tests.desk import TestDesk
from tests.partners.conftest import with_key

CLAIMS = "/api/v1/claims/"


def read(client: Client, claim: Claim) -> dict[str, Any]:
    answer = client.get(f"{CLAIMS}{claim.pk}/")
    assert answer.status_code == 200, answer.content
    body: dict[str, Any] = answer.json()
    return body


def listed(client: Client, **asked: Any) -> list[str]:
    return [row["id"] for row in client.get(CLAIMS, asked).json()["results"]]


@pytest.mark.parametrize("status", Status.values)
def test_claims_of_every_status_are_read_alike_alone_and_listed(desk: TestDesk, reader: Client, status: str) -> None:
    claim = desk.claim_in(status)

    body = read(reader, claim)

    assert body["status"] == status
    assert body["text"] == claim.text
    assert body["url"] == f"https://desk.example{CLAIMS}{claim.pk}/"
    assert reader.get(CLAIMS, {"status": status}).json()["results"] == [body]


def test_no_name_of_the_desk_and_no_draft_gets_out(desk: TestDesk, reader: Client) -> None:
    """Who works on a claim, what they drafted and how they judge it is the desk's own."""
    claim = desk.in_review(rating="false").claim
    claims.comment(claim, text="A secret remark.", by=desk.ana, at=desk.tick())

    told = reader.get(f"{CLAIMS}{claim.pk}/").content.decode()

    for secret in ("Ana", "Ben", "Chi", "ana", "secret remark", "No record shows", "Press office", '"false"'):
        assert secret not in told, secret


def test_a_declined_claim_tells_the_public_reason(desk: TestDesk, reader: Client) -> None:
    body = read(reader, desk.declined())

    assert body["declined"]["reason"] == "opinion"
    assert body["declined"]["note"] == "A matter of taste."
    assert body["declined"]["at"]


def test_a_reopened_claim_is_declined_no_more(desk: TestDesk, reader: Client) -> None:
    claim = desk.declined()
    claims.reopen(claim, by=desk.ben, at=desk.tick(), reason="It is a fact after all.")

    assert read(reader, claim)["declined"] is None


def test_the_verdict_is_pointed_to(desk: TestDesk, reader: Client) -> None:
    claim = desk.withdrawn()
    publication = Publication.objects.get(claim=claim)

    assert read(reader, claim)["verdict"] == {
        "id": str(publication.pk),
        "version": 2,
        "status": "withdrawn",
        "url": f"https://desk.example/api/v1/verdicts/{publication.pk}/",
    }
    assert read(reader, desk.submit())["verdict"] is None


def test_positions_are_in_time_order_with_unknown_days_last(desk: TestDesk, reader: Client) -> None:
    claim = desk.submit()
    for name, on in (("C", None), ("B", date(2020, 2, 4)), ("A", date(2020, 2, 3))):
        claims.add_position(
            claim,
            party=desk.party(name),
            stance=PositionStance.ASSERTS,
            said_on=on,
            by=desk.ana,
            at=desk.tick(),
        )

    body = read(reader, claim)

    assert [position["party"] for position in body["positions"]] == ["A", "B", "C"]
    assert [claimant["name"] for claimant in body["claimants"]] == ["A", "B", "C"]


def test_appearances_are_in_time_order(desk: TestDesk, reader: Client) -> None:
    claim = desk.submit()
    for number, on in enumerate((None, date(2020, 2, 5), date(2020, 2, 4))):
        source = desk.text_source(f"Report {number}: they gave notice, the ministry said.", published_on=on)
        desk.cite(claim, source=source, exact="they gave notice", role=CitationRole.APPEARANCE)

    body = read(reader, claim)

    assert [place["published_on"] for place in body["appearances"]] == ["2020-02-04", "2020-02-05", None]


# --- What is withheld ----------------------------------------------------------------------------------


@pytest.fixture
def guarded(desk: TestDesk) -> Claim:
    """A claim with an appearance of each visibility, each of which shows a position and names itself."""
    claim = desk.submit()
    for visibility in Visibility:
        position = claims.add_position(
            claim,
            party=desk.party(f"Party {visibility}"),
            stance=PositionStance.ASSERTS,
            by=desk.ana,
            at=desk.tick(),
        )
        source = desk.text_source(
            f"The words of the {visibility.value} source stand here for everybody to read.",
            title=f"title-{visibility.value}",
            publisher=f"publisher-{visibility.value}",
        )
        desk.cite(
            claim,
            source=source,
            exact=f"words of the {visibility.value} source",
            role=CitationRole.APPEARANCE,
            visibility=visibility,
            position=position,
        )
    desk.run_checks()
    return claim


def test_public_and_partners_sources_are_shown(guarded: Claim, reader: Client) -> None:
    body = read(reader, guarded)

    shown = [cited["source"]["title"] for cited in body["citations"] if "source" in cited]
    assert shown == ["title-public", "title-partner"]
    assert [place["publisher"] for place in body["appearances"]] == ["publisher-public", "publisher-partner"]
    for cited in body["citations"]:
        if "source" in cited:
            assert cited["outcome"] == "found"
            assert cited["checked_at"]
            assert cited["source"]["outcome"] == "alive"
            assert len(cited["snapshot_sha256"]) == 64
            assert cited["stance"] == "supports"


def test_a_sealed_source_is_told_of_and_not_shown(guarded: Claim, reader: Client) -> None:
    body = read(reader, guarded)

    sealed = [cited for cited in body["citations"] if "withheld" in cited]
    assert len(sealed) == 1
    assert sealed[0].keys() == {"id", "stance", "role", "withheld", "outcome", "checked_at"}
    assert sealed[0]["withheld"] == documents.WITHHELD


@pytest.mark.parametrize("hidden", [Visibility.SEALED, Visibility.DESK])
def test_nothing_of_a_hidden_source_gets_out(guarded: Claim, reader: Client, hidden: Visibility) -> None:
    for path in (f"{CLAIMS}{guarded.pk}/", CLAIMS):
        told = reader.get(path).content.decode()
        for part in ("title", "publisher"):
            assert f"{part}-{hidden.value}" not in told
        assert f"words of the {hidden.value} source" not in told


def test_a_source_of_the_desk_is_not_even_told_of(guarded: Claim, reader: Client) -> None:
    desks = Citation.objects.get(claim=guarded, visibility=Visibility.DESK)

    assert str(desks.pk) not in reader.get(f"{CLAIMS}{guarded.pk}/").content.decode()
    assert len(read(reader, guarded)["citations"]) == 3


def test_a_removed_citation_is_gone(guarded: Claim, reader: Client, desk: TestDesk) -> None:
    Citation.objects.filter(claim=guarded).update(removed_at=desk.tick(), removed_by=desk.ana)

    assert read(reader, guarded)["citations"] == []


def test_anonymous_verdicts_show_public_sources_only(guarded: Claim, desk: TestDesk) -> None:
    opened = desk.in_review(guarded)
    for review in opened.reviews.select_related("reviewer"):
        desk.review(opened, review.reviewer)
    desk.publish(opened)

    told = Client().get("/api/v1/verdicts/").content.decode()

    assert "title-public" in told
    for hidden in ("partner", "desk", "sealed"):
        assert f"title-{hidden}" not in told
        assert f"words of the {hidden} source" not in told


def test_citations_are_shaped_as_in_verdict_documents(guarded: Claim, reader: Client) -> None:
    """Two places write citations; this keeps them alike."""
    body = read(reader, guarded)

    for cited in Citation.objects.filter(claim=guarded).exclude(visibility=Visibility.DESK):
        wanted = documents.citation_part(cited)
        got = next(part for part in body["citations"] if part["id"] == str(cited.pk))
        if "source" in got:
            del got["source"]["outcome"], got["source"]["checked_at"]
        assert got == wanted


def test_the_claim_is_shaped_as_in_verdict_documents(desk: TestDesk, reader: Client) -> None:
    claim = desk.published()
    wanted = documents.claim_part(claim)
    del wanted["first_appearance"]

    body = read(reader, claim)

    assert {name: body[name] for name in wanted} == wanted


# --- The list ------------------------------------------------------------------------------------------


def test_claims_of_another_desk_are_not_there(desk: TestDesk) -> None:
    claim = desk.published()
    at = desk.tick()
    partner = create_partner(desk=desk.oli.memberships.get().desk, name="Elsewhere", by=desk.oli, at=at)
    elsewhere = with_key(create_key(partner, ["claims:read", "verdicts:read"], desk.oli, at)[1])

    assert elsewhere.get(CLAIMS).json()["results"] == []
    assert elsewhere.get(f"{CLAIMS}{claim.pk}/").status_code == 404
    assert len(elsewhere.get("/api/v1/verdicts/").json()["results"]) == 1  # verdicts are public


def test_claims_are_listed_newest_first_on_pages(desk: TestDesk, reader: Client) -> None:
    made = [str(desk.submit().pk) for _ in range(5)]

    first = reader.get(CLAIMS, {"page_size": 3, "count": "exact"}).json()
    second = reader.get(first["next"].removeprefix("https://desk.example")).json()

    assert [row["id"] for row in first["results"] + second["results"]] == made[::-1]
    assert first["count"] == 5
    assert second["next"] is None


def test_filters(desk: TestDesk, reader: Client) -> None:
    syria = Topic.objects.create(desk=desk.desk, slug="syria", name="Syria")
    one = desk.submit(text="The bakery doubled its prices.", topics=[syria])
    other = desk.submit(language="tr")
    at = documents.rfc3339(desk.tick())
    claims.add_position(one, party=desk.party(), stance=PositionStance.ASSERTS, by=desk.ana, at=desk.tick())

    assert listed(reader, topic="syria") == [str(one.pk)]
    assert listed(reader, language="TR") == [str(other.pk)]
    assert listed(reader, q="bakery") == [str(one.pk)]
    assert listed(reader, updated_after=at) == [str(one.pk)]
    assert listed(reader, status="published") == []
    assert reader.get(CLAIMS, {"rating": "false"}).status_code == 400


# --- One claim -----------------------------------------------------------------------------------------


def test_the_etag_follows_checks_of_the_sources_too(desk: TestDesk, reader: Client) -> None:
    claim = desk.submit()
    desk.cite(claim)
    path = f"{CLAIMS}{claim.pk}/"
    before = reader.get(path)
    assert reader.get(path, headers={"If-None-Match": before["ETag"]}).status_code == 304
    assert "Last-Modified" not in before

    desk.run_checks()

    after = reader.get(path, headers={"If-None-Match": before["ETag"]})
    assert after.status_code == 200
    assert after["ETag"] != before["ETag"]
    assert after["Cache-Control"] == "private, no-cache"


def test_an_unknown_claim_is_a_404(reader: Client) -> None:
    assert reader.get(f"{CLAIMS}00000000-0000-7000-8000-000000000000/").status_code == 404


def test_one_claim_takes_no_parameters(desk: TestDesk, reader: Client) -> None:
    assert reader.get(f"{CLAIMS}{desk.submit().pk}/?version=1").status_code == 400
