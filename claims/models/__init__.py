"""The rows of the claims app, one module a row."""

from claims.models.claim import Claim, ClaimRelation, Topic
from claims.models.claimant import Claimant, Position
from claims.models.desk import Desk, Interest, Membership, Person
from claims.models.history import Change, ChangeCounter, Comment, Event
from claims.models.matching import MatchText

__all__ = [
    "Change",
    "ChangeCounter",
    "Claim",
    "ClaimRelation",
    "Claimant",
    "Comment",
    "Desk",
    "Event",
    "Interest",
    "MatchText",
    "Membership",
    "Person",
    "Position",
    "Topic",
]
