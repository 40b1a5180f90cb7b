"""What a desk does to a claim: one verb a function, one transaction each."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from claims import matching, rules
from claims.history import record_change, record_event
from claims.models import (
    Claim,
    Claimant,
    ClaimRelation,
    Comment,
    Desk,
    Event,
    Interest,
    Person,
    Position,
    Topic,
)
from claims.rules import Invalid, InvalidTransition, StaleClaim
from claims.statuses import MOVES, ClaimantKind, DeclineReason, PositionStance, RelationKind, Risk, Status

LANGUAGE_MAX = 12
NOTE_MAX = 10_000


def touch(claim: Claim, *, at: datetime, version: int | None = None, **fields: Any) -> None:
    """Write fields of a claim and raise its version; raise StaleClaim if `version` is no longer the claim's."""
    rows = Claim.objects.filter(pk=claim.pk)
    if version is not None:
        rows = rows.filter(version=version)
    if not rows.update(version=F("version") + 1, updated_at=at, **fields):
        raise StaleClaim("Somebody changed this claim since you opened it. Reload the page and try again.")
    claim.refresh_from_db()


def move(
    claim: Claim,
    name: str,
    *,
    by: Person | None,
    at: datetime,
    note: str = "",
    version: int | None = None,
    data: Mapping[str, Any] | None = None,
    **fields: Any,
) -> Event:
    """Make a named move: the only writer of a claim's status.

    Effect: the status, `fields` and the version change in one conditional update, and an event tells of it.
    Raises Invalid without a note where the table asks for one, InvalidTransition if somebody was first,
    StaleClaim if `version` is not the claim's.
    """
    step = MOVES[name]
    if step.needs_reason:
        note = rules.check_text("reason", note, most=NOTE_MAX)
    was = claim.status
    rows = Claim.objects.filter(pk=claim.pk, status=was)
    if version is not None:
        rows = rows.filter(version=version)
    target = step.target or Status(was)
    if not step.goes_from(was) or not rows._move(status=target, version=F("version") + 1, updated_at=at, **fields):
        _explain_lost_move(claim, name, version)
    claim.refresh_from_db()
    return Event.objects.create(
        claim=claim, kind=name, actor=by, at=at, note=note, from_status=was, to_status=target, data=dict(data or {})
    )


def _explain_lost_move(claim: Claim, name: str, version: int | None) -> None:
    now = Claim.objects.get(pk=claim.pk)
    if version is not None and now.version != version:
        raise StaleClaim("Somebody changed this claim since you opened it. Reload the page and try again.")
    raise InvalidTransition(
        f"“{MOVES[name].label}” is no longer possible: the claim is {now.get_status_display().lower()}."
    )


def submit(
    *,
    desk: Desk,
    text: str,
    by: Person,
    at: datetime,
    said: str = "",
    language: str = "en",
    risk: str = Risk.NORMAL,
    topics: Iterable[Topic] = (),
) -> Claim:
    """Take a claim in. Raises NotAllowed for people who are not of the desk, Invalid for unusable words."""
    rules.check_can_submit(desk, by)
    claim = Claim(
        desk=desk,
        text=rules.check_text("text", text),
        said=said.strip(),
        language=check_language(language),
        risk=Risk(risk),
        submitted_at=at,
        submitted_by=by,
        updated_at=at,
    )
    with transaction.atomic():
        claim.save()
        claim.topics.set(topics)
        Event.objects.create(claim=claim, kind="submit", actor=by, at=at, to_status=Status.SUBMITTED)
        matching.index(claim)
        record_change(claim, "claim.submitted", at=at)
    return claim


def check_language(language: str) -> str:
    """Return a BCP 47 tag in lower case; raise Invalid for anything else."""
    tag = language.strip().lower()
    if not tag or len(tag) > LANGUAGE_MAX or not tag.replace("-", "").isalnum() or not tag.isascii():
        raise Invalid("language", f"{language!r} is no language tag. Use one such as en, tr or ru.")
    return tag


def decline(claim: Claim, *, by: Person, at: datetime, reason: str, note: str, version: int | None = None) -> Claim:
    """Do not take the claim on; the reason is public."""
    rules.check_can_decline(claim, by)
    if reason not in DeclineReason.values:
        raise Invalid("decline_reason", f"{reason!r} is no reason. Use one of {', '.join(DeclineReason.values)}.")
    with transaction.atomic():
        fields: dict[str, Any] = {"decline_reason": reason, "declined_at": at, "declined_by": by}
        move(claim, "decline", by=by, at=at, note=note, version=version, data={"reason": reason}, **fields)
        record_change(claim, "claim.declined", at=at)
    return claim


def reopen(claim: Claim, *, by: Person, at: datetime, reason: str, version: int | None = None) -> Claim:
    """Take a declined claim up again; it becomes submitted and has no researcher."""
    rules.check_can_reopen(claim, by)
    with transaction.atomic():
        cleared: dict[str, Any] = dict.fromkeys(
            ("decline_reason", "declined_at", "declined_by", "researcher", "research_started_at")
        )
        move(claim, "reopen", by=by, at=at, note=reason, version=version, **cleared)
        record_change(claim, "claim.reopened", at=at)
    return claim


def start_research(claim: Claim, *, by: Person, at: datetime, why: str, version: int | None = None) -> Claim:
    """Become the claim's researcher, saying why this claim (reach, importance, harm)."""
    rules.check_can_start_research(claim, by)
    with transaction.atomic():
        fields: dict[str, Any] = {"researcher": by, "research_started_at": at, "selection_reason": why.strip()}
        move(claim, "start_research", by=by, at=at, note=why, version=version, **fields)
        record_change(claim, "claim.in_research", at=at)
    return claim


def edit_claim(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    version: int,
    text: str,
    said: str,
    language: str,
    risk: str,
    topics: Iterable[Topic],
) -> Claim:
    """Rewrite the claim's words; what they were stays in the event."""
    rules.check_can_edit(claim, by)
    new = {
        "text": rules.check_text("text", text),
        "said": said.strip(),
        "language": check_language(language),
        "risk": Risk(risk),
    }
    was = {field: getattr(claim, field) for field, value in new.items() if getattr(claim, field) != value}
    with transaction.atomic():
        touch(claim, at=at, version=version, **new)
        claim.topics.set(topics)
        record_event(claim, "edit", by=by, at=at, data={"was": was})
        matching.index(claim)
        record_change(claim, "claim.edited", at=at)
    return claim


def name_claimant(
    *,
    desk: Desk,
    name: str,
    kind: str = ClaimantKind.UNKNOWN,
    role: str = "",
    same_as: Iterable[str] = (),
) -> Claimant:
    """Return the desk's claimant of this name, made when it is new; a known one keeps what it has."""
    name = rules.check_text("claimant", name, most=200)
    claimant, _ = Claimant.objects.get_or_create(
        desk=desk,
        name=name,
        defaults={"kind": ClaimantKind(kind), "role": role.strip()[:200], "same_as": list(same_as)},
    )
    return claimant


def add_position(
    claim: Claim,
    *,
    party: Claimant,
    stance: str,
    by: Person,
    at: datetime,
    quote: str = "",
    said_on: date | None = None,
    place: str = "",
) -> Position:
    """Record what one party says about the claim."""
    rules.check_can_record(claim, by)
    if party.desk_id != claim.desk_id:
        raise Invalid("party", "This claimant belongs to another desk. Pick one of this desk.")
    if said_on and said_on > at.date():
        raise Invalid("said_on", "This day is in the future. Give the day on which it was said.")
    with transaction.atomic():
        position = Position.objects.create(
            claim=claim,
            party=party,
            stance=PositionStance(stance),
            quote=quote.strip(),
            said_on=said_on,
            place=place.strip(),
            recorded_at=at,
            recorded_by=by,
        )
        touch(claim, at=at)
        data = {"position": str(position.pk), "party": party.name, "stance": position.stance}
        record_event(claim, "add_position", by=by, at=at, data=data)
        record_change(claim, "claim.position_added", at=at)
    return position


def relate(claim: Claim, *, kind: str, other: Claim, by: Person, at: datetime, note: str = "") -> ClaimRelation:
    """Say how the claim stands to another one of the desk."""
    rules.check_is_on_desk(claim.desk, by)
    if other.pk == claim.pk:
        raise Invalid("other", "A claim cannot be related to itself. Pick another claim.")
    if other.desk_id != claim.desk_id:
        raise Invalid("other", "That claim belongs to another desk.")
    if claim.relations.filter(kind=kind, other=other).exists():
        raise Invalid("other", "This relation is already recorded.")
    with transaction.atomic():
        relation = ClaimRelation.objects.create(
            claim=claim, kind=RelationKind(kind), other=other, note=note.strip(), related_at=at, related_by=by
        )
        record_event(claim, "relate", by=by, at=at, data={"kind": kind, "other": str(other.pk)})
    return relation


def comment(claim: Claim, *, text: str, by: Person, at: datetime) -> Comment:
    """Leave a remark for the desk."""
    rules.check_can_comment(claim, by)
    text = rules.check_text("text", text, most=NOTE_MAX)
    return Comment.objects.create(claim=claim, author=by, at=at, text=text)


def declare_interest(
    *,
    by: Person,
    at: datetime,
    note: str,
    claim: Claim | None = None,
    claimant: Claimant | None = None,
    topic: Topic | None = None,
) -> Interest:
    """Declare one's own interest in exactly one claim, claimant or topic: one is recused from then on."""
    if sum(subject is not None for subject in (claim, claimant, topic)) != 1:
        raise Invalid("claim", "Name exactly one claim, claimant or topic.")
    note = rules.check_text("note", note, most=NOTE_MAX)
    with transaction.atomic():
        interest = Interest.objects.create(
            person=by, declared_at=at, note=note, claim=claim, claimant=claimant, topic=topic
        )
        if claim is not None:
            record_event(claim, "recuse", by=by, at=at)
    return interest
