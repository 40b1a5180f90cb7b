"""The home page: what needs the signed-in person now, oldest first, in a fixed number of queries."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Prefetch
from django.http import HttpRequest
from django.urls import reverse

from claims.admin.access import is_editor, is_member, person_of, works_here
from claims.models import Claim, Person
from claims.statuses import Status
from reviews.admin.gaps import gaps_of, has_draft
from reviews.admin.rounds import WORDS, state_of
from reviews.models import Draft, EvidenceAlert, Publication, Review, Round
from sources.admin.checks import unanswered
from sources.admin.reliance import published_claims, told
from sources.models import Citation, Source, SourceCheck
from sources.statuses import CheckStatus

SHOWN = 8
FEW = 5  # of what waits for no one person
LOADED = 200  # complete rounds wait for days at most: more than this never lie about


@dataclass(frozen=True, kw_only=True)
class Row:
    """One thing to do: where it leads, what it is, and since when."""

    url: str
    text: str
    at: Any = None
    badge: tuple[str, str] | None = None
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Section:
    title: str
    rows: list[Row] = field(default_factory=list)
    total: int = 0
    more: str = ""  # where the rest is
    calm: str = "Nothing."  # said when there is nothing
    is_wide: bool = False


def fill(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Unfold's callback: add the sections of the home page."""
    person = person_of(request)
    member, working = is_member(request), works_here(request)
    mine: list[Section] = []
    if working:
        mine = [
            reviews_owed(person),
            alerts(person),
            researching(person),
            *_rounds(person, is_editor(request)),
        ]
        if is_editor(request):
            mine.append(proposals(person))
    desk = [unclaimed(person), failing(person), quarantined(person), published(person)] if member else []
    return {
        **context,
        "title": "Home",
        "mine": [section for section in mine if section.rows],
        "quiet": [section.title for section in mine if not section.rows],
        "desk": desk,
        "is_member": member,
        "works_here": working,
    }


def _claim_url(claim_id: object, part: str = "") -> str:
    return reverse("admin:claims_claim_change", args=[claim_id]) + part


def _section(title: str, found: Iterable[Any], row: Callable[[Any], Row], **options: Any) -> Section:
    """The first rows of a set and how many there are."""
    rows = list(found)
    return Section(title=title, rows=[row(each) for each in rows[:SHOWN]], total=len(rows), **options)


def reviews_owed(person: Person) -> Section:
    owed = Review.objects.waiting_for(person).select_related("round__claim")
    return _section(
        "Reviews you owe",
        owed[: SHOWN * 10],
        lambda review: Row(
            url=reverse("admin:claims_claim_do", args=[review.round.claim_id, "submit_review"]),
            text=review.round.claim.text,
            at=review.assigned_at,
            badge=("high", "High risk") if review.round.claim.risk == "high" else None,
            note="assigned",
        ),
    )


def alerts(person: Person) -> Section:
    """Evidence lost below verdicts of this person's claims."""
    rows = EvidenceAlert.objects.open().filter(claim__researcher=person, claim__desk__memberships__person=person)
    return _section(
        "Evidence lost on your claims",
        rows.select_related("claim", "citation__source").order_by("raised_at", "id")[: SHOWN * 10],
        lambda alert: Row(
            url=_claim_url(alert.claim_id, "#alerts"),
            text=alert.claim.text,
            at=alert.raised_at,
            badge=(alert.outcome, ""),
            note=str(alert.citation.source),
        ),
    )


def researching(person: Person) -> Section:
    """This person's claims in research, each with its next step."""
    rows = Claim.objects.visible_to(person).researched_by(person).in_status(Status.IN_RESEARCH)
    claims = list(rows.order_by("updated_at", "id")[: SHOWN * 10])
    shown = claims[:SHOWN]
    gaps, drafted = gaps_of(shown), has_draft([claim.pk for claim in shown])

    def row(claim: Claim) -> Row:
        left = [gate["told"] for gate in gaps[claim.pk] if not gate["is_passed"]]
        if claim.pk not in drafted:
            left.append("no draft yet")
        note = "; ".join(left) if left else "ready for a review round"
        return Row(url=_claim_url(claim.pk), text=claim.text, at=claim.updated_at, note=note)

    query = "?status=in_research&mine=on"
    return Section(
        title="Your claims in research",
        rows=[row(claim) for claim in shown],
        total=len(claims),
        more=reverse("admin:claims_claim_changelist") + query,
    )


def _rounds(person: Person, editor: bool) -> list[Section]:
    """Complete rounds that this person may decide: whoever took part may not."""
    complete = (
        Round.objects.open()
        .filter(claim__desk__memberships__person=person)
        .exclude(reviews__submitted_at__isnull=True)
        .exclude(reviews__reviewer=person)
        .exclude(claim__researcher=person)
        .exclude(claim__drafts__author=person)
        .select_related("claim", "draft")
        .prefetch_related(Prefetch("reviews", Review.objects.order_by("submitted_at", "id")))
        .order_by("opened_at", "id")
    )
    told = [(state_of(row), row) for row in complete[:LOADED]]
    disagreed = [pair for pair in told if pair[0].word == "disagreed"]
    decided = [pair for pair in told if pair[0].word != "disagreed"]

    def row(pair: Any) -> Row:
        state, opened = pair
        last = max((review.submitted_at for review in opened.reviews.all()), default=opened.opened_at)
        return Row(
            url=_claim_url(opened.claim_id, "#reviews"),
            text=opened.claim.text,
            at=last,
            badge=WORDS[state.word],
        )

    sections = [_section("Rounds to adjudicate", disagreed, row)]
    return [_section("Rounds to publish or send back", decided, row), *sections] if editor else sections


def proposals(person: Person) -> Section:
    """Corrections and withdrawals that somebody else proposed."""
    rows = (
        Draft.objects.open()
        .filter(claim__status=Status.PUBLISHED, claim__desk__memberships__person=person)
        .exclude(author=person)
        .select_related("claim", "author")
        .order_by("saved_at", "id")
    )
    return _section(
        "Proposals waiting for your signature",
        rows[: SHOWN * 10],
        lambda draft: Row(
            url=_claim_url(draft.claim_id, "#draft"),
            text=draft.claim.text,
            at=draft.saved_at,
            badge=(draft.kind, draft.get_kind_display()),
            note=f"by {draft.author}",
        ),
    )


def unclaimed(person: Person) -> Section:
    rows = Claim.objects.visible_to(person).unclaimed()
    found = _section(
        "Submitted, taken by nobody",
        rows[:SHOWN],
        lambda claim: Row(url=_claim_url(claim.pk), text=claim.text, at=claim.submitted_at),
        more=reverse("admin:claims_claim_changelist") + "?status=submitted",
        calm="Every claim has somebody.",
    )
    return Section(**{**found.__dict__, "total": rows.count()})


def failing(person: Person) -> Section:
    """Cited sources that bring no page back, first those on which most published claims rely."""
    lost = Source.objects.visible_to(person).failing().filter(citations__in=Citation.objects.in_use()).distinct()
    shown: Iterable[Any] = lost.annotate(relied=published_claims()).order_by("-relied", "failing_since", "id")[:FEW]
    return Section(
        title="Sources that cannot be checked",
        rows=[
            Row(
                url=reverse("admin:sources_source_change", args=[source.pk]),
                text=str(source),
                at=source.failing_since,
                badge=(source.outcome or "failed", str(source.get_outcome_display() or "Failed")),
                note=told(source.relied) if source.relied else source.detail,
            )
            for source in shown
        ],
        total=lost.count(),
        more=reverse("admin:sources_source_changelist") + "?state=failing",
        calm="All sources answer.",
    )


def quarantined(person: Person) -> Section:
    """Checks that broke our workers and that nobody has dealt with."""
    broken = unanswered(SourceCheck.objects.visible_to(person), CheckStatus.QUARANTINED)
    return Section(
        title="Checks in quarantine",
        rows=[
            Row(
                url=reverse("admin:sources_sourcecheck_change", args=[check.pk]),
                text=str(check.source),
                at=check.requested_at,
                badge=("quarantined", "Quarantined"),
            )
            for check in broken.select_related("source").order_by("requested_at", "id")[:FEW]
        ],
        total=broken.count(),
        more=reverse("admin:sources_sourcecheck_changelist") + "?state=quarantined",
        calm="No check broke a worker.",
    )


def published(person: Person) -> Section:
    rows = Publication.objects.filter(claim__desk__memberships__person=person).order_by("-updated_at", "id")
    return _section(
        "Recently published",
        rows.select_related("verdict__rating", "claim")[:SHOWN],
        lambda publication: Row(
            url=_claim_url(publication.claim_id, "#versions"),
            text=publication.verdict.headline,
            at=publication.updated_at,
            badge=_state(publication),
            note=str(publication.verdict.rating),
        ),
        more=reverse("admin:reviews_verdict_changelist"),
        calm="Nothing is published yet.",
    )


def _state(publication: Publication) -> tuple[str, str] | None:
    if publication.status == "withdrawn":
        return ("withdrawn", "Withdrawn")
    if publication.evidence_status != "intact":
        return (publication.evidence_status, str(publication.get_evidence_status_display()))
    return None
