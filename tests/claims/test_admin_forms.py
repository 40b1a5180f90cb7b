"""The view behind the buttons: what it runs, what it keeps, and how it says no."""

import pytest
from django.contrib.messages import get_messages

from claims import workflow
from claims.models import Claim
from claims.rules import InvalidTransition
from claims.statuses import Status
from tests.desk import TestDesk
from tests.pages import do, page, sign_in, text_of

WHY = "It reaches half the county."


def test_an_action_runs_its_verb_and_returns_with_a_message(desk: TestDesk) -> None:
    claim = desk.submit()
    client = sign_in(desk.ben)
    answer = client.post(do(claim, "start_research"), {"version": claim.version, "reason": WHY})
    claim.refresh_from_db()
    assert answer.status_code == 302
    assert answer["Location"] == page(claim)
    assert [str(message) for message in get_messages(answer.wsgi_request)] == ["You are the researcher of this claim."]
    assert (claim.status, claim.researcher, claim.selection_reason) == (Status.IN_RESEARCH, desk.ben, WHY)


def test_a_stale_form_saves_nothing_keeps_what_was_typed_and_can_be_sent_again(desk: TestDesk) -> None:
    claim = desk.submit()
    workflow.edit_claim(
        claim,
        by=desk.ben,
        at=desk.tick(),
        version=1,
        text="Another wording.",
        said="",
        language="en",
        risk="normal",
        topics=[],
    )
    client = sign_in(desk.chi)
    answer = client.post(do(claim, "start_research"), {"version": 1, "reason": WHY})
    html = text_of(answer)
    claim.refresh_from_db()
    assert answer.status_code == 409
    assert claim.status == Status.SUBMITTED
    assert "Somebody changed this claim since you opened this form" in html
    assert "edit by Ben" in html
    assert WHY in html
    assert f'name="version" value="{claim.version}"' in html
    assert client.post(do(claim, "start_research"), {"version": claim.version, "reason": WHY}).status_code == 302


def test_a_form_without_its_version_is_taken_for_stale(desk: TestDesk) -> None:
    claim = desk.submit()
    answer = sign_in(desk.chi).post(do(claim, "start_research"), {"reason": WHY})
    assert answer.status_code == 409
    assert "did not say which version" in text_of(answer)


def test_a_claim_that_moved_on_meanwhile_refuses_and_keeps_the_text(desk: TestDesk) -> None:
    claim = desk.submit()
    workflow.start_research(claim, by=desk.ben, at=desk.tick(), why="I was first.")
    answer = sign_in(desk.chi).post(do(claim, "start_research"), {"version": 1, "reason": WHY})
    assert answer.status_code == 409
    assert "is for claims that are submitted; this one is in research" in text_of(answer)
    assert WHY in text_of(answer)


def test_a_race_that_is_lost_inside_the_verb_is_told_too(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim = desk.submit()

    def late(*args: object, **kwargs: object) -> None:
        raise InvalidTransition("Somebody was first.")

    monkeypatch.setattr(workflow, "start_research", late)
    answer = sign_in(desk.chi).post(do(claim, "start_research"), {"version": 1, "reason": WHY})
    assert answer.status_code == 409
    assert "Somebody was first." in text_of(answer)
    assert WHY in text_of(answer)


@pytest.mark.parametrize(
    ("action", "data", "field", "message"),
    [
        ("decline", {"decline_reason": "opinion"}, "reason", "This field is required."),
        ("decline", {"decline_reason": "whim", "reason": "x"}, "decline_reason", "whim is not one of"),
        ("edit", {"text": "x" * 1001, "language": "en", "risk": "normal"}, "text", "at most 1,000 fit"),
        (
            "edit",
            {"text": "Fine.", "language": "not a tag", "risk": "normal"},
            "language",
            "is no language tag",
        ),
        ("comment", {"text": " "}, "text", "This field is required."),
        ("add_position", {"stance": "asserts", "kind": "unknown"}, "party", "Pick a party, or write"),
        (
            "add_position",
            {"claimant": "Ankara", "stance": "asserts", "kind": "state", "said_on": "2999-01-01"},
            "said_on",
            "This day is in the future",
        ),
        ("relate", {"kind": "same_as", "address": "nonsense"}, "address", "no address of one of"),
        (
            "add_position",
            {"claimant": "A\x00B", "stance": "asserts", "kind": "state"},
            "claimant",
            "Null characters",
        ),
    ],
)
def test_an_answer_that_cannot_be_taken_is_told_at_its_field(
    desk: TestDesk, action: str, data: dict[str, str], field: str, message: str
) -> None:
    claim = desk.submit()
    answer = sign_in(desk.ben).post(do(claim, action), {"version": claim.version, **data})
    assert answer.status_code == 422
    assert any(message in error for error in answer.context["form"].errors[field]), answer.context["form"].errors
    assert not claim.positions.exists()


def test_a_position_that_is_refused_leaves_no_claimant_behind(desk: TestDesk) -> None:
    claim = desk.submit()
    data = {"claimant": "Nobody yet", "stance": "asserts", "kind": "state", "said_on": "2999-01-01"}
    sign_in(desk.ben).post(do(claim, "add_position"), data)
    assert not desk.desk.claimants.exists()


def test_a_new_party_is_named_with_its_position(desk: TestDesk) -> None:
    claim = desk.submit()
    data = {
        "claimant": "Hulusi Akar",
        "kind": "person",
        "role": "Minister",
        "stance": "asserts",
        "quote": "We told them",
    }
    assert sign_in(desk.ben).post(do(claim, "add_position"), data).status_code == 302
    position = claim.positions.get()
    assert (position.party.name, position.party.role, position.quote) == (
        "Hulusi Akar",
        "Minister",
        "We told them",
    )


def test_submitting_shows_what_is_near_before_a_second_equal_claim(desk: TestDesk) -> None:
    desk.submit(text="The ferry to Ellery takes nineteen minutes.")
    client = sign_in(desk.ben)
    data = {
        "desk": desk.desk.pk,
        "text": "The Ellery ferry takes nineteen minutes",
        "language": "en",
        "risk": "normal",
    }
    first = client.post("/admin/claims/claim/add/", data)
    assert first.status_code == 200
    assert "The desk has claims very near to this one" in text_of(first)
    assert Claim.objects.count() == 1
    assert client.post("/admin/claims/claim/add/", {**data, "anyway": "1"}).status_code == 302
    assert Claim.objects.count() == 2


def test_a_desk_that_is_not_ones_own_is_no_choice(desk: TestDesk) -> None:
    other = desk.oli.memberships.get().desk
    data = {"desk": other.pk, "text": "Smuggled in.", "language": "en", "risk": "normal"}
    assert sign_in(desk.ben).post("/admin/claims/claim/add/", data).status_code == 422
    assert not Claim.objects.exists()


def test_an_unknown_action_or_claim_is_not_found(desk: TestDesk) -> None:
    claim = desk.submit()
    client = sign_in(desk.ben)
    assert client.get(do(claim, "explode")).status_code == 404
    assert client.get("/admin/claims/claim/0190a5f0-0000-7000-8000-000000000000/change/").status_code == 404
