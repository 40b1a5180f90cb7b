"""The verbs on a claim: what they write, what they refuse, and that a refusal writes nothing."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from claims import rules
from claims import workflow as claims
from claims.models import Change, Claim, Event
from claims.rules import Invalid, InvalidTransition, NotAllowed, StaleClaim
from claims.statuses import Status
from tests.desk import TestDesk


def test_submit_keeps_the_words_and_tells_the_feed(desk: TestDesk) -> None:
    claim = desk.submit(text="  Turkey told Russia.  ", said="We told them.", language="EN")

    assert (claim.text, claim.said, claim.language) == ("Turkey told Russia.", "We told them.", "en")
    assert claim.events.get().kind == "submit"
    assert Change.objects.get().type == "claim.submitted"


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"text": "   "}, "text"),
        ({"text": "x" * 1001}, "text"),
        ({"text": "nul \x00 inside"}, "text"),
        ({"language": "not a tag"}, "language"),
        ({"language": ""}, "language"),
    ],
)
def test_submit_names_the_field_and_writes_nothing(desk: TestDesk, fields: dict[str, str], field: str) -> None:
    with pytest.raises(Invalid) as caught:
        desk.submit(**fields)
    assert caught.value.field == field
    assert not Claim.objects.exists()
    assert not Change.objects.exists()


@pytest.mark.parametrize("who", ["eva", "oli"])
def test_only_the_desk_submits(desk: TestDesk, who: str) -> None:
    with pytest.raises(NotAllowed):
        claims.submit(desk=desk.desk, text="A claim.", by=getattr(desk, who), at=desk.tick())


def test_a_person_who_left_may_do_nothing(desk: TestDesk) -> None:
    claim = desk.submit()
    desk.ana.is_active = False
    with pytest.raises(NotAllowed):
        claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")


def test_a_move_that_needs_a_reason_is_refused_without_one(desk: TestDesk) -> None:
    claim = desk.submit()
    with pytest.raises(Invalid) as caught:
        claims.decline(claim, by=desk.ben, at=desk.tick(), reason="opinion", note=" ")
    assert caught.value.field == "reason"
    claim.refresh_from_db()
    assert claim.status == Status.SUBMITTED


def test_declining_names_a_known_reason(desk: TestDesk) -> None:
    with pytest.raises(Invalid, match="opinion"):
        claims.decline(desk.submit(), by=desk.ben, at=desk.tick(), reason="boring", note="No.")


def test_reopening_clears_the_decline(desk: TestDesk) -> None:
    claim = claims.reopen(desk.declined(), by=desk.chi, at=desk.tick(), reason="A source turned up.")
    assert (claim.status, claim.decline_reason, claim.declined_by) == (Status.SUBMITTED, None, None)


def test_a_published_claim_that_went_back_to_research_cannot_be_declined(desk: TestDesk) -> None:
    from tests.reviews.test_moves import _under_re_review

    claim = _under_re_review(desk, Status.IN_RESEARCH)
    with pytest.raises(InvalidTransition, match="withdraw"):
        claims.decline(claim, by=desk.ben, at=desk.tick(), reason="opinion", note="Taste.")


def test_a_stale_form_is_refused_and_changes_nothing(desk: TestDesk) -> None:
    claim = desk.submit()
    opened_with = claim.version
    claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")
    with pytest.raises(StaleClaim, match="Reload"):
        claims.decline(claim, by=desk.ben, at=desk.tick(), reason="opinion", note="Taste.", version=opened_with)
    claim.refresh_from_db()
    assert claim.status == Status.IN_RESEARCH


def test_control_without_its_version_the_stale_form_goes_through(desk: TestDesk) -> None:
    claim = desk.submit()
    claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")
    claims.decline(claim, by=desk.ben, at=desk.tick(), reason="opinion", note="Taste.", version=None)
    assert claim.status == Status.DECLINED


def test_whoever_acts_on_an_outdated_copy_is_told_that_somebody_was_first(desk: TestDesk) -> None:
    claim = desk.submit()
    outdated = Claim.objects.get(pk=claim.pk)
    claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")
    with pytest.raises(InvalidTransition, match="no longer possible"):
        claims.start_research(outdated, by=desk.ben, at=desk.tick(), why="Harm.")


def test_the_status_is_moved_by_the_workflow_alone(desk: TestDesk) -> None:
    claim = desk.submit()
    with pytest.raises(RuntimeError, match="workflow"):
        Claim.objects.update(status=Status.PUBLISHED)
    claim.status = Status.PUBLISHED
    with pytest.raises(RuntimeError, match="workflow"):
        claim.save()


def test_editing_keeps_what_the_words_were(desk: TestDesk) -> None:
    claim = desk.submit(text="First words.")
    claims.edit_claim(
        claim,
        by=desk.ana,
        at=desk.tick(),
        version=claim.version,
        text="Better words.",
        said=claim.said,
        language="en",
        risk="high",
        topics=[],
    )
    assert claim.text == "Better words."
    assert claim.events.get(kind="edit").data["was"] == {"text": "First words.", "risk": "normal"}


def test_only_its_researcher_edits_a_claim_in_research(desk: TestDesk) -> None:
    claim = desk.in_research()
    with pytest.raises(NotAllowed, match="Ana"):
        rules.check_can_edit(claim, desk.ben)
    rules.check_can_edit(claim, desk.ana)


def test_a_position_from_the_future_is_refused(desk: TestDesk) -> None:
    claim = desk.submit()
    with pytest.raises(Invalid) as caught:
        claims.add_position(
            claim,
            party=desk.party(),
            stance="denies",
            by=desk.ana,
            at=desk.tick(),
            said_on=desk.at.date() + timedelta(days=1),
        )
    assert caught.value.field == "said_on"


def test_positions_come_in_time_order_the_undated_last(desk: TestDesk) -> None:
    claim = desk.submit()
    days = [None, desk.at.date() - timedelta(days=1), desk.at.date() - timedelta(days=9)]
    for number, day in enumerate(days):
        party = desk.party(f"Party {number}")
        claims.add_position(claim, party=party, stance="asserts", by=desk.ana, at=desk.tick(), said_on=day)
    assert [p.party.name for p in claim.positions.in_time_order()] == ["Party 2", "Party 1", "Party 0"]


def test_nothing_is_recorded_on_a_claim_in_review(desk: TestDesk) -> None:
    claim = desk.in_review().claim
    with pytest.raises(InvalidTransition, match="round is open"):
        claims.add_position(claim, party=desk.party(), stance="denies", by=desk.ana, at=desk.tick())


@pytest.mark.parametrize("subject", ["claim", "claimant", "topic"])
def test_a_declared_interest_recuses(desk: TestDesk, subject: str) -> None:
    claim = desk.submit()
    party = desk.party()
    claims.add_position(claim, party=party, stance="denies", by=desk.ben, at=desk.tick())
    topic = desk.desk.topics.create(slug="syria", name="Syria")
    claim.topics.add(topic)
    named = {"claim": claim, "claimant": party, "topic": topic}[subject]
    assert not rules.is_recused(claim, desk.ana)

    claims.declare_interest(by=desk.ana, at=desk.tick(), note="I worked there.", **{subject: named})

    assert rules.is_recused(claim, desk.ana)
    with pytest.raises(NotAllowed, match="recused"):
        claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")


def test_an_interest_names_exactly_one_thing(desk: TestDesk) -> None:
    with pytest.raises(Invalid):
        claims.declare_interest(by=desk.ana, at=desk.tick(), note="Everything.")
    with pytest.raises(Invalid):
        claims.declare_interest(by=desk.ana, at=desk.tick(), note="Both.", claim=desk.submit(), claimant=desk.party())


def test_relations_join_two_claims_of_one_desk_once(desk: TestDesk) -> None:
    one, other = desk.submit(), desk.submit()
    claims.relate(one, kind="contradicts", other=other, by=desk.ana, at=desk.tick())
    with pytest.raises(Invalid, match="already"):
        claims.relate(one, kind="contradicts", other=other, by=desk.ana, at=desk.tick())
    with pytest.raises(Invalid, match="itself"):
        claims.relate(one, kind="same_as", other=one, by=desk.ana, at=desk.tick())


def test_changes_are_numbered_without_gaps(desk: TestDesk) -> None:
    desk.published()
    with pytest.raises(Invalid):
        desk.submit(text="")
    desk.submit()
    numbers = list(Change.objects.values_list("seq", flat=True))
    assert numbers == list(range(1, len(numbers) + 1))


@pytest.mark.parametrize(
    "values",
    [
        {"status": "approved"},
        {"risk": "extreme"},
        {"text": ""},
        {"status": "declined"},
        {"status": "published"},
        {"declined_at": "2026-01-01T00:00Z"},
        {"research_started_at": "2026-01-01T00:00Z"},
    ],
    ids=str,
)
def test_the_database_holds_what_must_always_hold(desk: TestDesk, values: dict[str, str]) -> None:
    claim = desk.submit()
    with pytest.raises(IntegrityError), transaction.atomic():
        Claim.objects.filter(pk=claim.pk)._move(**values)


def test_comments_are_for_the_desk(desk: TestDesk) -> None:
    claim = desk.submit()
    claims.comment(claim, text="Ask the harbour office.", by=desk.ben, at=desk.tick())
    with pytest.raises(NotAllowed):
        claims.comment(claim, text="Hello.", by=desk.eva, at=desk.tick())
    assert claim.comments.get().author == desk.ben
    assert Event.objects.filter(claim=claim).count() == 1
