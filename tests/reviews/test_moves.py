"""Every cell of move × status × role, derived from the table of moves: allowed exactly where the table says so."""

import itertools
from collections.abc import Callable
from typing import Any

import pytest

from claims import workflow as claims
from claims.models import Claim, Event, Membership, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed
from claims.statuses import MOVES, Standing, Status
from reviews import corrections, rules
from reviews import workflow as reviews
from tests.desk import TEXTS, TestDesk

PEOPLE = ("ana", "ben", "dov", "fay", "eva", "oli", "uma")
CELLS = list(itertools.product(sorted(MOVES), [*Status.values], PEOPLE))


def perform(desk: TestDesk, name: str, claim: Claim, by: Person) -> None:
    """Make the move by its verb with values that are fit for it."""
    at = desk.tick()
    texts: dict[str, Any] = {**TEXTS, "reason": "A reason."}
    reviewers = [desk.ben, desk.chi]
    round_ = rules.open_round(claim)
    judged = {
        "rating": desk.rating(),
        "decision": "endorse",
        "reasons": "Weighed.",
        "content_hash": round_.content_hash if round_ else "-",
    }
    verbs: dict[str, Callable[[], object]] = {
        "submit": lambda: claims.submit(desk=claim.desk, text="A new claim.", by=by, at=at),
        "decline": lambda: claims.decline(claim, by=by, at=at, reason="opinion", note="Taste."),
        "reopen": lambda: claims.reopen(claim, by=by, at=at, reason="New facts."),
        "start_research": lambda: claims.start_research(claim, by=by, at=at, why="Reach."),
        "reassign": lambda: reviews.reassign(claim, to=newcomer(desk, "vic"), by=by, at=at, reason="Holiday."),
        "open_round": lambda: reviews.open_round(claim, by=by, at=at, reviewers=reviewers),
        "submit_review": lambda: reviews.submit_review(claim, by=by, at=at, **judged),
        "adjudicate": lambda: reviews.adjudicate(claim, by=by, at=at, **judged),
        "send_back": lambda: reviews.send_back(claim, by=by, at=at, reason="Add a source."),
        "publish": lambda: reviews.publish(claim, by=by, at=at, confirmed=desk.rating().scale.checklist),
        "correct_rating": lambda: corrections.correct_rating(
            claim, by=by, at=at, rating=desk.rating("false"), searched="Yes.", reviewers=reviewers, **texts
        ),
        "keep_verdict": lambda: corrections.keep_verdict(claim, by=by, at=at, reason="Nothing new."),
        "propose_correction": lambda: corrections.propose_correction(claim, by=by, at=at, kind="factual", **texts),
        "correct": lambda: corrections.correct(claim, by=by, at=at),
        "propose_withdrawal": lambda: corrections.propose_withdrawal(claim, by=by, at=at, reason="Wrong."),
        "withdraw": lambda: corrections.withdraw(claim, by=by, at=at),
    }
    verbs[name]()


def make_claim(desk: TestDesk, name: str, status: str) -> Claim:
    """A claim in the status, made ready for the move as far as the status allows."""
    if status != Status.IN_RESEARCH and not (name == "keep_verdict" and status == Status.IN_REVIEW):
        claim = _ready_in(desk, name, status)
    elif name == "keep_verdict":
        claim = _under_re_review(desk, status)
    else:
        claim = desk.in_research()
        desk.draft(claim)
    claim.refresh_from_db()
    return claim


def _under_re_review(desk: TestDesk, status: str) -> Claim:
    claim = desk.published()
    corrections.correct_rating(
        claim,
        by=desk.ana,
        at=desk.tick(),
        rating=desk.rating("false"),
        searched="Again.",
        reason="A new document.",
        reviewers=[desk.ben, desk.chi],
        **TEXTS,
    )
    if status == Status.IN_RESEARCH:
        reviews.send_back(claim, by=desk.fay, at=desk.tick(), reason="More.")
    return claim


def _ready_in(desk: TestDesk, name: str, status: str) -> Claim:
    if status == Status.IN_REVIEW and name in {"publish", "adjudicate"}:
        opened = desk.in_review()
        desk.review(opened, desk.ben)
        desk.review(opened, desk.chi, rating="false" if name == "adjudicate" else "unproven")
        return opened.claim
    claim = desk.claim_in(status)
    if status == Status.PUBLISHED and name == "correct":
        perform(desk, "propose_correction", claim, desk.fay)
    if status == Status.PUBLISHED and name == "withdraw":
        perform(desk, "propose_withdrawal", claim, desk.fay)
    return claim


def person_of(desk: TestDesk, name: str) -> Person:
    """Uma is a fact-checker with no part in any claim, unlike Ana, who researches, and Ben, who reviews."""
    return newcomer(desk, name) if name == "uma" else getattr(desk, name)


def newcomer(desk: TestDesk, name: str) -> Person:
    """A fact-checker of the desk who has not touched any claim."""
    person = Person.objects.create(username=name, first_name=name.capitalize())
    Membership.objects.create(desk=desk.desk, person=person, role="fact_checker")
    return person


# What a condition beyond the table refuses: a reviewer sends back only after asking for changes.
REFUSED_BY_CONDITION = {("send_back", "ben")}


@pytest.mark.parametrize(("name", "status", "who"), CELLS, ids=["-".join(cell) for cell in CELLS])
def test_a_move_is_possible_exactly_where_the_table_says(desk: TestDesk, name: str, status: str, who: str) -> None:
    claim = make_claim(desk, name, status)
    person = person_of(desk, who)
    move = MOVES[name]
    held = rules.standings(claim, person)
    is_possible = move.is_open_to(held) and (move.goes_from(status) or name == "submit")
    expected = is_possible and (name, who) not in REFUSED_BY_CONDITION
    before = Event.objects.filter(claim=claim).count()

    if expected:
        perform(desk, name, claim, person)
        claim.refresh_from_db()
        if name != "submit":
            assert claim.status == (move.target or status)
            assert Event.objects.filter(claim=claim, kind=name, actor=person).exists()
    else:
        with pytest.raises((NotAllowed, InvalidTransition, Invalid)):
            perform(desk, name, claim, person)
        claim.refresh_from_db()
        assert claim.status == status
        assert Event.objects.filter(claim=claim).count() == before


def test_the_cells_cover_every_standing(desk: TestDesk) -> None:
    """So that no row of the table is only ever tried by people it does not concern."""
    seen: set[Standing] = set()
    for name in ("publish", "correct"):
        claim = make_claim(desk, name, Status.IN_REVIEW if name == "publish" else Status.PUBLISHED)
        for who in ("ana", "ben", "dov", "fay", "eva", "oli"):
            seen |= rules.standings(claim, person_of(desk, who))
    assert seen == set(Standing)


def test_control_a_table_without_barred_standings_lets_a_reviewer_publish(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with the bar lifted, the cell (publish, in review, a reviewing editor) goes through the table."""
    opened = desk.in_review(risk="high")
    fay = desk.fay
    with pytest.raises(NotAllowed):
        rules.check_can_move("publish", opened.claim, fay)
    import dataclasses

    from claims import rules as claim_rules

    open_table = {**MOVES, "publish": dataclasses.replace(MOVES["publish"], barred=frozenset())}
    monkeypatch.setattr(claim_rules, "MOVES", open_table)
    rules.check_can_move("publish", opened.claim, fay)
