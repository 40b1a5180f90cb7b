"""Every claim of the demo desk is complete, obeys the rules of review, and refers to things that exist."""

from datetime import date
from itertools import pairwise

import pytest

from tests.seeds.seed_files import CLAIMS, PEOPLE, RATINGS, Claim, normal, text_of

STATUSES = {"submitted", "declined", "in_research", "in_review", "published", "withdrawn"}
DECLINE_REASONS = {"opinion", "not_checkable", "out_of_scope", "already_checked"}
DRAFTED = {"in_review", "published", "withdrawn"}
WHEN = "days_ago"
every_claim = pytest.mark.parametrize("claim", CLAIMS.values(), ids=CLAIMS)


def test_fourteen_claims_cover_every_status_twice_and_four_languages() -> None:
    statuses = [claim["status"] for claim in CLAIMS.values()]

    assert len(CLAIMS) == 14
    assert set(statuses) == STATUSES
    assert all(statuses.count(status) >= 2 for status in STATUSES)
    assert {claim["language"] for claim in CLAIMS.values()} == {"en", "de", "tr", "ar"}
    assert [claim["slug"] for claim in CLAIMS.values() if claim["risk"] == "high"] == ["lindmoor-lead"]
    assert len({claim["slug"] for claim in CLAIMS.values()}) == 14


@every_claim
def test_names_of_things_resolve(claim: Claim) -> None:
    refs = [citation["ref"] for citation in claim.get("citations", [])]

    assert len(refs) == len(set(refs))
    assert {position["citation"] for position in claim.get("positions", [])} <= set(refs)
    for citation in claim.get("citations", []):
        assert ("page" in citation) != ("text" in citation and "title" in citation)
        assert citation["role"] in {"appearance", "evidence"}
        assert citation["stance"] in {"supports", "refutes", "context"}
        assert citation["visibility"] in {"public", "partner", "desk", "sealed"}
        assert isinstance(citation["published_on"], date)
    assert any(citation["role"] == "appearance" for citation in claim.get("citations", []))


@every_claim
def test_positions_are_in_time_order_and_quote_the_source(claim: Claim) -> None:
    positions = claim["positions"]
    cited = {citation["ref"]: citation for citation in claim["citations"]}

    assert [each["on"] for each in positions] == sorted(each["on"] for each in positions)
    for position in positions:
        assert normal(position["quote"]) in text_of(cited[position["citation"]])
        assert position["kind"] in {"person", "organisation", "state"}
        assert position["stance"] in {"asserts", "denies", "partly_confirms", "no_comment"}


@every_claim
def test_exact_words_stand_in_an_appearance(claim: Claim) -> None:
    appearances = [citation for citation in claim["citations"] if citation["role"] == "appearance"]

    assert any(normal(claim["said"]).rstrip(".") in text_of(each) for each in appearances)


@every_claim
def test_sections_fit_the_status(claim: Claim) -> None:
    status = claim["status"]

    assert ("declined" in claim) == (status == "declined")
    assert ("research" in claim) == (status not in {"submitted", "declined"})
    assert ("draft" in claim) == (status in DRAFTED)
    assert ("reviews" in claim) == (status in DRAFTED)
    assert ("published" in claim) == (status in {"published", "withdrawn"})
    assert ("withdrawn" in claim) == (status == "withdrawn")
    if "declined" in claim:
        assert claim["declined"]["reason"] in DECLINE_REASONS
        known = {each["slug"] for each in CLAIMS.values()}
        assert claim["declined"].get("same_as", claim["slug"]) in known


@every_claim
def test_every_rating_exists_and_agreement_is_what_publishes(claim: Claim) -> None:
    codes = {rating["code"] for rating in RATINGS["ratings"]}
    reviews = claim.get("reviews", [])
    ratings = [review["rating"] for review in reviews]

    assert set(ratings) <= codes
    assert claim.get("draft", {}).get("rating", "false") in codes
    assert {review["decision"] for review in reviews} <= {"endorse", "changes"}
    if "published" in claim:
        assert len(reviews) == (3 if claim["risk"] == "high" else 2)
        assert set(ratings) == {claim["draft"]["rating"]}


@every_claim
def test_people_keep_their_roles_apart(claim: Claim) -> None:
    reviewers = [review["reviewer"] for review in claim.get("reviews", [])]
    researcher = claim.get("research", {}).get("by", "ana")
    editors = {name for name, person in PEOPLE.items() if person["role"] == "editor"}

    assert set(reviewers) <= set(PEOPLE)
    assert len(reviewers) == len({*reviewers, researcher}) - 1
    if "published" in claim:
        assert claim["published"]["by"] in editors - {researcher, *reviewers}
    for section in ("withdrawn", "correction"):
        if section in claim:
            assert claim[section]["signed_by"] in editors - {claim[section]["by"]}
    assert {comment["by"] for comment in claim.get("comments", [])} <= set(PEOPLE)


@every_claim
def test_drafts_pass_the_evidence_gate(claim: Claim) -> None:
    if "draft" not in claim:
        return
    evidence = [citation for citation in claim["citations"] if citation["visibility"] != "desk"]

    assert len({citation["group"] for citation in evidence}) >= 2
    assert claim["draft"]["searched_both_sides"]
    assert claim["contacts"]


@every_claim
def test_history_goes_forward(claim: Claim) -> None:
    steps = [claim]
    steps += [claim[each] for each in ("research", "declined", "draft") if each in claim]
    steps += claim.get("reviews", [])
    steps += [claim[each] for each in ("published", "correction", "withdrawn") if each in claim]

    assert all(before[WHEN] >= after[WHEN] for before, after in pairwise(steps))
    for aside in [*claim.get("contacts", []), *claim.get("comments", [])]:
        assert claim[WHEN] >= aside[WHEN] >= 0


def test_the_founding_dossier_has_both_sides() -> None:
    claim = CLAIMS["idlib"]

    assert {position["stance"] for position in claim["positions"]} == {"asserts", "denies"}
    assert len(claim["citations"]) >= 5
    assert len({citation["group"] for citation in claim["citations"]}) >= 3
    assert claim["draft"]["rating"] == "unproven"
    assert claim["correction"]["summary"] != claim["draft"]["summary"]


# --- scale and people


def test_scale_runs_from_worst_to_best_in_five_languages() -> None:
    values = [rating["value"] for rating in RATINGS["ratings"] if rating["value"] is not None]

    assert values == list(range(RATINGS["worst"], RATINGS["best"] + 1))
    assert all(set(rating["label"]) == {"en", "de", "tr", "ru", "ar"} for rating in RATINGS["ratings"])
    assert all(rating["definition"]["en"] and rating["claimreview_label"] for rating in RATINGS["ratings"])
    assert RATINGS["checklist"]


def test_people_are_the_six_of_the_desk() -> None:
    assert {name: person["role"] for name, person in PEOPLE.items()} == {
        "ana": "fact_checker",
        "ben": "fact_checker",
        "chi": "fact_checker",
        "dov": "editor",
        "eva": "auditor",
        "fay": "editor",
    }
