"""The verbs of claims.workflow as actions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from claims import rules, workflow
from claims.admin.actions import Action, claim_actions
from claims.admin.claim_forms import (
    CommentForm,
    DeclineForm,
    EditForm,
    PositionForm,
    RecuseForm,
    RelateForm,
    StartForm,
)
from claims.admin.forms import ReasonForm
from claims.models import Claim, Person
from claims.statuses import MOVES

Data = Mapping[str, Any]


def _decline(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.decline(claim, by=by, at=at, reason=data["decline_reason"], note=data["reason"], version=version)


def _reopen(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.reopen(claim, by=by, at=at, reason=data["reason"], version=version)


def _start(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.start_research(claim, by=by, at=at, why=data["reason"], version=version)


def _edit(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.edit_claim(claim, by=by, at=at, version=version or 0, **data)


def _add_position(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    told = {name: data[name] for name in ("stance", "quote", "said_on", "place")}
    with transaction.atomic():  # a position that is refused leaves no claimant behind
        party = data["party"] or workflow.name_claimant(
            desk=claim.desk, name=data["claimant"], kind=data["kind"], role=data["role"]
        )
        return workflow.add_position(claim, party=party, by=by, at=at, **told)


def _relate(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.relate(claim, by=by, at=at, **data)


def _comment(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.comment(claim, by=by, at=at, text=data["text"])


def _recuse(claim: Claim, *, by: Person, at: datetime, data: Data, version: int | None) -> object:
    return workflow.declare_interest(by=by, at=at, note=data["note"], claim=claim)


def check_can_relate(claim: Claim, by: Person) -> None:
    rules.check_is_on_desk(claim.desk, by)


def check_can_recuse(claim: Claim, by: Person) -> None:
    """Whoever works on the desk may declare an interest, once."""
    rules.check_is_on_desk(claim.desk, by)
    if rules.is_recused(claim, by):
        raise rules.InvalidTransition("You declared an interest in this claim already.")


def _sources(move: str) -> frozenset[str]:
    return frozenset(MOVES[move].sources)


for action in (
    Action[Claim](
        name="start_research",
        label="Start research",
        explain="You become the claim's researcher: you gather its evidence and draft its verdict.",
        form=StartForm,
        check=rules.check_can_start_research,
        run=_start,
        done="You are the researcher of this claim.",
        statuses=_sources("start_research"),
        tone="primary",
        order=10,
    ),
    Action[Claim](
        name="decline",
        label="Decline",
        explain="The desk does not take this claim on. The reason is public.",
        form=DeclineForm,
        check=rules.check_can_decline,
        run=_decline,
        done="The claim is declined.",
        statuses=_sources("decline"),
        tone="danger",
        order=80,
    ),
    Action[Claim](
        name="reopen",
        label="Reopen",
        explain="The claim becomes submitted again, and nobody is its researcher.",
        form=ReasonForm,
        check=rules.check_can_reopen,
        run=_reopen,
        done="The claim is submitted again.",
        statuses=_sources("reopen"),
        tone="primary",
        order=10,
    ),
    Action[Claim](
        name="edit",
        label="Edit the words",
        explain="What the words were stays in the history.",
        form=EditForm,
        check=rules.check_can_edit,
        run=_edit,
        done="The claim's words are changed.",
        statuses=frozenset({"submitted", "in_research"}),
        order=60,
    ),
    Action[Claim](
        name="add_position",
        label="Add a position",
        explain="What one party says about the claim, and when.",
        form=PositionForm,
        check=rules.check_can_record,
        run=_add_position,
        done="The position is recorded.",
        place="positions",
        anchor="positions",
        binds_version=False,
    ),
    Action[Claim](
        name="relate",
        label="Relate",
        explain="Say how this claim stands to another one of the desk.",
        form=RelateForm,
        check=check_can_relate,
        run=_relate,
        done="The relation is recorded.",
        place="relations",
        anchor="relations",
        binds_version=False,
    ),
    Action[Claim](
        name="comment",
        label="Comment",
        form=CommentForm,
        check=rules.check_can_comment,
        run=_comment,
        done="Your remark is there.",
        place="comments",
        anchor="comments",
        binds_version=False,
    ),
    Action[Claim](
        name="recuse",
        label="Declare an interest",
        explain="You are recused from this claim from then on: you cannot be assigned to it, review or publish it.",
        form=RecuseForm,
        check=check_can_recuse,
        run=_recuse,
        done="You are recused from this claim.",
        order=90,
        binds_version=False,
    ),
):
    claim_actions.register(action)
