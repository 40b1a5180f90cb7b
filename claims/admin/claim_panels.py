"""What this app itself shows on a claim's page: positions, nearest and related claims, comments, history."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import HttpRequest

from claims import matching
from claims.admin.panels import Column, Panel, register
from claims.models import Claim, Event, Person, Position
from claims.statuses import MOVES, PositionStance, Status

EVENTS_SHOWN = 40
COMMENTS_SHOWN = 100
POSITIONS_SHOWN = 200

_PHRASES: dict[str, str] = {
    "submit": "Submitted",
    "decline": "Declined",
    "reopen": "Reopened",
    "start_research": "Research started",
    "edit": "Words edited",
    "add_position": "Position added",
    "relate": "Related to another claim",
    "recuse": "Declared an interest",
}


def phrase_events(phrases: Mapping[str, str]) -> None:
    """Let an app above say in words what its events tell."""
    _PHRASES.update(phrases)


def positions(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object]:
    """Two sides in time order: who asserts or partly confirms, who denies."""
    rows = list(
        Position.objects.filter(claim=claim)
        .in_time_order()
        .select_related("party")
        .prefetch_related("citations__source")[:POSITIONS_SHOWN]
    )
    against = {PositionStance.DENIES}
    return {
        "positions": [
            {
                "row": row,
                "side": "against" if row.stance in against else _side(row),
                "citations": [cited for cited in row.citations.all() if cited.removed_at is None],
            }
            for row in rows
        ]
    }


def _side(position: Position) -> str:
    return "neither" if position.stance == PositionStance.NO_COMMENT else "for"


def nearest(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    near = matching.nearest(claim.desk, claim.text, limit=5, leave_out=claim.pk)
    return {"near": [hit for hit in near if len(hit.shared) > 1]} if near else None


def relations(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object]:
    return {
        "relations": list(claim.relations.select_related("other")[:50]),
        "relations_to": list(claim.relations_to.select_related("claim")[:50]),
    }


def comments(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object]:
    rows = list(claim.comments.select_related("author").order_by("-at", "-id")[: COMMENTS_SHOWN + 1])
    return {"comments": rows[:COMMENTS_SHOWN], "has_more_comments": len(rows) > COMMENTS_SHOWN}


def history(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object]:
    """The newest events first; all of them on demand."""
    rows = claim.events.select_related("actor").order_by("-at", "-id")
    shown = None if request.GET.get("history") == "all" else EVENTS_SHOWN
    events = list(rows[: shown + 1] if shown else rows)
    names = _names(events)
    return {
        "events": [_told(event, names) for event in (events[:shown] if shown else events)],
        "has_more_events": shown is not None and len(events) > shown,
    }


def _names(events: Iterable[Event]) -> dict[str, str]:
    """The people whom events speak of, read at once."""
    keys = {str(event.data[key]) for event in events for key in ("reviewer", "to") if event.data.get(key)}
    people = Person.objects.filter(pk__in=[key for key in keys if key.isdigit()])
    return {str(one.pk): str(one) for one in people}


def _told(event: Event, names: Mapping[str, str]) -> dict[str, Any]:
    phrase = _PHRASES.get(event.kind) or (
        MOVES[event.kind].label if event.kind in MOVES else event.kind.replace("_", " ").capitalize()
    )
    details: list[str] = []
    data = event.data
    details += [names[str(data[key])] for key in ("reviewer", "to") if str(data.get(key)) in names]
    if event.kind == "add_position":
        details.append(f"{data.get('party', '')} {str(data.get('stance', '')).replace('_', ' ')}")
    details += [f"{field} was: {old}" for field, old in (data.get("was") or {}).items()]
    details += [f"Exception ({gate.replace('_', ' ')}): {why}" for gate, why in (data.get("exceptions") or {}).items()]
    was, to = event.from_status, event.to_status
    moved = f"{Status(was).label} → {Status(to).label}" if was and to and was != to else ""
    return {"row": event, "phrase": phrase, "details": details, "move": moved}


def claimants(claims: Iterable[Any], person: Person) -> dict[Any, object]:
    """Who asserts each of these claims, for the list."""
    rows = (
        Position.objects.asserting()
        .filter(claim__in=list(claims))
        .select_related("party")
        .order_by("said_on", "recorded_at", "id")
    )
    found: dict[Any, list[str]] = {}
    for row in rows:
        names = found.setdefault(row.claim_id, [])
        if row.party.name not in names:
            names.append(row.party.name)
    return dict(found)


_HERE = "claims/admin/panels"
for part in (
    Panel(name="positions", title="Positions", template=f"{_HERE}/positions.html", context=positions, order=10),
    Panel(name="history", title="History", template=f"{_HERE}/history.html", context=history, order=90),
    Panel(
        name="nearest",
        title="Nearest claims",
        template=f"{_HERE}/nearest.html",
        context=nearest,
        order=60,
        side=True,
    ),
    Panel(
        name="relations",
        title="Relations",
        template=f"{_HERE}/relations.html",
        context=relations,
        order=70,
        side=True,
    ),
    Panel(
        name="comments",
        title="Comments",
        template=f"{_HERE}/comments.html",
        context=comments,
        order=80,
        side=True,
    ),
    Column(
        name="claimants",
        title="Claimants",
        template="claims/admin/columns/claimants.html",
        values=claimants,
        order=10,
    ),
):
    register(part)
