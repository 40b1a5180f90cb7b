"""The verbs of sources on a claim as actions: cite, remove a citation, check now."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms
from django.db import transaction

from claims.admin.actions import Action, claim_actions
from claims.admin.forms import ActionForm, RowChoice
from claims.models import Claim, Person, Position
from claims.rules import Invalid, check_can_record, check_is_on_desk
from sources import workflow
from sources.models import Citation, Source
from sources.statuses import CitationRole, CitationStance, Visibility

Data = Mapping[str, Any]
AREA = {"rows": 3}
RECENT = 30


class CiteForm(ActionForm):
    """A passage of a source that the desk has, or of a web page that it gets to know now."""

    source = forms.ModelChoiceField(
        queryset=Source.objects.none(), required=False, empty_label="A web page, by its address …"
    )
    url = forms.CharField(label="Web address", required=False, help_text="Only when the source is not in the list.")
    exact = forms.CharField(
        label="Quotation",
        widget=forms.Textarea(attrs=AREA),
        help_text="Copy the passage exactly. The workers look for it in the live source and in our snapshot.",
    )
    words_before = forms.CharField(label="Words before it", required=False, help_text="Tells two equal passages apart.")
    words_after = forms.CharField(label="Words after it", required=False)
    stance = forms.ChoiceField(
        choices=CitationStance.choices,
        widget=forms.RadioSelect,
        help_text="What the passage does to the claim.",
    )
    role = forms.ChoiceField(choices=CitationRole.choices, initial=CitationRole.EVIDENCE)
    is_primary = forms.BooleanField(label="Primary source", required=False)
    group = forms.CharField(
        label="Independence group",
        required=False,
        help_text="Sources that repeat one original share a group; leave it empty when it is independent.",
    )
    visibility = forms.ChoiceField(choices=Visibility.choices, initial=Visibility.PUBLIC)
    position = forms.ModelChoiceField(
        label="Shows the position of", queryset=Position.objects.none(), required=False, empty_label="—"
    )
    note = forms.CharField(required=False, widget=forms.Textarea(attrs={"rows": 2}))
    from_query = ("source", "exact")

    def prepare(self) -> None:
        claim: Claim = self.subject
        sources = Source.objects.filter(desk=claim.desk)
        cited = set(sources.filter(citations__claim=claim).values_list("pk", flat=True))
        recent = set(sources.order_by("-added_at").values_list("pk", flat=True)[:RECENT])
        asked = {self.initial["source"]} if self.initial.get("source") else set()
        self.choose("source", sources.filter(pk__in=cited | recent | asked))
        self.choose("position", claim.positions.select_related("party"))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("source") and not data.get("url"):
            self.add_error("url", "Pick a source of the list, or give the address of a web page.")
        if data.get("source") and data.get("url"):
            self.add_error("url", "Pick a source or give an address, not both.")
        return data


class RemoveForm(ActionForm):
    citation = RowChoice()
    reason = forms.CharField(widget=forms.Textarea(attrs=AREA))
    from_query = ("citation",)

    def prepare(self) -> None:
        self.choose("citation", Citation.objects.of(self.subject))


class CheckForm(ActionForm):
    source = RowChoice()
    from_query = ("source",)

    def prepare(self) -> None:
        self.choose("source", Source.objects.filter(citations__claim=self.subject).distinct())


def _cite(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    told = dict(data)
    source, url = told.pop("source"), told.pop("url")
    told["prefix"], told["suffix"] = told.pop("words_before"), told.pop("words_after")
    with transaction.atomic():  # a quotation that is refused leaves no source behind
        if source is None:
            source = workflow.add_web_source(desk=claim.desk, url=url, by=by, at=at)
        return workflow.cite(claim, source=source, by=by, at=at, **told)


def _remove(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.remove_citation(data["citation"], by=by, at=at, reason=data["reason"])


def _check(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.request_check(data["source"], by=by, at=at)


def _check_all(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    sources = Source.objects.filter(citations__in=Citation.objects.of(claim).order_by()).distinct()
    if not sources:
        raise Invalid("source", "This claim cites nothing yet.")
    with transaction.atomic():
        return [workflow.request_check(source, by=by, at=at) for source in sources]


def _check_can_look(claim: Claim, by: Person) -> None:
    check_is_on_desk(claim.desk, by)


for action in (
    Action[Claim](
        name="cite",
        label="Add a citation",
        explain="A passage that the claim relies on. Workers check it at once.",
        form=CiteForm,
        check=check_can_record,
        run=_cite,
        done="The passage is cited; its source is being checked.",
        place="evidence",
        anchor="evidence",
        binds_version=False,
        order=10,
    ),
    Action[Claim](
        name="remove_citation",
        label="Remove the citation",
        explain="The claim no longer relies on the passage. The row and the reason stay in the history.",
        form=RemoveForm,
        check=check_can_record,
        run=_remove,
        done="The citation is removed.",
        place="citation",
        anchor="evidence",
        tone="danger",
        template="sources/admin/removing.html",
        binds_version=False,
    ),
    Action[Claim](
        name="check_source",
        label="Check now",
        explain="A worker fetches the source and looks for every passage that we quote of it.",
        form=CheckForm,
        check=_check_can_look,
        run=_check,
        done="The source is being checked.",
        place="citation",
        anchor="evidence",
        binds_version=False,
    ),
    Action[Claim](
        name="check_all",
        label="Check all now",
        explain="Workers fetch every source of this claim and look for its passages.",
        check=_check_can_look,
        run=_check_all,
        done="All sources are being checked.",
        place="evidence",
        anchor="evidence",
        binds_version=False,
        order=20,
    ),
):
    claim_actions.register(action)
