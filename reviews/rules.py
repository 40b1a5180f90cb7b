"""May this person, may this claim: the conditions of drafting, reviewing, publishing and correcting."""

from collections.abc import Collection, Mapping

from claims import rules as claim_rules
from claims.models import Claim, Person
from claims.rules import Invalid, InvalidTransition, NotAllowed, check_not_recused, role_on
from claims.statuses import Risk, Role, Standing, Status
from reviews.models import Draft, EvidenceAlert, Publication, Review, Round
from reviews.statuses import SIGNED_AT_ONCE, Decision, Gate, VersionKind
from sources.models import Citation
from sources.statuses import SourceOutcome
from sources.workflow import is_checked

QUORUM = {Risk.NORMAL: 2, Risk.HIGH: 3}


def quorum(claim: Claim) -> int:
    """Reviews needed to publish: 2, or 3 for a high-risk claim."""
    return QUORUM[Risk(claim.risk)]


def open_round(claim: Claim) -> Round | None:
    return Round.objects.open().filter(claim=claim).select_related("draft__rating").first()


def open_draft(claim: Claim) -> Draft | None:
    return Draft.objects.open().filter(claim=claim).select_related("rating__scale", "author").first()


def in_force(claim: Claim) -> Publication | None:
    """The claim's publication while a verdict is in force."""
    return Publication.objects.in_force().filter(claim=claim).select_related("verdict").first()


def standings(claim: Claim, person: Person) -> frozenset[Standing]:
    """How the person stands to the claim, its present round and its waiting proposal included."""
    held = claim_rules.standings(claim, person)
    if Standing.OUTSIDER in held or Standing.AUDITOR in held:
        return held
    if Review.objects.filter(round__claim=claim, round__closed_at__isnull=True, reviewer=person).exists():
        held |= {Standing.REVIEWER}
    draft = open_draft(claim)
    if draft is not None and claim.status == Status.PUBLISHED and draft.author_id == person.pk:
        held |= {Standing.PROPOSER}
    return held


def check_can_move(name: str, claim: Claim, by: Person) -> None:
    """The table's answer, with the standings that only this app knows."""
    claim_rules.check_can_move(name, claim, by, standings(claim, by))


# --- Research and drafting ---------------------------------------------------------------------------------


def check_can_draft(claim: Claim, by: Person) -> None:
    """The draft is its researcher's, while the claim is in research."""
    if claim.status != Status.IN_RESEARCH:
        raise InvalidTransition("A draft is written while the claim is in research.")
    if Standing.RESEARCHER not in standings(claim, by):
        raise NotAllowed("Only the claim's researcher writes its draft.")
    check_not_recused(claim, by)


def check_can_log_contact(claim: Claim, by: Person) -> None:
    claim_rules.check_is_on_desk(claim.desk, by)


def check_can_reassign(claim: Claim, to: Person, by: Person) -> None:
    """A new researcher works on the desk, is not recused and has no part in the open round."""
    check_can_move("reassign", claim, by)
    if to.pk == claim.researcher_id:
        raise Invalid("to", f"{to} is the researcher already. Pick somebody else.")
    if role_on(claim.desk, to) is not Role.FACT_CHECKER:
        raise Invalid("to", f"{to} is no fact-checker of {claim.desk}. Pick one who is.")
    check_not_recused(claim, to)
    if Review.objects.filter(round__claim=claim, reviewer=to).exists():
        raise Invalid("to", f"{to} reviews this claim and so cannot research it. Pick somebody else.")


def evidence_gaps(claim: Claim, draft: Draft) -> dict[Gate, str]:
    """What the evidence gate still misses, each with what to do about it; empty when the gate is passed."""
    citations = list(Citation.objects.of(claim))
    gaps: dict[Gate, str] = {}
    if count_independent(citations) < 2:
        gaps[Gate.INDEPENDENT_SOURCES] = "Cite passages of at least two sources that do not repeat one original."
    if not draft.searched.strip():
        gaps[Gate.BOTH_SIDES_SEARCHED] = "Say in the draft how both sides were searched, and what was not found."
    if not citations or not all(is_checked(citation) for citation in citations):
        gaps[Gate.ALL_CHECKED] = "Wait until every citation has been checked once."
    if not claim.contacts.exists():
        gaps[Gate.CLAIMANT_CONTACTED] = "Log how the claimant was contacted, or say why not."
    return gaps


def count_independent(citations: Collection[Citation]) -> int:
    """How many independent origins the citations have: each group counts once, ungrouped sources each."""
    return len({citation.group or str(citation.source_id) for citation in citations})


def check_can_open_round(
    claim: Claim, by: Person, reviewers: Collection[Person], exceptions: Mapping[str, str]
) -> Draft:
    """Return the draft for a round: it needs enough eligible reviewers, and evidence or its written exceptions."""
    check_can_move("open_round", claim, by)
    check_not_recused(claim, by)
    draft = open_draft(claim)
    if draft is None:
        raise Invalid("draft", "Write a draft with a rating and its justification first.")
    check_reviewers(claim, by, reviewers)
    check_gate(claim, draft, exceptions)
    return draft


def check_gate(claim: Claim, draft: Draft, exceptions: Mapping[str, str]) -> None:
    """Raise Invalid naming the gaps for which no exception is written."""
    gaps = evidence_gaps(claim, draft)
    left = [advice for gate, advice in gaps.items() if not exceptions.get(gate, "").strip()]
    if left:
        raise Invalid("exceptions", " ".join([*left, "Or write down why an exception is made; it is published."]))


def check_reviewers(claim: Claim, by: Person, reviewers: Collection[Person]) -> None:
    """Reviewers are enough, distinct, of the desk, not recused, and took no part in the research."""
    needed = quorum(claim)
    if len({person.pk for person in reviewers}) < max(needed, len(reviewers)):
        raise Invalid("reviewers", f"Name {needed} different reviewers or more; a {claim.risk}-risk claim needs them.")
    drafters = set(Draft.objects.filter(claim=claim).values_list("author_id", flat=True))
    for person in reviewers:
        if role_on(claim.desk, person) not in {Role.FACT_CHECKER, Role.EDITOR}:
            raise Invalid("reviewers", f"{person} does not review for {claim.desk}. Pick a fact-checker or editor.")
        if person.pk in drafters | {claim.researcher_id, by.pk}:
            raise Invalid("reviewers", f"{person} researched this claim and so cannot review it. Pick somebody else.")
        if claim_rules.is_recused(claim, person):
            raise Invalid("reviewers", f"{person} is recused from this claim. Pick somebody else.")


# --- Judging -----------------------------------------------------------------------------------------------


def check_can_submit_review(claim: Claim, by: Person) -> None:
    check_can_move("submit_review", claim, by)
    check_not_recused(claim, by)
    if not Review.objects.waiting_for(by).filter(round__claim=claim).exists():
        raise InvalidTransition("You have submitted your review of this round already.")


def is_complete(round_: Round) -> bool:
    """Whether nobody owes a review in the round any more."""
    return not round_.reviews.filter(submitted_at__isnull=True).exists()


def agreed(reviews: Collection[Review]) -> bool:
    """Agreement is equality of rating."""
    return len({review.rating_id for review in reviews}) == 1


def check_can_adjudicate(claim: Claim, by: Person) -> None:
    """Only a complete round that disagrees, and that nobody adjudicated, is adjudicated."""
    check_can_move("adjudicate", claim, by)
    check_not_recused(claim, by)
    current = open_round(claim)
    if current is None or not is_complete(current):
        raise InvalidTransition("The round still waits for a review.")
    reviews = list(current.reviews.all())
    if any(review.is_adjudication for review in reviews):
        raise InvalidTransition("This round was adjudicated already.")
    if agreed(reviews):
        raise InvalidTransition("The reviewers agree: there is nothing to adjudicate.")
    _check_took_no_part(claim, by)


def _check_took_no_part(claim: Claim, by: Person) -> None:
    if Draft.objects.filter(claim=claim, author=by).exists():
        raise NotAllowed("You drafted this claim's verdict and so cannot judge or publish it.")
    if Review.objects.filter(round__claim=claim, reviewer=by).exists():
        raise NotAllowed("You reviewed this claim and so cannot do this too.")


def check_can_send_back(claim: Claim, by: Person) -> None:
    """An editor sends back at any time; a reviewer once they have asked for changes."""
    check_can_move("send_back", claim, by)
    if role_on(claim.desk, by) is Role.EDITOR:
        return
    asked = Review.objects.filter(
        round__claim=claim, round__closed_at__isnull=True, reviewer=by, decision=Decision.CHANGES
    )
    if not asked.exists():
        raise NotAllowed("A reviewer sends a claim back after asking for changes in their own review.")


def check_can_publish(claim: Claim, by: Person) -> None:
    """An editor who took no part publishes what enough reviewers signed, on evidence that was looked at."""
    check_can_move("publish", claim, by)
    check_not_recused(claim, by)
    _check_took_no_part(claim, by)
    current = open_round(claim)
    if current is None or not is_complete(current):
        raise InvalidTransition("The round still waits for a review.")
    check_signed(current, content_hash=None)
    check_evidence_looked_at(claim)


def check_signed(current: Round, content_hash: str | None) -> list[Review]:
    """Return the reviews that carry the draft; raise if they are too few or signed something else.

    Without disagreement, `quorum` endorsements with the draft's rating are needed; where the round disagreed,
    the adjudicator's endorsement with that rating decides. `content_hash`, when given, is that of the content now.
    """
    if content_hash is not None and content_hash != current.content_hash:
        raise InvalidTransition("The draft or its evidence changed after the round opened. Send it back.")
    reviews = list(current.reviews.submitted().select_related("reviewer", "rating"))
    carrying = [
        review
        for review in reviews
        if review.decision == Decision.ENDORSE
        and review.rating_id == current.draft.rating_id
        and review.content_hash == current.content_hash
    ]
    adjudicators = [review for review in reviews if review.is_adjudication]
    if adjudicators and adjudicators[0] not in carrying:
        raise InvalidTransition("The adjudicator does not carry this rating. Send the claim back.")
    if not adjudicators and not agreed(reviews):
        raise InvalidTransition("The reviewers disagree on the rating. Ask for adjudication or send it back.")
    if not adjudicators and len(carrying) < current.quorum:
        raise InvalidTransition(
            f"{len(carrying)} of {current.quorum} needed reviews endorse this exact draft with its rating."
        )
    if any(review.decision == Decision.CHANGES for review in reviews) and not adjudicators:
        raise InvalidTransition("A reviewer asked for changes. Send the claim back.")
    return carrying


def check_evidence_looked_at(claim: Claim) -> None:
    """No citation of a published verdict is refused by our rules, or was never checked."""
    for citation in Citation.objects.of(claim):
        if citation.source.outcome == SourceOutcome.REFUSED:
            raise InvalidTransition(f"{citation.source} is refused by our fetching rules. Replace this citation.")
        if not is_checked(citation):
            raise InvalidTransition(f"{citation.source} was never checked. Wait for its check.")


# --- After publication -------------------------------------------------------------------------------------


def check_can_propose(claim: Claim, by: Person, move: str) -> None:
    """A correction or withdrawal is proposed while a verdict is in force and nothing else waits."""
    check_can_move(move, claim, by)
    check_not_recused(claim, by)
    check_nothing_waits(claim)


def check_nothing_waits(claim: Claim) -> None:
    if open_draft(claim) is not None:
        raise InvalidTransition("Another proposal waits for its signature. Sign or drop that one first.")


def check_kind_at_once(kind: str) -> VersionKind:
    """Return a kind of correction that is signed at once; a rating change takes a full round instead."""
    if kind not in SIGNED_AT_ONCE:
        kinds = ", ".join(sorted(SIGNED_AT_ONCE))
        raise Invalid("kind", f"{kind!r} is not signed at once. Use one of {kinds}, or correct the rating.")
    return VersionKind(kind)


def check_can_sign(claim: Claim, by: Person, move: str) -> None:
    """A second person signs what somebody proposed."""
    check_can_move(move, claim, by)
    check_not_recused(claim, by)
    draft = open_draft(claim)
    wanted = {VersionKind.VOID} if move == "withdraw" else SIGNED_AT_ONCE
    if draft is None or draft.kind not in wanted:
        raise InvalidTransition("Nothing of this kind waits for a signature.")


def check_can_drop_proposal(claim: Claim, by: Person) -> None:
    """Whoever proposed it, or an editor, drops a proposal that waits for its signature."""
    if claim.status != Status.PUBLISHED or open_draft(claim) is None:
        raise InvalidTransition("No proposal waits.")
    if not standings(claim, by) & {Standing.EDITOR, Standing.PROPOSER}:
        raise NotAllowed("Only its author or an editor drops a proposal.")


def check_can_keep_verdict(claim: Claim, by: Person) -> None:
    """Ending a re-review without a change needs a verdict in force to keep."""
    check_can_move("keep_verdict", claim, by)
    if in_force(claim) is None:
        raise InvalidTransition("No verdict is in force that could be kept.")


def check_can_close_alert(alert: EvidenceAlert, by: Person) -> None:
    """The claim's researcher or an editor says what was done about lost evidence."""
    if alert.closed_at is not None:
        raise InvalidTransition("This alert was closed already.")
    if not standings(alert.claim, by) & {Standing.RESEARCHER, Standing.EDITOR}:
        raise NotAllowed("Only the claim's researcher or an editor closes its alerts.")
