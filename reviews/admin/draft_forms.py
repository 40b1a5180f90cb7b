"""The forms of drafting and of the evidence gate."""

from typing import Any

from django import forms

from claims.admin.forms import ActionForm, DayInput
from claims.models import Claim, Membership, Person
from claims.rules import is_recused
from claims.statuses import Role
from reviews import rules
from reviews.models import Draft, Rating, RatingScale
from reviews.statuses import Gate

AREA = {"rows": 3}


def newest_scale(claim: Claim) -> RatingScale | None:
    return RatingScale.objects.filter(desk=claim.desk).order_by("-version", "code").first()


class RatingField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """The ratings of a scale as radio buttons."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(queryset=Rating.objects.none(), widget=forms.RadioSelect, empty_label=None, **kwargs)


def definitions(ratings: Any) -> dict[str, str]:
    """By label, what each rating means: shown beside its button."""
    return {str(rating): rating.definition.get("en", "") for rating in ratings}


class TextsForm(ActionForm):
    """What a verdict says."""

    headline = forms.CharField(help_text="One sentence that stands alone.")
    summary = forms.CharField(widget=forms.Textarea(attrs=AREA))
    justification = forms.CharField(
        widget=forms.Textarea(attrs={"rows": 14}),
        help_text="Markdown. What was claimed, what we found, what we could not find.",
    )
    what_would_change_it = forms.CharField(label="What would change this verdict", widget=forms.Textarea(attrs=AREA))

    def start_from(self, texts: Any) -> None:
        """Begin with the texts of a draft or a version."""
        names = ("headline", "summary", "justification", "what_would_change_it", "searched")
        found = {name: getattr(texts, name) for name in names if name in self.fields and hasattr(texts, name)}
        self.initial = {**found, **self.initial}


class DraftForm(TextsForm):
    rating = RatingField()
    searched = forms.CharField(
        label="How both sides were searched",
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text="Where you looked, and what you did not find. The evidence gate asks for it.",
    )
    field_order = ["rating", "headline", "summary", "justification", "what_would_change_it", "searched"]

    def prepare(self) -> None:
        claim: Claim = self.subject
        self.choose("rating", Rating.objects.filter(scale=newest_scale(claim)))
        draft = rules.open_draft(claim)
        if draft is not None:
            self.start_from(draft)
            self.initial.setdefault("rating", draft.rating_id)


def eligible_reviewers(claim: Claim, by: Person) -> list[Person]:
    """Who may review: of the desk, not recused, no part in the research."""
    drafters = set(Draft.objects.filter(claim=claim).values_list("author_id", flat=True))
    members = Membership.objects.filter(desk=claim.desk, role__in=[Role.FACT_CHECKER, Role.EDITOR])
    people = [member.person for member in members.select_related("person").order_by("person__username")]
    barred = drafters | {claim.researcher_id, by.pk}
    return [one for one in people if one.pk not in barred and one.is_active and not is_recused(claim, one)]


class GateFields(ActionForm):
    """Who reviews, and the exceptions for gates that are not passed."""

    reviewers = forms.ModelMultipleChoiceField(queryset=Person.objects.none(), widget=forms.CheckboxSelectMultiple)

    def offer_reviewers(self) -> None:
        claim: Claim = self.subject
        people = eligible_reviewers(claim, self.person)
        self.choose("reviewers", Person.objects.filter(pk__in=[one.pk for one in people]))
        need = rules.quorum(claim)
        self.fields["reviewers"].help_text = f"At least {need}. They do not see each other's reviews until all are in."

    def ask_exceptions(self, gates: dict[Gate, str]) -> None:
        """One field for each gate that is not passed."""
        for gate, advice in gates.items():
            self.fields[f"except_{gate.value}"] = forms.CharField(
                label=f"Exception: {gate.label}",
                required=False,
                widget=forms.Textarea(attrs={"rows": 2}),
                help_text=f"{advice} Or say why an exception is made; it is published with the verdict.",
            )

    def exceptions(self) -> dict[str, str]:
        start = "except_"
        return {name.removeprefix(start): text for name, text in self.cleaned_data.items() if name.startswith(start)}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        data["exceptions"] = {gate: text for gate, text in self.exceptions().items() if text.strip()}
        for name in [name for name in data if name.startswith("except_")]:
            del data[name]
        if "reviewers" in data:
            data["reviewers"] = list(data["reviewers"])
        return data


class OpenRoundForm(GateFields):
    def prepare(self) -> None:
        self.offer_reviewers()
        draft = rules.open_draft(self.subject)
        if draft is not None:
            self.ask_exceptions(rules.evidence_gaps(self.subject, draft))


class ContactForm(ActionForm):
    contacted = forms.CharField(label="Whom")
    how = forms.CharField(help_text="E-mail, telephone, letter …")
    on = forms.DateField(widget=DayInput())
    response = forms.CharField(
        label="What came of it",
        widget=forms.Textarea(attrs=AREA),
        help_text="Or why nobody could be contacted.",
    )


class ReassignForm(ActionForm):
    to = forms.ModelChoiceField(label="New researcher", queryset=Person.objects.none())
    reason = forms.CharField(widget=forms.Textarea(attrs=AREA))

    def prepare(self) -> None:
        claim: Claim = self.subject
        checkers = Person.objects.filter(
            memberships__desk=claim.desk, memberships__role=Role.FACT_CHECKER, is_active=True
        )
        self.choose("to", checkers.exclude(researched_claims=claim))
