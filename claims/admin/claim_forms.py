"""The forms behind the verbs on a claim."""

import re
from typing import Any

from django import forms
from django.db.models import QuerySet

from claims import matching
from claims.admin.access import desks_worked_on
from claims.admin.forms import ActionForm, DayInput, dress
from claims.models import Claim, Claimant, Desk, Person, Topic
from claims.models.claim import TEXT_MAX
from claims.statuses import ClaimantKind, DeclineReason, PositionStance, RelationKind, Risk

AREA = {"rows": 3}
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class WordsForm(forms.Form):
    """A claim's words, as they are submitted and edited."""

    text = forms.CharField(
        label="Claim",
        widget=forms.Textarea(attrs=AREA),
        help_text=f"One checkable statement, neutrally restated. At most {TEXT_MAX:,} characters.",
    )
    said = forms.CharField(
        label="Exact words",
        required=False,
        widget=forms.Textarea(attrs=AREA),
        help_text="As they were said, in their language.",
    )
    language = forms.CharField(initial="en", help_text="A language tag: en, tr, ru …")
    risk = forms.ChoiceField(choices=Risk.choices, initial=Risk.NORMAL)
    topics = forms.ModelMultipleChoiceField(
        queryset=Topic.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )


class SubmitForm(WordsForm):
    """Taking a claim in by hand."""

    desk = forms.ModelChoiceField(queryset=Desk.objects.none(), empty_label=None)

    field_order = ["desk", "text", "said", "language", "risk", "topics"]

    def __init__(self, *args: Any, person: Person, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        desks = desks_worked_on(person)
        offer_desks(self.fields["desk"], desks)
        choose_topics(self.fields["topics"], Topic.objects.filter(desk__in=desks))
        dress(self)


def offer_desks(field: forms.Field, desks: list[Desk]) -> None:
    """Let the person pick a desk only when there are several."""
    assert isinstance(field, forms.ModelChoiceField)
    field.queryset = Desk.objects.filter(pk__in=[desk.pk for desk in desks])
    if desks:
        field.initial = desks[0].pk
    if len(desks) == 1:
        field.widget = forms.HiddenInput()


def choose_topics(field: forms.Field, topics: QuerySet[Topic]) -> None:
    assert isinstance(field, forms.ModelMultipleChoiceField)
    field.queryset = topics
    if not topics.exists():
        field.widget = forms.MultipleHiddenInput()


class EditForm(WordsForm, ActionForm):
    def prepare(self) -> None:
        claim: Claim = self.subject
        choose_topics(self.fields["topics"], claim.desk.topics.all())
        self.initial = {
            **{name: getattr(claim, name) for name in ("text", "said", "language", "risk")},
            "topics": [topic.pk for topic in claim.topics.all()],
        }


class DeclineForm(ActionForm):
    decline_reason = forms.ChoiceField(
        label="Which reason", choices=DeclineReason.choices, widget=forms.RadioSelect, help_text="Public."
    )
    reason = forms.CharField(
        label="In words",
        widget=forms.Textarea(attrs=AREA),
        help_text="Public: whoever sent the claim reads it.",
    )


class StartForm(ActionForm):
    reason = forms.CharField(
        label="Why this claim",
        widget=forms.Textarea(attrs=AREA),
        help_text="Its reach, its importance, the harm it may do. Assessors of our methods read it.",
    )


class PositionForm(ActionForm):
    """What one party says: a known claimant, or a new one by name."""

    party = forms.ModelChoiceField(queryset=Claimant.objects.none(), required=False, empty_label="A new party …")
    claimant = forms.CharField(
        label="New party's name", required=False, help_text="Only when the list does not have it."
    )
    kind = forms.ChoiceField(label="New party is a", choices=ClaimantKind.choices, initial=ClaimantKind.UNKNOWN)
    role = forms.CharField(label="New party's role", required=False, help_text="For example: defence minister.")
    stance = forms.ChoiceField(choices=PositionStance.choices, widget=forms.RadioSelect)
    quote = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA), help_text="In the party's own words.")
    said_on = forms.DateField(label="Said on", required=False, widget=DayInput())
    place = forms.CharField(required=False)

    def prepare(self) -> None:
        self.choose("party", self.subject.desk.claimants.all())

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("party") and not data.get("claimant"):
            self.add_error("party", "Pick a party, or write the name of a new one.")
        if data.get("party") and data.get("claimant"):
            self.add_error("claimant", "Pick a party or name a new one, not both.")
        return data


class RelateForm(ActionForm):
    """Another claim, from the nearest ones or by its address."""

    kind = forms.ChoiceField(label="This claim is", choices=RelationKind.choices)
    other = forms.ModelChoiceField(
        label="One of the nearest claims",
        queryset=Claim.objects.none(),
        required=False,
        widget=forms.RadioSelect,
        empty_label="Another one, by its address",
    )
    address = forms.CharField(label="Or the address of its page", required=False, help_text="Copy it from the browser.")
    note = forms.CharField(required=False, widget=forms.Textarea(attrs=AREA))
    from_query = ("other",)

    def prepare(self) -> None:
        claim: Claim = self.subject
        near = [hit.claim.pk for hit in matching.nearest(claim.desk, claim.text, limit=8, leave_out=claim.pk)]
        self.choose("other", Claim.objects.filter(pk__in=near))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        address = data.pop("address", "")
        if not data.get("other"):
            found = _UUID.search(address)
            claims = Claim.objects.visible_to(self.person)
            data["other"] = claims.filter(pk=found.group()).first() if found else None
            if data["other"] is None:
                self.add_error("address", "This is no address of one of your desk's claims. Copy it from its page.")
        return data


class CommentForm(ActionForm):
    text = forms.CharField(label="Remark", widget=forms.Textarea(attrs=AREA), help_text="Only the desk reads it.")


class RecuseForm(ActionForm):
    note = forms.CharField(
        label="What your interest is",
        widget=forms.Textarea(attrs=AREA),
        help_text="For example: a relative works for a party.",
    )
