"""The rows of the reviews app."""

from reviews.models.rating import Rating, RatingScale
from reviews.models.review import Contact, Draft, Review, Round
from reviews.models.verdict import EvidenceAlert, LogEntry, LogNode, Publication, Verdict

__all__ = [
    "Contact",
    "Draft",
    "EvidenceAlert",
    "LogEntry",
    "LogNode",
    "Publication",
    "Rating",
    "RatingScale",
    "Review",
    "Round",
    "Verdict",
]
