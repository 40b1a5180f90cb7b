"""Taking in an article: ask for its candidate claims, then accept or dismiss each."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction

from claims import matching
from claims.models import Claim, Person, Position, Topic
from claims.rules import Invalid
from claims.statuses import PositionStance, Risk
from claims.workflow import add_position, name_claimant, submit
from sources import quotations, rules, tasks
from sources.candidates import latest_text, list_candidates
from sources.leasing import queue_check
from sources.models import Candidate, Citation, Source
from sources.statuses import CandidateState, CheckReason, CitationRole, CitationStance
from sources.workflow import cite


def ingest(source: Source, *, by: Person, at: datetime) -> Source:
    """List the source's candidate claims: now if its text is held, else as soon as a worker has fetched it."""
    rules.check_can_ingest(source.desk, by)
    if source.candidates_at is not None:
        return source
    with transaction.atomic():
        Source.objects.filter(pk=source.pk, intake_at__isnull=True).update(intake_at=at)
        if latest_text(source) is None:
            queue_check(source, at=at, reason=CheckReason.ADDED, by=by)
            tasks.hint()
    source.refresh_from_db()
    list_candidates(source, at=at)
    return source


def nearest_claims(candidate: Candidate, *, limit: int = 5) -> list[matching.Near]:
    """What the desk already has that is near to the candidate, best first: shown before it is accepted."""
    return matching.nearest(candidate.source.desk, f"{candidate.restated} {candidate.text}", limit=limit)


def accept_candidate(
    candidate: Candidate,
    *,
    by: Person,
    at: datetime,
    text: str,
    claim: Claim | None = None,
    with_counterpart: bool = True,
    risk: str = Risk.NORMAL,
    topics: Iterable[Topic] = (),
    said_on: date | None = None,
) -> Claim:
    """Make a claim of a candidate, or add it to an existing one.

    Effect, in one transaction: the claim (unless given), the source as its appearance, the quoted passage as a
    citation and the party's position; the same for the contested counterpart if there is one and it is wanted.
    """
    rules.check_can_decide(candidate, by)
    source = candidate.source
    if claim is not None and claim.desk_id != source.desk_id:
        raise Invalid("claim", "That claim belongs to another desk.")
    counterpart = candidate.contested_with if with_counterpart else None
    with transaction.atomic():
        if claim is None:
            claim = submit(
                desk=source.desk,
                text=text,
                said=candidate.text,
                language=source.language or "en",
                by=by,
                at=at,
                risk=risk,
                topics=topics,
            )
        _take_on(candidate, claim, by=by, at=at, said_on=said_on)
        if counterpart is not None and counterpart.state == CandidateState.OPEN:
            _take_on(counterpart, claim, by=by, at=at, said_on=said_on)
    return claim


def _take_on(candidate: Candidate, claim: Claim, *, by: Person, at: datetime, said_on: date | None) -> Citation:
    source = candidate.source
    decided = Candidate.objects.open().filter(pk=candidate.pk)
    if not decided.update(state=CandidateState.ACCEPTED, claim=claim, decided_at=at, decided_by=by):
        raise Invalid("candidate", "Somebody decided on this candidate a moment ago. Reload the page.")
    candidate.refresh_from_db()
    position = _position_of(candidate, claim, by=by, at=at, said_on=said_on or source.published_on)
    snapshot = latest_text(source)
    selected = quotations.select(snapshot.text, candidate.start, candidate.end) if snapshot else None
    denies = candidate.stance == PositionStance.DENIES
    return cite(
        claim,
        source=source,
        exact=candidate.text,
        prefix=selected.prefix if selected else "",
        suffix=selected.suffix if selected else "",
        role=CitationRole.APPEARANCE,
        stance=CitationStance.REFUTES if denies else CitationStance.SUPPORTS,
        position=position,
        by=by,
        at=at,
    )


def _position_of(
    candidate: Candidate, claim: Claim, *, by: Person, at: datetime, said_on: date | None
) -> Position | None:
    if not candidate.claimant:
        return None
    party = name_claimant(
        desk=claim.desk, name=candidate.claimant, kind=candidate.claimant_kind, role=candidate.claimant_role
    )
    return add_position(
        claim, party=party, stance=candidate.stance, quote=candidate.text, said_on=said_on, by=by, at=at
    )


def dismiss_candidate(candidate: Candidate, *, by: Person, at: datetime) -> Candidate:
    """Put a candidate aside: nothing is made of it."""
    rules.check_can_decide(candidate, by)
    rows = Candidate.objects.open().filter(pk=candidate.pk)
    if not rows.update(state=CandidateState.DISMISSED, decided_at=at, decided_by=by):
        raise Invalid("candidate", "Somebody decided on this candidate a moment ago. Reload the page.")
    candidate.refresh_from_db()
    return candidate
