"""The verbs of a round as actions: review, adjudicate, send back, publish."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from claims.admin.actions import Action, claim_actions
from claims.admin.forms import ActionForm, ReasonForm
from claims.models import Claim, Person, Position
from claims.rules import Invalid
from reviews import rules, workflow
from reviews.admin.draft_actions import in_statuses
from reviews.admin.draft_forms import RatingField, definitions
from reviews.models import Rating, Review, Round
from reviews.statuses import Decision
from sources.admin.evidence import by_stance, with_state
from sources.models import Citation

Data = Mapping[str, Any]


class ReviewForm(ActionForm):
    """One's own judgement of the frozen draft, whose hash comes along."""

    rating = RatingField(label="Your rating")
    decision = forms.ChoiceField(
        label="What should be done with the draft", choices=Decision.choices, widget=forms.RadioSelect
    )
    reasons = forms.CharField(
        label="Your reasons",
        widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Sealed until every reviewer of the round has submitted.",
    )
    citations = forms.ModelMultipleChoiceField(
        label="Passages you relied on",
        queryset=Citation.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    content_hash = forms.CharField(widget=forms.HiddenInput)

    def prepare(self) -> None:
        claim: Claim = self.subject
        opened = rules.open_round(claim)
        self.choose("citations", Citation.objects.of(claim))
        if opened is not None:
            self.choose("rating", Rating.objects.filter(scale=opened.draft.rating.scale_id))
            self.fields["content_hash"].initial = opened.content_hash


class PublishForm(ActionForm):
    """The checklist that the editor confirms."""

    confirmed = forms.MultipleChoiceField(
        label="I confirm",
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text="Every point is needed.",
    )

    def prepare(self) -> None:
        opened = rules.open_round(self.subject)
        points = opened.draft.rating.scale.checklist if opened else []
        field = self.fields["confirmed"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(point, point) for point in points]
        if not points:
            del self.fields["confirmed"]


def _review(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.submit_review(claim, by=by, at=at, **data)


def _adjudicate(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.adjudicate(claim, by=by, at=at, **data)


def _send_back(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.send_back(claim, by=by, at=at, reason=data["reason"], version=version)


def _publish(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.publish(claim, by=by, at=at, confirmed=data.get("confirmed", []), version=version)


def frozen(claim: Claim, person: Person) -> dict[str, object]:
    """The round's exact draft and its evidence, and no review that the person may not read."""
    opened = Round.objects.open().filter(claim=claim).select_related("draft__rating__scale", "draft__author").first()
    if opened is None:
        raise Invalid("round", "No round is open.")
    evidence = with_state(Citation.objects.of(claim))
    readable = Review.objects.readable_by(person).submitted().filter(round=opened)
    return {
        "round": opened,
        "draft": opened.draft,
        "sides": by_stance(evidence),
        "positions": Position.objects.filter(claim=claim).in_time_order().select_related("party"),
        "readable": readable.select_related("rating", "reviewer").order_by("submitted_at", "id"),
        "hints": definitions(opened.draft.rating.scale.ratings.all()),
    }


def check_can_publish(claim: Claim, by: Person) -> None:
    rules.check_can_publish(claim, by)


for action in (
    Action[Claim](
        name="submit_review",
        label="Submit your review",
        explain="Nobody reads your review, and you read nobody's, until the whole round has submitted.",
        form=ReviewForm,
        check=rules.check_can_submit_review,
        run=_review,
        done="Your review is submitted and sealed until the round is complete.",
        statuses=in_statuses("submit_review"),
        tone="primary",
        anchor="reviews",
        template="reviews/admin/frozen.html",
        context=frozen,
        is_wide=True,
        binds_version=False,
        order=10,
    ),
    Action[Claim](
        name="adjudicate",
        label="Adjudicate",
        explain="The reviewers disagree. Your rating decides; it is published with your signature.",
        form=ReviewForm,
        check=rules.check_can_adjudicate,
        run=_adjudicate,
        done="The round is adjudicated.",
        statuses=in_statuses("adjudicate"),
        tone="primary",
        anchor="reviews",
        template="reviews/admin/frozen.html",
        context=frozen,
        is_wide=True,
        binds_version=False,
        order=20,
    ),
    Action[Claim](
        name="publish",
        label="Publish",
        explain="The draft becomes the claim's next version: public at once, in the log, and sent to partners.",
        form=PublishForm,
        check=check_can_publish,
        run=_publish,
        done="Published. Partners are told.",
        statuses=in_statuses("publish"),
        tone="primary",
        anchor="versions",
        template="reviews/admin/frozen.html",
        context=frozen,
        is_wide=True,
        order=30,
    ),
    Action[Claim](
        name="send_back",
        label="Send back to research",
        explain="The round ends without a result. What was written in it stays sealed unless it was complete.",
        form=ReasonForm,
        check=rules.check_can_send_back,
        run=_send_back,
        done="The claim is back in research.",
        statuses=in_statuses("send_back"),
        order=40,
    ),
):
    claim_actions.register(action)
