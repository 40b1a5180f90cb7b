"""Listing the candidate claims of a source whose text we hold."""

from datetime import datetime

from django.db import transaction

from claims import extraction
from claims.extraction import CandidateClaim, Extraction
from sources.models import Candidate, Snapshot, Source


def latest_text(source: Source) -> Snapshot | None:
    """The newest snapshot that has text; None before the first check."""
    return source.snapshots.exclude(text="").order_by("-fetched_at", "-id").first()


def list_candidates(source: Source, *, at: datetime) -> int:
    """Extract candidates once, if they were asked for and the text is there; return how many are listed."""
    snapshot = latest_text(source)
    if source.intake_at is None or source.candidates_at is not None or snapshot is None:
        return 0
    found = extraction.extract(snapshot.text, language=snapshot.language or "en")
    with transaction.atomic():
        first = Source.objects.filter(pk=source.pk, candidates_at__isnull=True)
        if not first.update(candidates_at=at, intake_notes=list(found.notes)):
            return 0
        rows = [Candidate.objects.create(source=source, **_fields(candidate)) for candidate in found.candidates]
        _join_contested(rows, found)
    source.refresh_from_db()
    return len(rows)


def list_waiting(*, at: datetime, limit: int = 20) -> int:
    """List the candidates of sources whose text came while nobody listed them, as when a worker died in between."""
    waiting = Source.objects.awaiting_candidates().exclude(snapshots=None)[:limit]
    return sum(list_candidates(source, at=at) for source in waiting)


def _fields(candidate: CandidateClaim) -> dict[str, object]:
    return {
        "start": candidate.content.start,
        "end": candidate.content.end,
        "text": candidate.text,
        "restated": candidate.restated,
        "claimant": candidate.claimant[:200],
        "claimant_kind": candidate.claimant_kind,
        "claimant_role": candidate.claimant_role[:200],
        "cue": candidate.cue[:200],
        "stance": candidate.stance,
        "factors": [
            {"name": factor.name, "weight": factor.weight, "evidence": factor.evidence} for factor in candidate.factors
        ],
        "score": candidate.score,
    }


def _join_contested(rows: list[Candidate], found: Extraction) -> None:
    for pair in found.contested:
        one, other = rows[pair.asserting], rows[pair.denying]
        for row, counterpart in ((one, other), (other, one)):
            row.contested_with = counterpart
            row.restated = pair.restated
            row.save(update_fields=["contested_with", "restated"])
