"""What a desk does to judge a claim: draft, review, publish. After publication see reviews.corrections."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime

from django.db import IntegrityError, transaction

from claims.history import record_change, record_event
from claims.models import Claim, Person
from claims.rules import Invalid, InvalidTransition, check_text
from claims.workflow import NOTE_MAX, move, touch
from reviews import documents, rules
from reviews.evidence import refresh_evidence_status
from reviews.models import Contact, Draft, Rating, Review, Round, Verdict
from reviews.publishing import review_signatures, signature, write_version
from reviews.statuses import Decision, RoundResult, VersionKind
from sources.models import Citation
from sources.workflow import watch

HEADLINE_MAX = 200
SUMMARY_MAX = 2_000
JUSTIFICATION_MAX = 50_000


def checked_texts(*, headline: str, summary: str, justification: str, what_would_change_it: str) -> dict[str, str]:
    """Return a draft's texts without surrounding white space; raise Invalid naming the one that is wanting."""
    return {
        "headline": check_text("headline", headline, most=HEADLINE_MAX),
        "summary": check_text("summary", summary, most=SUMMARY_MAX),
        "justification": check_text("justification", justification, most=JUSTIFICATION_MAX),
        "what_would_change_it": check_text("what_would_change_it", what_would_change_it, most=SUMMARY_MAX),
    }


def check_rating(claim: Claim, rating: Rating) -> Rating:
    """Return a rating of the desk's latest scale; raise Invalid for one of another desk or an older version."""
    scale = rating.scale
    newest = scale.desk.scales.filter(code=scale.code).order_by("-version").first()
    if scale.desk_id != claim.desk_id or newest is None or newest.pk != scale.pk:
        raise Invalid("rating", "This rating is of another scale or an older version. Pick one of the list.")
    return rating


def save_draft(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    rating: Rating,
    headline: str,
    summary: str,
    justification: str,
    what_would_change_it: str,
    searched: str = "",
    version: int | None = None,
) -> Draft:
    """Write the claim's draft, or rewrite it; a draft sent back stays open for its next round."""
    rules.check_can_draft(claim, by)
    texts = checked_texts(
        headline=headline,
        summary=summary,
        justification=justification,
        what_would_change_it=what_would_change_it,
    )
    check_rating(claim, rating)
    with transaction.atomic():
        touch(claim, at=at, version=version)
        fields = {**texts, "rating": rating, "searched": searched.strip(), "author": by, "saved_at": at}
        draft = rules.open_draft(claim)
        if draft is None:
            draft = Draft.objects.create(claim=claim, kind=VersionKind.FIRST, **fields)
        else:
            Draft.objects.filter(pk=draft.pk).update(**fields)
            draft = Draft.objects.select_related("rating__scale").get(pk=draft.pk)
        record_event(claim, "save_draft", by=by, at=at, data={"hash": documents.content_hash(claim, draft)})
    return draft


def log_contact(
    claim: Claim, *, by: Person, at: datetime, contacted: str, how: str, on: date, response: str
) -> Contact:
    """Log an attempt to hear the claimant."""
    rules.check_can_log_contact(claim, by)
    if on > at.date():
        raise Invalid("on", "This day is in the future. Give the day of the contact.")
    with transaction.atomic():
        contact = Contact.objects.create(
            claim=claim,
            contacted=check_text("contacted", contacted, most=200),
            how=check_text("how", how, most=200),
            on=on,
            response=check_text("response", response, most=NOTE_MAX),
            logged_at=at,
            logged_by=by,
        )
        record_event(claim, "log_contact", by=by, at=at, data={"contact": str(contact.pk)})
    return contact


def reassign(claim: Claim, *, to: Person, by: Person, at: datetime, reason: str, version: int | None = None) -> Claim:
    """Give the claim to another researcher."""
    rules.check_can_reassign(claim, to, by)
    with transaction.atomic():
        data = {"from": str(claim.researcher_id), "to": str(to.pk)}
        move(claim, "reassign", by=by, at=at, note=reason, version=version, data=data, researcher=to)
    return claim


def open_round(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    reviewers: Sequence[Person],
    exceptions: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Round:
    """Freeze the draft and ask the reviewers for their independent judgement."""
    exceptions = {gate: text.strip() for gate, text in (exceptions or {}).items() if text.strip()}
    draft = rules.check_can_open_round(claim, by, reviewers, exceptions)
    with transaction.atomic():
        move(claim, "open_round", by=by, at=at, version=version, data={"exceptions": exceptions})
        opened = begin_round(claim, draft, by=by, at=at, reviewers=reviewers, exceptions=exceptions)
        record_change(claim, "claim.in_review", at=at)
    return opened


def begin_round(
    claim: Claim,
    draft: Draft,
    *,
    by: Person,
    at: datetime,
    reviewers: Sequence[Person],
    exceptions: Mapping[str, str],
) -> Round:
    """Make the round's row and its reviewers' assignments, in the caller's transaction."""
    last = claim.rounds.order_by("-number").values_list("number", flat=True).first() or 0
    opened = Round.objects.create(
        claim=claim,
        number=last + 1,
        draft=draft,
        content_hash=documents.content_hash(claim, draft),
        quorum=rules.quorum(claim),
        exceptions=dict(exceptions),
        opened_at=at,
        opened_by=by,
    )
    for reviewer in reviewers:
        Review.objects.create(round=opened, reviewer=reviewer, assigned_at=at, assigned_by=by)
        record_event(claim, "assign_reviewer", by=by, at=at, data={"reviewer": str(reviewer.pk)})
    return opened


def submit_review(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    rating: Rating,
    decision: str,
    reasons: str,
    content_hash: str,
    citations: Iterable[Citation] = (),
) -> Review:
    """Record one's own judgement of the round's exact draft. It only records: publishing counts.

    `content_hash` is that of the draft the reviewer saw; another one means that the page was stale.
    """
    rules.check_can_submit_review(claim, by)
    current = _current_round(claim)
    return _judge(claim, current, "submit_review", by, at, rating, decision, reasons, content_hash, citations)


def adjudicate(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    rating: Rating,
    decision: str,
    reasons: str,
    content_hash: str,
    citations: Iterable[Citation] = (),
) -> Review:
    """Decide, as a third reviewer, a round that disagrees."""
    rules.check_can_adjudicate(claim, by)
    current = _current_round(claim)
    with transaction.atomic():
        _assign_adjudicator(current, by, at)
        return _judge(claim, current, "adjudicate", by, at, rating, decision, reasons, content_hash, citations)


def _assign_adjudicator(current: Round, by: Person, at: datetime) -> None:
    try:
        with transaction.atomic():
            Review.objects.create(round=current, reviewer=by, is_adjudication=True, assigned_at=at, assigned_by=by)
    except IntegrityError as error:  # one adjudication a round: somebody was first
        raise InvalidTransition("This round was adjudicated already.") from error


def _current_round(claim: Claim) -> Round:
    current = rules.open_round(claim)
    if current is None:
        raise InvalidTransition("No round is open.")
    return current


def _judge(
    claim: Claim,
    current: Round,
    name: str,
    by: Person,
    at: datetime,
    rating: Rating,
    decision: str,
    reasons: str,
    content_hash: str,
    citations: Iterable[Citation],
) -> Review:
    reasons = check_text("reasons", reasons, most=JUSTIFICATION_MAX)
    if decision not in Decision.values:
        raise Invalid("decision", f"{decision!r} is no decision. Use one of {', '.join(Decision.values)}.")
    if rating.scale_id != current.draft.rating.scale_id:
        raise Invalid("rating", "This rating is of another scale than the draft's. Pick one of the list.")
    if content_hash != current.content_hash:
        raise InvalidTransition("The draft changed since you opened this page. Reload it and read it again.")
    with transaction.atomic():
        # The event says that a review was given, never what it says: history is readable while reviews are blind.
        note = "The reviewers disagreed." if name == "adjudicate" else ""
        move(claim, name, by=by, at=at, note=note, data={"round": current.number})
        mine = Review.objects.filter(round=current, reviewer=by, submitted_at__isnull=True)
        fields = {"rating": rating, "decision": decision, "reasons": reasons, "content_hash": content_hash}
        if not mine.update(submitted_at=at, **fields):
            raise InvalidTransition("You have submitted your review of this round already.")
        review = Review.objects.get(round=current, reviewer=by)
        review.citations.set(citations)
    return review


def close_round(claim: Claim, result: RoundResult, *, at: datetime) -> None:
    """End the open round, if there is one, in the caller's transaction."""
    Round.objects.open().filter(claim=claim).update(closed_at=at, result=result)


def send_back(claim: Claim, *, by: Person, at: datetime, reason: str, version: int | None = None) -> Claim:
    """Return the claim to research; the next round starts anew."""
    rules.check_can_send_back(claim, by)
    with transaction.atomic():
        move(claim, "send_back", by=by, at=at, note=reason, version=version)
        close_round(claim, RoundResult.SENT_BACK, at=at)
        record_change(claim, "claim.in_research", at=at)
    return claim


def publish(
    claim: Claim, *, by: Person, at: datetime, confirmed: Sequence[str] = (), version: int | None = None
) -> Verdict:
    """Publish the round's draft as the claim's next version.

    `confirmed` lists the checklist's questions that the editor answered with yes; all are needed. Raises
    InvalidTransition when quorum, signatures or evidence are wanting, NotAllowed for people who took part.
    """
    rules.check_can_publish(claim, by)
    with transaction.atomic():
        move(claim, "publish", by=by, at=at, version=version, data={"confirmed": list(confirmed)})
        current = _current_round(claim)
        draft = current.draft
        _check_checklist(draft, confirmed)
        now = documents.content_hash(claim, draft)
        carrying = rules.check_signed(current, now)
        verdict = write_version(
            claim,
            draft,
            by=by,
            at=at,
            signatures=[*review_signatures(carrying), signature(by, "publisher", at, now)],
            content_hash=now,
            round_=current,
        )
        close_round(claim, RoundResult.PUBLISHED, at=at)
        refresh_evidence_status(claim, at=at)
        watch(claim, at=at)
    return verdict


def _check_checklist(draft: Draft, confirmed: Sequence[str]) -> None:
    left = [question for question in draft.rating.scale.checklist if question not in confirmed]
    if left:
        raise Invalid("confirmed", "Confirm every point of the checklist first: " + " · ".join(left))
