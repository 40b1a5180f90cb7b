"""What the rules of claims refuse: settled words, dead claims, other desks, and forms that are out of date."""

import pytest

from claims import rules
from claims import workflow as claims
from claims.models import Change, ChangeCounter, Claim, Claimant, Position
from claims.rules import Invalid, InvalidTransition, StaleClaim
from tests.desk import TestDesk


def edit(desk: TestDesk, claim: Claim, version: int) -> Claim:
    words = {"text": "Better words.", "said": "", "language": "en", "risk": "normal", "topics": []}
    return claims.edit_claim(claim, by=desk.ana, at=desk.tick(), version=version, **words)


def of_another_desk(desk: TestDesk) -> Claim:
    other = desk.oli.memberships.get().desk
    return claims.submit(desk=other, text="A claim of theirs.", by=desk.oli, at=desk.tick())


@pytest.mark.parametrize("status", ["in_review", "published", "declined", "withdrawn"])
def test_words_are_settled_once_a_round_has_opened(desk: TestDesk, status: str) -> None:
    claim = desk.claim_in(status)
    with pytest.raises(InvalidTransition, match="settled"):
        edit(desk, claim, claim.version)


@pytest.mark.parametrize("status", ["declined", "withdrawn"])
def test_a_dead_claim_takes_no_new_material(desk: TestDesk, status: str) -> None:
    claim = desk.claim_in(status)
    held = claim.positions.count()
    with pytest.raises(InvalidTransition, match="takes no new material"):
        claims.add_position(claim, party=desk.party(), stance="denies", by=desk.ana, at=desk.tick())
    assert claim.positions.count() == held


def test_an_edit_from_an_outdated_form_is_refused_and_changes_nothing(desk: TestDesk) -> None:
    claim = desk.submit(text="First words.")
    opened_with = claim.version
    edit(desk, claim, opened_with)
    with pytest.raises(StaleClaim, match="Reload"):
        claims.edit_claim(
            claim,
            by=desk.ben,
            at=desk.tick(),
            version=opened_with,
            text="Ben's words.",
            said="",
            language="en",
            risk="normal",
            topics=[],
        )
    claim.refresh_from_db()
    assert (claim.text, claim.events.filter(kind="edit").count()) == ("Better words.", 1)


def test_a_claimant_of_another_desk_takes_no_position(desk: TestDesk) -> None:
    theirs = Claimant.objects.create(desk=desk.oli.memberships.get().desk, name="Their ministry")
    with pytest.raises(Invalid) as caught:
        claims.add_position(desk.submit(), party=theirs, stance="denies", by=desk.ana, at=desk.tick())
    assert caught.value.field == "party"
    assert not Position.objects.exists()


def test_claims_of_two_desks_are_not_related(desk: TestDesk) -> None:
    theirs = of_another_desk(desk)
    with pytest.raises(Invalid, match="another desk"):
        claims.relate(desk.submit(), kind="same_as", other=theirs, by=desk.ana, at=desk.tick())


def test_numbers_begin_at_one_where_the_counters_row_is_gone(desk: TestDesk) -> None:
    ChangeCounter.objects.all().delete()
    desk.submit()
    desk.submit()
    assert list(Change.objects.order_by("seq").values_list("seq", flat=True)) == [1, 2]


def test_can_gives_the_boolean_of_each_refusal(desk: TestDesk) -> None:
    claim = desk.claim_in("in_review")
    assert rules.can(rules.check_can_comment, claim, desk.ben)
    assert not rules.can(rules.check_can_comment, claim, desk.eva)  # not allowed
    assert not rules.can(rules.check_can_record, claim, desk.ben)  # not in this state
    assert not rules.can(rules.check_text, "text", "")  # not this value


def test_a_move_from_another_state_is_refused_with_the_states_it_goes_from(desk: TestDesk) -> None:
    claim = desk.declined()
    with pytest.raises(InvalidTransition, match="is for claims that are submitted; this one is declined"):
        claims.start_research(claim, by=desk.ana, at=desk.tick(), why="Reach.")
