"""The life of a claim as one frozen table: every move that exists, from where, to where and by whom."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class Status(TextChoices):
    SUBMITTED = "submitted", _("Submitted")
    DECLINED = "declined", _("Declined")
    IN_RESEARCH = "in_research", _("In research")
    IN_REVIEW = "in_review", _("In review")
    PUBLISHED = "published", _("Published")
    WITHDRAWN = "withdrawn", _("Withdrawn")


class Role(TextChoices):
    """What a person may do on a desk."""

    FACT_CHECKER = "fact_checker", _("Fact-checker")
    EDITOR = "editor", _("Editor")
    AUDITOR = "auditor", _("Auditor (reads only)")


class Standing(StrEnum):
    """How a person stands to one claim; a person has several at once."""

    OUTSIDER = "outsider"  # not of the claim's desk
    AUDITOR = "auditor"
    FACT_CHECKER = "fact_checker"
    EDITOR = "editor"
    RESEARCHER = "researcher"  # gathers the evidence of this claim
    REVIEWER = "reviewer"  # assigned in the claim's present round
    PROPOSER = "proposer"  # proposed the change that now waits for a second signature


@dataclass(frozen=True, slots=True)
class Move:
    """A named step. `target` None: the status stays. `barred` wins over `who`."""

    name: str
    label: str
    sources: frozenset[Status]
    target: Status | None
    who: frozenset[Standing]
    barred: frozenset[Standing] = frozenset()
    needs_reason: bool = False

    def goes_from(self, status: str) -> bool:
        return status in self.sources

    def is_open_to(self, standings: frozenset[Standing]) -> bool:
        """Whether somebody of these standings may make the move, its conditions apart."""
        return bool(self.who & standings) and not self.barred & standings


def _table(*moves: Move) -> Mapping[str, Move]:
    return MappingProxyType({move.name: move for move in moves})


_S, _W = Status, Standing
_DESK = frozenset({_W.FACT_CHECKER, _W.EDITOR})
_EDITOR = frozenset({_W.EDITOR})
_RESEARCHER = frozenset({_W.RESEARCHER})
_NOBODY_INVOLVED = frozenset({_W.RESEARCHER, _W.REVIEWER})

MOVES: Mapping[str, Move] = _table(
    Move("submit", "Submit", frozenset(), _S.SUBMITTED, _DESK),
    Move("decline", "Decline", frozenset({_S.SUBMITTED, _S.IN_RESEARCH}), _S.DECLINED, _DESK, needs_reason=True),
    Move("reopen", "Reopen", frozenset({_S.DECLINED}), _S.SUBMITTED, _DESK, needs_reason=True),
    Move(
        "start_research",
        "Start research",
        frozenset({_S.SUBMITTED}),
        _S.IN_RESEARCH,
        frozenset({_W.FACT_CHECKER}),
        needs_reason=True,
    ),
    Move(
        "reassign",
        "Reassign",
        frozenset({_S.IN_RESEARCH, _S.IN_REVIEW}),
        None,
        _EDITOR,
        needs_reason=True,
    ),
    Move("open_round", "Open a review round", frozenset({_S.IN_RESEARCH}), _S.IN_REVIEW, _RESEARCHER),
    Move(
        "submit_review",
        "Submit your review",
        frozenset({_S.IN_REVIEW}),
        None,
        frozenset({_W.REVIEWER}),
        barred=_RESEARCHER,
    ),
    Move(
        "adjudicate",
        "Adjudicate",
        frozenset({_S.IN_REVIEW}),
        None,
        _DESK,
        barred=_NOBODY_INVOLVED,
        needs_reason=True,
    ),
    Move(
        "send_back",
        "Send back to research",
        frozenset({_S.IN_REVIEW}),
        _S.IN_RESEARCH,
        frozenset({_W.EDITOR, _W.REVIEWER}),
        barred=_RESEARCHER,
        needs_reason=True,
    ),
    Move("publish", "Publish", frozenset({_S.IN_REVIEW}), _S.PUBLISHED, _EDITOR, barred=_NOBODY_INVOLVED),
    Move(
        "correct_rating",
        "Correct the rating",
        frozenset({_S.PUBLISHED}),
        _S.IN_REVIEW,
        _RESEARCHER,
        needs_reason=True,
    ),
    Move(
        "keep_verdict",
        "Keep the verdict in force",
        frozenset({_S.IN_RESEARCH, _S.IN_REVIEW}),
        _S.PUBLISHED,
        _EDITOR,
        needs_reason=True,
    ),
    Move(
        "propose_correction",
        "Propose a correction",
        frozenset({_S.PUBLISHED}),
        None,
        _DESK,
        needs_reason=True,
    ),
    Move(
        "correct",
        "Sign the correction",
        frozenset({_S.PUBLISHED}),
        None,
        _EDITOR,
        barred=frozenset({_W.PROPOSER}),
    ),
    Move("propose_withdrawal", "Propose withdrawal", frozenset({_S.PUBLISHED}), None, _EDITOR, needs_reason=True),
    Move(
        "withdraw",
        "Sign the withdrawal",
        frozenset({_S.PUBLISHED}),
        _S.WITHDRAWN,
        _EDITOR,
        barred=frozenset({_W.PROPOSER}),
    ),
)


class DeclineReason(TextChoices):
    OPINION = "opinion", _("An opinion, not a fact")
    NOT_CHECKABLE = "not_checkable", _("Cannot be checked")
    OUT_OF_SCOPE = "out_of_scope", _("Out of the desk's scope")
    ALREADY_CHECKED = "already_checked", _("Already checked")


class Risk(TextChoices):
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High: a third review is needed")


class ClaimantKind(TextChoices):
    PERSON = "person", _("Person")
    ORGANISATION = "organisation", _("Organisation")
    STATE = "state", _("State")
    UNKNOWN = "unknown", _("Unknown")


class PositionStance(TextChoices):
    ASSERTS = "asserts", _("Asserts")
    DENIES = "denies", _("Denies")
    PARTLY_CONFIRMS = "partly_confirms", _("Partly confirms")
    NO_COMMENT = "no_comment", _("No comment")


class RelationKind(TextChoices):
    SAME_AS = "same_as", _("Same as")
    NARROWER = "narrower", _("Narrower than")
    CONTRADICTS = "contradicts", _("Contradicts")
    DEPENDS_ON = "depends_on", _("Depends on")


def diagram() -> str:
    """Return the life cycle as a Mermaid state diagram, in the table's order."""
    lines = ["stateDiagram-v2", f"    [*] --> {Status.SUBMITTED.value}: submit"]
    for move in MOVES.values():
        lines += [
            f"    {source.value} --> {(move.target or source).value}: {move.name}" for source in sorted(move.sources)
        ]
    return "\n".join(lines) + "\n"
