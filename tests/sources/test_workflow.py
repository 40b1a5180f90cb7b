"""The verbs on sources and candidates: what they refuse, and what becomes of two who do the same at once."""

import pytest

from claims.models import Claim, Position
from claims.rules import Invalid, InvalidTransition, NotAllowed
from reviews import corrections
from reviews import workflow as reviews
from sources import candidates, checks, intake, rules, workflow
from sources.models import Candidate, Citation, Source, SourceCheck
from tests.desk import TestDesk
from tests.meanwhile import meanwhile
from tests.sources.test_checks import URL, Web, page
from tests.sources.test_intake import contested, taken_in

WORDS = b"The ministry said on Monday that it had given notice of its positions to nobody at all."


def web_source(desk: TestDesk, url: str = URL) -> Source:
    return workflow.add_web_source(desk=desk.desk, url=url, by=desk.ana, at=desk.tick())


def document(desk: TestDesk, data: bytes = WORDS) -> Source:
    return workflow.add_document(
        desk=desk.desk, data=data, file_name="note.txt", media_type="text/plain", by=desk.ana, at=desk.tick()
    )


def published_on_the_web(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> tuple[Claim, Source]:
    """A published claim that relies on a web page, which is up."""
    monkeypatch.setattr(checks, "egress", lambda: Web([page()]))
    claim, source = desk.in_research(), web_source(desk)
    desk.cite(claim, source=source, exact="hours before the shelling began")
    desk.run_checks()
    desk.draft(claim)
    opened = reviews.open_round(claim, by=desk.ana, at=desk.tick(), reviewers=[desk.ben, desk.chi])
    desk.review(opened, desk.ben)
    desk.review(opened, desk.chi)
    desk.publish(opened)
    claim.refresh_from_db()
    source.refresh_from_db()
    return claim, source


# --- Sources -----------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_one_source(desk: TestDesk) -> None:
    assert document(desk) == document(desk)
    assert Source.objects.get().snapshots.count() == 1


def test_a_pasted_text_with_nul_characters_names_the_field(desk: TestDesk) -> None:
    with pytest.raises(Invalid, match="NUL") as caught:
        desk.text_source("A text that is long enough to be an article, \x00 but is none.")
    assert caught.value.field == "text"
    assert not Source.objects.exists()


def test_two_who_add_one_address_at_once_have_one_source(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, workflow.transaction, "atomic", lambda: web_source(desk))
    assert web_source(desk) == Source.objects.get()


def test_two_who_store_one_text_at_once_have_one_source(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    meanwhile(monkeypatch, workflow, "store", lambda: document(desk))
    source = document(desk)
    assert source == Source.objects.get()
    assert source.snapshots.count() == 1


def test_what_a_published_verdict_relies_on_is_checked_again_until_it_is_withdrawn(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch, settings: pytest.FixtureRequest
) -> None:
    claim, source = published_on_the_web(desk, monkeypatch)
    assert source.next_check_at == desk.at
    workflow.request_check(source, by=desk.ana, at=desk.tick())
    at = desk.tick()
    assert checks.run_due(now=lambda: at) == 1
    source.refresh_from_db()
    assert source.next_check_at == at + settings.CHECK_SCHEDULE[0]

    corrections.propose_withdrawal(claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
    corrections.withdraw(claim, by=desk.fay, at=desk.tick())
    source.refresh_from_db()
    assert source.next_check_at is None


def test_a_page_that_another_verdict_relies_on_stays_watched(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, source = published_on_the_web(desk, monkeypatch)
    _, same = published_on_the_web(desk, monkeypatch)
    assert same == source
    corrections.propose_withdrawal(claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
    corrections.withdraw(claim, by=desk.fay, at=desk.tick())
    source.refresh_from_db()
    assert source.next_check_at is not None


# --- Citations ---------------------------------------------------------------------------------------------


def test_a_source_of_another_desk_is_not_cited(desk: TestDesk) -> None:
    theirs = desk.oli.memberships.get().desk
    source = workflow.add_web_source(desk=theirs, url=URL, by=desk.oli, at=desk.tick())
    with pytest.raises(NotAllowed, match="another desk"):
        desk.cite(desk.submit(), source=source)
    assert not Citation.objects.exists()


def test_a_citation_shows_a_position_of_its_own_claim_alone(desk: TestDesk) -> None:
    position: Position = desk.in_research().positions.all()[0]
    with pytest.raises(Invalid) as caught:
        desk.cite(desk.submit(), position=position)
    assert caught.value.field == "position"


def test_a_passage_is_cited_once_until_it_was_removed(desk: TestDesk) -> None:
    claim, source = desk.submit(), desk.text_source()
    citation = desk.cite(claim, source=source)
    with pytest.raises(Invalid, match="already cites"):
        desk.cite(claim, source=source)
    workflow.remove_citation(citation, by=desk.ana, at=desk.tick(), reason="Wrong stance.")
    with pytest.raises(InvalidTransition, match="already removed"):
        workflow.remove_citation(citation, by=desk.ana, at=desk.tick(), reason="Again.")
    assert desk.cite(claim, source=source).stance == "supports"


def test_two_who_remove_one_citation_at_once_remove_it_once(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    citation = desk.cite(desk.submit())
    other = Citation.objects.get(pk=citation.pk)
    meanwhile(
        monkeypatch,
        rules,
        "check_can_remove_citation",
        lambda: workflow.remove_citation(other, by=desk.ben, at=desk.tick(), reason="Ben's reason."),
    )
    with pytest.raises(Invalid, match="a moment ago"):
        workflow.remove_citation(citation, by=desk.ana, at=desk.tick(), reason="Ana's reason.")
    assert citation.claim.events.get(kind="remove_citation").note == "Ben's reason."


# --- Candidates --------------------------------------------------------------------------------------------


def test_a_page_is_fetched_first_and_its_candidates_are_listed_then(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checks, "egress", lambda: Web([page()]))
    source = intake.ingest(web_source(desk), by=desk.ana, at=desk.tick())
    assert (source.candidates_at, SourceCheck.objects.open().count()) == (None, 1)
    desk.run_checks()
    source.refresh_from_db()
    assert source.candidates_at is not None
    assert intake.ingest(source, by=desk.ana, at=desk.tick()).candidates_at == source.candidates_at


def test_two_workers_list_the_candidates_once(desk: TestDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    source = taken_in(desk)
    listed = source.candidates.count()
    source.candidates.update(contested_with=None)
    source.candidates.all().delete()
    Source.objects.update(candidates_at=None)
    mine, theirs = Source.objects.get(), Source.objects.get()
    at = desk.tick()
    meanwhile(monkeypatch, candidates.extraction, "extract", lambda: candidates.list_candidates(theirs, at=at))
    assert candidates.list_candidates(mine, at=at) == 0
    assert Candidate.objects.count() == listed > 0


def test_a_candidate_is_not_added_to_another_desks_claim(desk: TestDesk) -> None:
    candidate = contested(taken_in(desk))
    theirs = desk.submit()
    Claim.objects.filter(pk=theirs.pk).update(desk=desk.oli.memberships.get().desk)
    theirs.refresh_from_db()
    with pytest.raises(Invalid, match="another desk"):
        intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text="", claim=theirs)
    assert not Citation.objects.exists()


def test_a_candidate_that_nobody_said_becomes_a_claim_without_a_position(desk: TestDesk) -> None:
    candidate = taken_in(desk).candidates.filter(contested_with=None)[0]
    Candidate.objects.filter(pk=candidate.pk).update(claimant="")
    candidate.refresh_from_db()
    claim = intake.accept_candidate(candidate, by=desk.ana, at=desk.tick(), text="It happened.")
    assert not claim.positions.exists()
    assert Citation.objects.of(claim).get().role == "appearance"


@pytest.mark.parametrize("verb", ["accept", "dismiss"])
def test_two_who_decide_on_one_candidate_at_once_decide_it_once(
    desk: TestDesk, monkeypatch: pytest.MonkeyPatch, verb: str
) -> None:
    candidate = contested(taken_in(desk))
    other = Candidate.objects.get(pk=candidate.pk)
    meanwhile(
        monkeypatch,
        rules,
        "check_can_decide",
        lambda: intake.dismiss_candidate(other, by=desk.ben, at=desk.tick()),
    )
    words = {"text": "It was told."} if verb == "accept" else {}
    decide = getattr(intake, f"{verb}_candidate")
    with pytest.raises(Invalid, match="a moment ago"):
        decide(candidate, by=desk.ana, at=desk.tick(), **words)
    candidate.refresh_from_db()
    assert (candidate.state, candidate.decided_by) == ("dismissed", desk.ben)
    assert not Claim.objects.exists()
