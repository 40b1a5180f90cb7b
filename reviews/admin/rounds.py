"""How a round stands, told from its loaded reviews. Of an incomplete round only counts are told: reviews are blind."""

from dataclasses import dataclass

from reviews.models import Review, Round
from reviews.statuses import Decision


@dataclass(frozen=True, slots=True)
class RoundState:
    """`given` of `asked` reviews are in. The rest is told only once the round is complete."""

    given: int
    asked: int
    quorum: int
    word: str  # waiting, disagreed, changes, ready or short

    @property
    def is_complete(self) -> bool:
        return self.given == self.asked


def state_of(opened: Round) -> RoundState:
    """The state of a round whose `reviews` and `draft` are loaded; the same questions as rules.check_signed."""
    reviews = list(opened.reviews.all())
    given = [review for review in reviews if review.submitted_at is not None]
    word = "waiting" if len(given) < len(reviews) else _word(opened, given)
    return RoundState(len(given), len(reviews), opened.quorum, word)


def _word(opened: Round, reviews: list[Review]) -> str:
    carrying = [
        review
        for review in reviews
        if review.decision == Decision.ENDORSE
        and review.rating_id == opened.draft.rating_id
        and review.content_hash == opened.content_hash
    ]
    adjudicators = [review for review in reviews if review.is_adjudication]
    if adjudicators:
        return "ready" if adjudicators[0] in carrying else "changes"
    if len({review.rating_id for review in reviews}) > 1:
        return "disagreed"
    if any(review.decision == Decision.CHANGES for review in reviews):
        return "changes"
    return "ready" if len(carrying) >= opened.quorum else "short"


WORDS = {
    "waiting": ("queued", "Waiting for reviews"),
    "disagreed": ("altered", "Reviewers disagree"),
    "changes": ("changes", "Changes asked for"),
    "ready": ("done", "Ready to publish"),
    "short": ("changes", "Too few endorsements"),
}
