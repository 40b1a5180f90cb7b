"""The researcher's verbs as actions: draft, log a contact, open a round; and the editor's reassign."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from claims.admin.actions import Action, claim_actions
from claims.models import Claim, Person
from claims.rules import Invalid, check_not_recused
from claims.statuses import MOVES
from reviews import rules, workflow
from reviews.admin.draft_forms import ContactForm, DraftForm, OpenRoundForm, ReassignForm, definitions
from reviews.models import Rating

Data = Mapping[str, Any]


def _save_draft(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.save_draft(claim, by=by, at=at, version=version, **data)


def _log_contact(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.log_contact(claim, by=by, at=at, **data)


def _open_round(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.open_round(
        claim, by=by, at=at, reviewers=data["reviewers"], exceptions=data["exceptions"], version=version
    )


def _reassign(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.reassign(claim, to=data["to"], by=by, at=at, reason=data["reason"], version=version)


def check_can_ask_for_round(claim: Claim, by: Person) -> None:
    """What can be known before reviewers are named and exceptions written."""
    rules.check_can_move("open_round", claim, by)
    check_not_recused(claim, by)
    if rules.open_draft(claim) is None:
        raise Invalid("draft", "Write a draft with a rating and its justification first.")


def check_can_reassign(claim: Claim, by: Person) -> None:
    rules.check_can_move("reassign", claim, by)


def scale_context(claim: Claim, person: Person) -> dict[str, object]:
    """The definitions beside the rating's buttons."""
    ratings = Rating.objects.filter(scale__desk=claim.desk).select_related("scale").order_by("scale__version")
    return {"hints": definitions(ratings)}


def in_statuses(move: str) -> frozenset[str]:
    return frozenset(MOVES[move].sources)


for action in (
    Action[Claim](
        name="save_draft",
        label="Write the draft",
        explain="The verdict as you would publish it. It is frozen while a round is open.",
        form=DraftForm,
        check=rules.check_can_draft,
        run=_save_draft,
        done="The draft is saved.",
        statuses=frozenset({"in_research"}),
        place="draft",
        anchor="draft",
        context=scale_context,
        is_wide=True,
        order=10,
    ),
    Action[Claim](
        name="open_round",
        label="Open a review round",
        explain="The draft and its evidence are frozen, and the reviewers are asked for their independent judgement.",
        form=OpenRoundForm,
        check=check_can_ask_for_round,
        run=_open_round,
        done="The round is open; its reviewers find it on their home page.",
        statuses=in_statuses("open_round"),
        tone="primary",
        anchor="reviews",
        order=20,
    ),
    Action[Claim](
        name="log_contact",
        label="Log a contact",
        explain="An attempt to hear the claimant, or why there was none.",
        form=ContactForm,
        check=rules.check_can_log_contact,
        run=_log_contact,
        done="The contact is logged.",
        place="contacts",
        anchor="contacts",
        binds_version=False,
    ),
    Action[Claim](
        name="reassign",
        label="Reassign",
        explain="Give the claim to another researcher.",
        form=ReassignForm,
        check=check_can_reassign,
        run=_reassign,
        done="The claim has another researcher.",
        statuses=in_statuses("reassign"),
        order=70,
    ),
):
    claim_actions.register(action)
