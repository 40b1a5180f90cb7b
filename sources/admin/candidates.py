"""A source's candidate claims: the article with its marked spans, and accepting or dismissing one."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from claims.admin.actions import Action, Actions
from claims.admin.claim_forms import choose_topics
from claims.admin.forms import ActionForm, DayInput
from claims.models import Claim, Person, Topic
from claims.rules import can, check_can_record
from claims.statuses import Risk
from sources import intake, rules
from sources.candidates import latest_text
from sources.models import Candidate, Source, SourceCheck
from sources.statuses import CandidateState, CheckStatus

Data = Mapping[str, Any]
WEAK = 0.3  # candidates below this worth are folded away
candidate_actions: Actions[Candidate] = Actions()


class AcceptForm(ActionForm):
    """Add to a claim that the desk has, or make a new one."""

    claim = forms.ModelChoiceField(
        label="Is it one of these?",
        queryset=Claim.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label="No: make a new claim of it",
    )
    text = forms.CharField(
        label="The new claim, neutrally restated",
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
        help_text="One checkable statement. The exact words are kept beside it.",
    )
    with_counterpart = forms.BooleanField(label="Take the opposing statement along", required=False, initial=True)
    said_on = forms.DateField(label="Said on", required=False, widget=DayInput())
    risk = forms.ChoiceField(choices=Risk.choices, initial=Risk.NORMAL, required=False)
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def prepare(self) -> None:
        candidate: Candidate = self.subject
        near = intake.nearest_claims(candidate)
        fit = [hit.claim.pk for hit in near if can(check_can_record, hit.claim, self.person)]
        self.choose("claim", Claim.objects.filter(pk__in=fit))
        if not fit:
            self.fields["claim"].widget = forms.HiddenInput()
            if near:
                self.fields[
                    "text"
                ].help_text = (
                    "None of the near claims takes new material now: they are in review, declined or withdrawn."
                )
        choose_topics(self.fields["topics"], candidate.source.desk.topics.all())
        self.initial = {"text": candidate.restated, "said_on": candidate.source.published_on, **self.initial}
        if not counterpart_of(candidate):
            del self.fields["with_counterpart"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("claim") and not (data.get("text") or "").strip():
            self.add_error("text", "Write the claim in a neutral sentence, or pick a claim above.")
        return data


def counterpart_of(candidate: Candidate) -> Candidate | None:
    """The open statement that contradicts this one, if there is one."""
    other = candidate.contested_with
    return other if other is not None and other.state == CandidateState.OPEN else None


def _accept(candidate: Candidate, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return intake.accept_candidate(
        candidate,
        by=by,
        at=at,
        text=data["text"],
        claim=data["claim"],
        with_counterpart=data.get("with_counterpart", False),
        risk=data["risk"] or Risk.NORMAL,
        topics=data["topics"],
        said_on=data["said_on"],
    )


def _go_to_claim(admin: Any, request: HttpRequest, candidate: Candidate, claim: Claim) -> HttpResponse:
    messages.success(request, "Accepted: the article is cited, and each party's position is recorded.")
    return HttpResponseRedirect(reverse("admin:claims_claim_change", args=[claim.pk]))


def _dismiss(candidate: Candidate, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return intake.dismiss_candidate(candidate, by=by, at=at)


def _near(candidate: Candidate, person: Person) -> dict[str, object]:
    return {"near": intake.nearest_claims(candidate), "counterpart": counterpart_of(candidate)}


candidate_actions.register(
    Action[Candidate](
        name="accept",
        label="Accept",
        explain="First look whether the desk has it already.",
        form=AcceptForm,
        check=rules.check_can_decide,
        run=_accept,
        done="Accepted.",
        answer=_go_to_claim,
        tone="primary",
        template="sources/admin/accepting.html",
        context=_near,
        is_wide=True,
        binds_version=False,
    )
)
candidate_actions.register(
    Action[Candidate](
        name="dismiss",
        label="Dismiss",
        explain="Nothing is made of it. The article and its other candidates stay.",
        check=rules.check_can_decide,
        run=_dismiss,
        done="The candidate is dismissed.",
        template="sources/admin/accepting.html",
        binds_version=False,
    )
)


def listed(source: Source, person: Person) -> dict[str, Any]:
    """The context of the candidates' page."""
    rows = list(Candidate.objects.filter(source=source).by_worth().select_related("claim", "decided_by"))
    snapshot = latest_text(source)
    last = source.checks.order_by("-requested_at", "-id").first()
    cards = _cards(rows)
    return {
        "source": source,
        "cards": cards,
        "has_weak": _fold_weak(cards),
        "open_number": sum(row.state == CandidateState.OPEN for row in rows),
        "parts": marked(snapshot.text, rows) if snapshot else [],
        "is_waiting": source.intake_at is not None and source.candidates_at is None and _is_open(last),
        "last_check": last,
        "may_decide": can(rules.check_can_ingest, source.desk, person),
    }


def _is_open(check: SourceCheck | None) -> bool:
    return check is not None and check.status in {CheckStatus.QUEUED, CheckStatus.RUNNING}


def _cards(rows: list[Candidate]) -> list[dict[str, Any]]:
    """One card a candidate, contested pairs in one; the best first, decided ones last."""
    known = {row.pk: row for row in rows}
    shown: set[Any] = set()
    cards = []
    for row in sorted(rows, key=lambda row: (row.score < WEAK, row.state != CandidateState.OPEN)):
        if row.pk in shown:
            continue
        other = known.get(row.contested_with_id) if row.contested_with_id else None
        if other is not None and (other.pk in shown or other.state != row.state):
            other = None
        shown |= {row.pk} | ({other.pk} if other else set())
        cards.append({"row": row, "other": other, "is_last_strong": False})
    return cards


def _fold_weak(cards: list[dict[str, Any]]) -> bool:
    """Mark after which card the weak ones are folded away; return whether there are any."""
    strong = [number for number, card in enumerate(cards) if card["row"].score >= WEAK]
    if not strong or strong[-1] == len(cards) - 1:
        return False
    cards[strong[-1]]["is_last_strong"] = True
    return True


def marked(text: str, rows: Iterable[Candidate]) -> list[dict[str, object]]:
    """The text in parts, each with its candidate or None; a span inside another one stays part of it."""
    parts: list[dict[str, object]] = []
    at = 0
    for row in sorted(rows, key=lambda row: (row.start, -row.end)):
        if row.start < at or row.end > len(text):
            continue
        if row.start > at:
            parts.append({"text": text[at : row.start], "row": None})
        parts.append({"text": text[row.start : row.end], "row": row})
        at = row.end
    if at < len(text):
        parts.append({"text": text[at:], "row": None})
    return parts
