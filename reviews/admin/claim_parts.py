"""What this app adds to a claim's page and to the list of claims."""

from collections.abc import Collection, Mapping
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.http import HttpRequest

from claims.admin.claim_panels import phrase_events
from claims.admin.panels import Column, ListFilter, Panel, register
from claims.models import Claim, Person
from claims.querysets import ClaimQuerySet
from claims.statuses import Status
from reviews import rules
from reviews.admin.comparing import compared
from reviews.admin.gaps import gaps_of
from reviews.admin.rounds import WORDS, RoundState, state_of
from reviews.models import EvidenceAlert, Publication, Review, Round, Verdict


def alerts(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    rows = list(EvidenceAlert.objects.of(claim).select_related("closed_by").order_by("-raised_at", "id")[:50])
    if not rows:
        return None
    opened = [row for row in rows if row.closed_at is None]
    return {"opened": opened, "closed": [row for row in rows if row.closed_at], "count": len(opened)}


def draft(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    """The draft, and against what it would replace; nothing where none is written nor can be."""
    written = rules.open_draft(claim)
    if written is None and claim.status != Status.IN_RESEARCH:
        return None
    verdict = Verdict.objects.filter(claim=claim).select_related("rating").order_by("-number").first()
    return {"draft": written, "changes": compared(verdict, written), "verdict": verdict}


def rounds(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    """Rounds with the reviews that this person may read; of the others only whether they are in.

    What may not be read is not loaded: no template can show it.
    """
    rows = list(claim.rounds.select_related("opened_by").order_by("-number")[:20])
    if not rows:
        return None
    readable = {
        review.pk: review
        for review in Review.objects.readable_by(person)
        .submitted()
        .filter(round__in=rows)
        .select_related("rating", "reviewer")
        .prefetch_related("citations__source")
    }
    asked = Review.objects.filter(round__in=rows).select_related("reviewer").order_by("assigned_at", "id")
    places: dict[UUID, list[dict[str, object]]] = {}
    for one in asked.only("round_id", "reviewer", "is_adjudication", "assigned_at", "submitted_at"):
        places.setdefault(one.round_id, []).append({"place": one, "review": readable.get(one.pk)})
    return {"rounds": [{"row": row, "places": places.get(row.pk, [])} for row in rows]}


def gate(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    if claim.status not in {Status.IN_RESEARCH, Status.IN_REVIEW}:
        return None
    gates = gaps_of([claim])[claim.pk]
    return {
        "gates": gates,
        "is_passed": all(each["is_passed"] for each in gates),
        "quorum": rules.quorum(claim),
    }


def contacts(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    if claim.status in {Status.SUBMITTED, Status.DECLINED}:
        return None
    return {"contacts": list(claim.contacts.select_related("logged_by")[:50])}


def versions(claim: Claim, person: Person, request: HttpRequest) -> Mapping[str, object] | None:
    rows = list(claim.verdicts.select_related("rating", "published_by", "log_entry").order_by("-number")[:50])
    if not rows:
        return None
    return {"versions": rows, "publication": Publication.objects.filter(claim=claim).first()}


def round_states(claims: Collection[UUID], person: Person) -> Mapping[UUID, object]:
    """The open rounds of a page of claims, as counts."""
    opened = Round.objects.open().filter(claim__in=claims).select_related("draft").prefetch_related("reviews")
    return {row.claim_id: _told(state_of(row)) for row in opened}


def _told(state: RoundState) -> dict[str, object]:
    word, label = WORDS[state.word]
    return {
        "given": state.given,
        "asked": state.asked,
        "word": word,
        "label": label,
        "is_complete": state.is_complete,
    }


def standings(claims: Collection[UUID], person: Person) -> Mapping[UUID, object]:
    """Of a page of claims: the open round as counts, and the verdict that was published."""
    opened = round_states(claims, person)
    rows = Publication.objects.filter(claim__in=claims).select_related("verdict__rating")
    published = {row.claim_id: row for row in rows}
    return {claim: {"round": opened.get(claim), "publication": published.get(claim)} for claim in {*opened, *published}}


def with_open_alert(rows: ClaimQuerySet, person: Person) -> ClaimQuerySet:
    return rows.filter(Exists(EvidenceAlert.objects.open().filter(claim=OuterRef("pk"))))


phrase_events(
    {
        "save_draft": "Draft saved",
        "log_contact": "Contact logged",
        "assign_reviewer": "Reviewer assigned",
        "submit_review": "Review submitted",
        "adjudicate": "Round adjudicated",
        "open_round": "Review round opened",
        "send_back": "Sent back to research",
        "publish": "Published",
        "propose_correction": "Correction proposed",
        "correct": "Correction signed",
        "correct_rating": "Round on another rating opened",
        "propose_withdrawal": "Withdrawal proposed",
        "withdraw": "Withdrawal signed",
        "drop_proposal": "Proposal dropped",
        "keep_verdict": "Verdict kept in force",
        "evidence_lost": "Evidence lost",
        "evidence_back": "Evidence is back",
        "close_alert": "Alert closed",
        "reassign": "Reassigned to",
    }
)
_HERE = "reviews/admin"
for part in (
    Panel(name="alerts", title="Evidence alerts", template=f"{_HERE}/alerts.html", context=alerts, order=5),
    Panel(name="reviews", title="Reviews", template=f"{_HERE}/rounds.html", context=rounds, order=30),
    Panel(name="draft", title="Draft", template=f"{_HERE}/draft.html", context=draft, order=40),
    Panel(name="versions", title="Versions", template=f"{_HERE}/versions.html", context=versions, order=50),
    Panel(name="gate", title="Evidence gate", template=f"{_HERE}/gate.html", context=gate, order=10, side=True),
    Panel(
        name="contacts",
        title="Contacts",
        template=f"{_HERE}/contacts.html",
        context=contacts,
        order=20,
        side=True,
    ),
    Column(name="verdict", title="Verdict", template=f"{_HERE}/verdict_column.html", values=standings, order=30),
    ListFilter(name="alerts", label="Evidence alert", narrow=with_open_alert),
):
    register(part)
