"""After publication: correct, withdraw, and answer lost evidence."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from claims.history import record_change, record_event
from claims.models import Claim, Person
from claims.rules import InvalidTransition, check_text
from claims.workflow import NOTE_MAX, move
from reviews import documents, rules
from reviews.evidence import refresh_evidence_status
from reviews.models import Draft, EvidenceAlert, Publication, Rating, Round, Verdict
from reviews.publishing import signature, write_version
from reviews.statuses import RoundResult, VersionKind
from reviews.workflow import begin_round, check_rating, checked_texts, close_round
from sources.workflow import unwatch


def _published(claim: Claim) -> Publication:
    publication = rules.in_force(claim)
    if publication is None:
        raise InvalidTransition("No verdict is in force.")
    return publication


def propose_correction(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    kind: str,
    reason: str,
    headline: str,
    summary: str,
    justification: str,
    what_would_change_it: str,
    version: int | None = None,
) -> Draft:
    """Draft a correction that leaves the rating alone; a second person signs it."""
    rules.check_can_propose(claim, by, "propose_correction")
    kind = rules.check_kind_at_once(kind)
    texts = checked_texts(
        headline=headline,
        summary=summary,
        justification=justification,
        what_would_change_it=what_would_change_it,
    )
    rating = _published(claim).verdict.rating
    return _propose(claim, "propose_correction", kind, reason, by, at, version, {**texts, "rating": rating})


def propose_withdrawal(claim: Claim, *, by: Person, at: datetime, reason: str, version: int | None = None) -> Draft:
    """Ask for the verdict to be taken back; the reason is public, a second editor signs it."""
    rules.check_can_propose(claim, by, "propose_withdrawal")
    verdict = _published(claim).verdict
    texts = ("rating", "headline", "summary", "justification", "what_would_change_it")
    fields = {name: getattr(verdict, name) for name in texts}
    return _propose(claim, "propose_withdrawal", VersionKind.VOID, reason, by, at, version, fields)


def _propose(
    claim: Claim,
    name: str,
    kind: VersionKind,
    reason: str,
    by: Person,
    at: datetime,
    version: int | None,
    fields: Mapping[str, object],
) -> Draft:
    with transaction.atomic():
        event = move(claim, name, by=by, at=at, note=reason, version=version, data={"kind": kind})
        rules.check_nothing_waits(claim)  # again: the move has locked the claim, so nobody comes between
        return Draft.objects.create(claim=claim, kind=kind, reason=event.note, author=by, saved_at=at, **fields)


def drop_proposal(claim: Claim, *, by: Person, at: datetime, reason: str) -> Claim:
    """Put a waiting proposal aside; what it was stays in the history."""
    rules.check_can_drop_proposal(claim, by)
    reason = check_text("reason", reason, most=NOTE_MAX)
    with transaction.atomic():
        Draft.objects.open().filter(claim=claim).update(closed_at=at)
        record_event(claim, "drop_proposal", by=by, at=at, note=reason)
    return claim


def correct(claim: Claim, *, by: Person, at: datetime, version: int | None = None) -> Verdict:
    """Sign the waiting correction: it becomes the next version at once."""
    return _sign(claim, "correct", by=by, at=at, version=version)


def withdraw(claim: Claim, *, by: Person, at: datetime, version: int | None = None) -> Verdict:
    """Sign the waiting withdrawal: the record and all its versions stay readable."""
    return _sign(claim, "withdraw", by=by, at=at, version=version)


def _sign(claim: Claim, name: str, *, by: Person, at: datetime, version: int | None) -> Verdict:
    checked = rules.open_draft(claim)
    rules.check_can_sign(claim, by, name)
    with transaction.atomic():
        move(claim, name, by=by, at=at, version=version)
        draft = rules.open_draft(claim)
        if draft is None or draft != checked:  # the rules passed another one, or its author is the signer
            raise InvalidTransition("Nothing waits for a signature any more.")
        digest = documents.content_hash(claim, draft)
        signatures = [
            signature(draft.author, "proposer", draft.saved_at, digest),
            signature(by, "editor", at, digest),
        ]
        verdict = write_version(claim, draft, by=by, at=at, signatures=signatures, content_hash=digest)
        if draft.kind == VersionKind.VOID:
            unwatch(claim)
        refresh_evidence_status(claim, at=at)
    return verdict


def correct_rating(
    claim: Claim,
    *,
    by: Person,
    at: datetime,
    reason: str,
    rating: Rating,
    headline: str,
    summary: str,
    justification: str,
    what_would_change_it: str,
    searched: str,
    reviewers: Sequence[Person],
    exceptions: Mapping[str, str] | None = None,
    version: int | None = None,
) -> Round:
    """Open a full round on another rating; the published version stays in force until the round publishes."""
    rules.check_can_propose(claim, by, "correct_rating")
    rules.check_reviewers(claim, by, reviewers)
    texts = checked_texts(
        headline=headline,
        summary=summary,
        justification=justification,
        what_would_change_it=what_would_change_it,
    )
    check_rating(claim, rating)
    exceptions = {gate: text.strip() for gate, text in (exceptions or {}).items() if text.strip()}
    with transaction.atomic():
        event = move(claim, "correct_rating", by=by, at=at, note=reason, version=version)
        rules.check_nothing_waits(claim)
        draft = Draft.objects.create(
            claim=claim,
            kind=VersionKind.RATING_CHANGE,
            reason=event.note,
            rating=rating,
            searched=searched.strip(),
            author=by,
            saved_at=at,
            **texts,
        )
        rules.check_gate(claim, draft, exceptions)
        opened = begin_round(claim, draft, by=by, at=at, reviewers=reviewers, exceptions=exceptions)
        refresh_evidence_status(claim, at=at)
        record_change(claim, "claim.in_review", at=at)
    return opened


def keep_verdict(claim: Claim, *, by: Person, at: datetime, reason: str, version: int | None = None) -> Claim:
    """End a re-review without a change: the version in force stays."""
    rules.check_can_keep_verdict(claim, by)
    with transaction.atomic():
        move(claim, "keep_verdict", by=by, at=at, note=reason, version=version)
        close_round(claim, RoundResult.DROPPED, at=at)
        Draft.objects.open().filter(claim=claim).update(closed_at=at)
        refresh_evidence_status(claim, at=at)
        record_change(claim, "claim.published", at=at)
    return claim


def close_alert(alert: EvidenceAlert, *, by: Person, at: datetime, resolution: str) -> EvidenceAlert:
    """Say what was done about lost evidence, e.g. that the held snapshot covers it."""
    rules.check_can_close_alert(alert, by)
    resolution = check_text("resolution", resolution, most=NOTE_MAX)
    with transaction.atomic():
        rows = EvidenceAlert.objects.open().filter(pk=alert.pk)
        if not rows.update(closed_at=at, closed_by=by, resolution=resolution):
            raise InvalidTransition("Somebody closed this alert a moment ago.")
        alert.refresh_from_db()
        data = {"alert": str(alert.pk), "citation": str(alert.citation_id)}
        record_event(alert.claim, "close_alert", by=by, at=at, note=resolution, data=data)
        refresh_evidence_status(alert.claim, at=at)
    return alert
