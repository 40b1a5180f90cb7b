"""The verbs after publication as actions: correct, withdraw, keep, answer lost evidence."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django import forms

from claims.admin.actions import Action, claim_actions
from claims.admin.forms import ActionForm, ReasonForm, RowChoice
from claims.models import Claim, Person
from claims.rules import InvalidTransition, NotAllowed
from claims.statuses import Standing
from reviews import corrections, rules
from reviews.admin.comparing import compared
from reviews.admin.draft_actions import in_statuses, scale_context
from reviews.admin.draft_forms import AREA, DraftForm, GateFields, TextsForm
from reviews.admin.gaps import gaps_of
from reviews.models import Draft, EvidenceAlert
from reviews.statuses import SIGNED_AT_ONCE, Gate, VersionKind

Data = Mapping[str, Any]
WHY = "Public: readers and partners read it beside the new version."


class CorrectionForm(TextsForm):
    kind = forms.ChoiceField(
        label="Type",
        choices=[(kind.value, kind.label) for kind in VersionKind if kind in SIGNED_AT_ONCE],
        widget=forms.RadioSelect,
    )
    reason = forms.CharField(widget=forms.Textarea(attrs=AREA), help_text=WHY)
    field_order = ["kind", "reason"]

    def prepare(self) -> None:
        publication = rules.in_force(self.subject)
        if publication is not None:
            self.start_from(publication.verdict)


class RatingChangeForm(DraftForm, GateFields):
    """Another rating takes a full round."""

    reason = forms.CharField(label="Why the rating changes", widget=forms.Textarea(attrs=AREA), help_text=WHY)
    field_order = [
        "reason",
        "rating",
        "headline",
        "summary",
        "justification",
        "what_would_change_it",
        "searched",
    ]

    def prepare(self) -> None:
        super().prepare()
        publication = rules.in_force(self.subject)
        if publication is not None:
            self.start_from(publication.verdict)
        self.offer_reviewers()
        passed = {gate["gate"]: gate["is_passed"] for gate in gaps_of([self.subject])[self.subject.pk]}
        asked = [gate for gate in Gate if not passed[gate] and gate is not Gate.BOTH_SIDES_SEARCHED]
        self.ask_exceptions(dict.fromkeys(asked, "This gate is not passed."))


class CloseAlertForm(ActionForm):
    alert = RowChoice()
    resolution = forms.CharField(
        label="What was done about it",
        widget=forms.Textarea(attrs=AREA),
        help_text="For example: our snapshot still shows the passage, and the verdict stands on it.",
    )
    from_query = ("alert",)

    def prepare(self) -> None:
        self.choose("alert", EvidenceAlert.objects.open().filter(claim=self.subject))


def _propose(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.propose_correction(claim, by=by, at=at, version=version, **data)


def _correct_rating(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.correct_rating(claim, by=by, at=at, version=version, **data)


def _propose_withdrawal(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.propose_withdrawal(claim, by=by, at=at, reason=data["reason"], version=version)


def _sign(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.correct(claim, by=by, at=at, version=version)


def _withdraw(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.withdraw(claim, by=by, at=at, version=version)


def _drop(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.drop_proposal(claim, by=by, at=at, reason=data["reason"])


def _keep(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.keep_verdict(claim, by=by, at=at, reason=data["reason"], version=version)


def _close_alert(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return corrections.close_alert(data["alert"], by=by, at=at, resolution=data["resolution"])


def check_can_correct_rating(claim: Claim, by: Person) -> None:
    rules.check_can_propose(claim, by, "correct_rating")


def check_can_propose_correction(claim: Claim, by: Person) -> None:
    rules.check_can_propose(claim, by, "propose_correction")


def check_can_propose_withdrawal(claim: Claim, by: Person) -> None:
    rules.check_can_propose(claim, by, "propose_withdrawal")


def check_can_sign_correction(claim: Claim, by: Person) -> None:
    rules.check_can_sign(claim, by, "correct")


def check_can_sign_withdrawal(claim: Claim, by: Person) -> None:
    rules.check_can_sign(claim, by, "withdraw")


def check_can_close_an_alert(claim: Claim, by: Person) -> None:
    """The rule of each alert, asked of the claim."""
    if not rules.standings(claim, by) & {Standing.RESEARCHER, Standing.EDITOR}:
        raise NotAllowed("Only the claim's researcher or an editor closes its alerts.")
    if not EvidenceAlert.objects.open().filter(claim=claim).exists():
        raise InvalidTransition("This claim has no open alert.")


def proposal(claim: Claim, person: Person) -> dict[str, object]:
    """What would be signed, against the version in force."""
    draft = Draft.objects.open().filter(claim=claim).select_related("rating", "author").first()
    publication = rules.in_force(claim)
    return {"draft": draft, "changes": compared(publication.verdict if publication else None, draft)}


_PUBLISHED = frozenset({"published"})
for action in (
    Action[Claim](
        name="propose_correction",
        label="Propose a correction",
        explain="A new version with the same rating. An editor other than you signs it; then it is public at once.",
        form=CorrectionForm,
        check=check_can_propose_correction,
        run=_propose,
        done="The correction waits for an editor's signature.",
        statuses=_PUBLISHED,
        anchor="draft",
        is_wide=True,
        order=30,
    ),
    Action[Claim](
        name="correct_rating",
        label="Correct the rating",
        explain="Another rating takes a full review round. The published version stays in force until then.",
        form=RatingChangeForm,
        check=check_can_correct_rating,
        run=_correct_rating,
        done="The round on the new rating is open.",
        statuses=in_statuses("correct_rating"),
        anchor="reviews",
        context=scale_context,
        is_wide=True,
        order=40,
    ),
    Action[Claim](
        name="propose_withdrawal",
        label="Propose withdrawal",
        explain="The verdict is taken back once a second editor signs. The record and all its versions stay readable.",
        form=ReasonForm,
        check=check_can_propose_withdrawal,
        run=_propose_withdrawal,
        done="The withdrawal waits for a second editor's signature.",
        statuses=_PUBLISHED,
        tone="danger",
        order=80,
    ),
    Action[Claim](
        name="correct",
        label="Sign the correction",
        explain="It becomes the next version at once, and partners are told.",
        check=check_can_sign_correction,
        run=_sign,
        done="The corrected version is in force.",
        statuses=_PUBLISHED,
        tone="primary",
        anchor="versions",
        template="reviews/admin/proposal.html",
        context=proposal,
        is_wide=True,
        order=10,
    ),
    Action[Claim](
        name="withdraw",
        label="Sign the withdrawal",
        explain="The verdict is withdrawn at once, and partners are told. Nothing is deleted.",
        check=check_can_sign_withdrawal,
        run=_withdraw,
        done="The verdict is withdrawn.",
        statuses=_PUBLISHED,
        tone="danger",
        anchor="versions",
        template="reviews/admin/proposal.html",
        context=proposal,
        is_wide=True,
        order=10,
    ),
    Action[Claim](
        name="drop_proposal",
        label="Drop the proposal",
        explain="The verdict in force stays as it is; the proposal stays in the history.",
        form=ReasonForm,
        check=rules.check_can_drop_proposal,
        run=_drop,
        done="The proposal is dropped.",
        statuses=_PUBLISHED,
        order=20,
    ),
    Action[Claim](
        name="keep_verdict",
        label="Keep the verdict in force",
        explain="The re-review ends without a change.",
        form=ReasonForm,
        check=rules.check_can_keep_verdict,
        run=_keep,
        done="The verdict in force is kept.",
        statuses=in_statuses("keep_verdict"),
        order=50,
    ),
    Action[Claim](
        name="close_alert",
        label="Close the alert",
        explain="Say what was done about the lost evidence. Partners see the evidence status change.",
        form=CloseAlertForm,
        check=check_can_close_an_alert,
        run=_close_alert,
        done="The alert is closed.",
        place="alert",
        anchor="alerts",
        binds_version=False,
    ),
):
    claim_actions.register(action)
