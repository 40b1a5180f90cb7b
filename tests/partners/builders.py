"""Many verdicts at once: copies of one that went through the workflow, with rows of their own."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from claims import matching
from claims.identity import new_id
from claims.models import Change, ChangeCounter, Claim, MatchText, Position
from reviews.documents import etag_of, rfc3339
from reviews.models import LogEntry, Publication, Verdict
from sources.models import Citation
from tests.desk import TestDesk


def copied(row: Any, **changes: Any) -> Any:
    """An unsaved copy of a row with other values."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    return type(row)(**{**values, **changes})


def published_many(
    desk: TestDesk, many: int, *, apart: timedelta = timedelta(0), start: datetime | None = None
) -> list[Publication]:
    """`many` publications, each `apart` from the one before: claim, positions, version, log entry, change."""
    if not Publication.objects.exists():
        desk.published()
    publication = Publication.objects.select_related("verdict", "claim").earliest("pk")
    start = start or desk.tick()
    times = [start + apart * place for place in range(many)]
    desk.at = max(desk.at, times[-1] if times else desk.at)
    rows = [_rows(publication, at) for at in times]
    Claim.objects.bulk_create([row["claim"] for row in rows])
    Position.objects.bulk_create([position for row in rows for position in row["positions"]])
    Citation.objects.bulk_create([citation for row in rows for citation in row["citations"]])
    Verdict.objects.bulk_create([row["verdict"] for row in rows])
    made = Publication.objects.bulk_create([row["publication"] for row in rows])
    _log(made)
    _search(made)
    _feed(made)
    return made


def _rows(model: Publication, at: datetime) -> dict[str, Any]:
    claim = copied(model.claim, id=new_id(), submitted_at=at, updated_at=at)
    verdict = copied(model.verdict, id=new_id(), verdict_id=new_id(), claim_id=claim.pk, published_at=at)
    document = orjson.loads(model.document)
    document |= {"id": str(verdict.verdict_id), "published_at": rfc3339(at), "updated_at": rfc3339(at)}
    document["claim"] |= {"id": str(claim.pk)}
    text = orjson.dumps(document).decode()
    publication = copied(
        model,
        id=verdict.verdict_id,
        claim_id=claim.pk,
        verdict_id=verdict.pk,
        published_at=at,
        updated_at=at,
        document=text,
        etag=etag_of(text),
    )
    return {
        "claim": claim,
        "verdict": verdict,
        "publication": publication,
        "positions": [copied(row, id=new_id(), claim_id=claim.pk) for row in model.claim.positions.all()],
        "citations": [copied(row, id=new_id(), claim_id=claim.pk) for row in model.claim.citations.all()],
    }


def _log(made: Sequence[Publication]) -> None:
    first = LogEntry.objects.count()
    entries = [
        LogEntry(index=first + place, verdict_id=row.verdict_id, entry="", leaf_hash="0" * 64, at=row.published_at)
        for place, row in enumerate(made)
    ]
    LogEntry.objects.bulk_create(entries)


def _search(made: Sequence[Publication]) -> None:
    text = MatchText.objects.exclude(title="").first()
    rows = [copied(text, claim_id=row.claim_id) for row in made]
    MatchText.objects.bulk_create(rows)
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {matching.FTS_TABLE} (claim_id, text, title, body) VALUES (%s, %s, %s, %s)",
                [(row.claim_id.hex, row.text, row.title, row.body) for row in rows],
            )


def _feed(made: Sequence[Publication]) -> None:
    last = ChangeCounter.objects.get(pk=1).last
    changes = [
        Change(
            seq=last + place,
            at=row.published_at,
            type="verdict.published",
            claim_id=row.claim_id,
            verdict_id=row.pk,
            verdict_version=1,
            is_public=True,
        )
        for place, row in enumerate(made, 1)
    ]
    Change.objects.bulk_create(changes)
    ChangeCounter.objects.filter(pk=1).update(last=last + len(made))
