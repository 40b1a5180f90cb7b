"""A log of any size, made fast: copies of one claim's history, each version appended by the real function."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import chain, islice
from typing import Any

import orjson
from django.db import models, transaction

from claims.identity import new_id
from claims.models import Claim, Event
from reviews import corrections, documents, verdict_log
from reviews.models import Draft, Publication, Review, Round, Verdict
from reviews.statuses import PublicationStatus, VersionKind
from reviews.verdict_log import LogUnusable, checkpoints
from reviews.verdict_log.records import PUBLISHING
from sources.models import Citation
from tests.desk import TEXTS, TestDesk

VERSIONS = 3  # of the history that is copied: first, corrected, withdrawn
APART = timedelta(minutes=7)
AT_ONCE = 300  # claims


@dataclass
class Rows:
    """Copies that wait to be written, in the order in which tables refer to each other."""

    claims: list[Claim] = field(default_factory=list)
    citations: list[Citation] = field(default_factory=list)
    drafts: list[Draft] = field(default_factory=list)
    rounds: list[Round] = field(default_factory=list)
    reviews: list[Review] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    verdicts: list[Verdict] = field(default_factory=list)
    links: list[models.Model] = field(default_factory=list)

    def write(self) -> None:
        for rows in vars(self).values():
            if rows:
                type(rows[0])._default_manager.bulk_create(rows, batch_size=400)


def copied(row: Any, **changes: Any) -> Any:
    """An unsaved copy of a row with another key and other values."""
    values = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}
    key = {row._meta.pk.attname: None if row._meta.pk.get_internal_type() == "BigAutoField" else new_id()}
    return type(row)(**{**values, **key, **changes})


class History:
    """The claim whose history is copied: published, corrected and withdrawn through the workflow."""

    def __init__(self, desk: TestDesk, committed: Callable[[], object]) -> None:
        self.claim = desk.published()
        committed()
        corrections.propose_correction(
            self.claim, by=desk.ana, at=desk.tick(), kind="update", reason="A record was shown.", **TEXTS
        )
        corrections.correct(self.claim, by=desk.dov, at=desk.tick())
        committed()
        corrections.propose_withdrawal(self.claim, by=desk.dov, at=desk.tick(), reason="Wrong table.")
        corrections.withdraw(self.claim, by=desk.fay, at=desk.tick())
        committed()
        self.claim.refresh_from_db()
        self.verdicts = list(
            Verdict.objects.filter(claim=self.claim).order_by("number").select_related("rating__scale")
        )
        self.citations = list(Citation.objects.of(self.claim).order_by("pk"))
        self.round = Round.objects.get(claim=self.claim)
        self.reviews = list(self.round.reviews.all())
        self.events = {event.at: event for event in Event.objects.filter(claim=self.claim, kind__in=PUBLISHING)}
        self.publication = Publication.objects.get(claim=self.claim)

    def copy(self, number: int, versions: int, rows: Rows) -> list[Verdict]:
        """Add copies of the rows up to so many versions, under a headline of their own."""
        shift = APART * number
        claim = copied(self.claim)
        rows.claims.append(claim)
        twins = {cited.pk: copied(cited, claim_id=claim.pk) for cited in self.citations}
        rows.citations += twins.values()
        made: list[Verdict] = []
        for verdict in self.verdicts[:versions]:
            made.append(self._version(verdict, claim, twins, shift, f"Headline {number}", made, rows))
        return made

    def _version(
        self,
        verdict: Verdict,
        claim: Claim,
        twins: dict[Any, Citation],
        shift: timedelta,
        headline: str,
        before: list[Verdict],
        rows: Rows,
    ) -> Verdict:
        at = verdict.published_at + shift
        draft = Draft.objects.get(claim=self.claim, closed_at=verdict.published_at)
        twin = copied(draft, claim_id=claim.pk, headline=headline, saved_at=draft.saved_at + shift, closed_at=at)
        rows.drafts.append(twin)
        content = documents.content_of(self.claim, draft) | {"claim": str(claim.pk), "headline": headline}
        content["citations"] = sorted(
            (
                {"id": str(other.pk), "source": str(other.source_id), "stance": other.stance, "exact": other.exact}
                for other in twins.values()
            ),
            key=lambda cited: cited["id"],
        )
        content_hash = sha256(verdict_log.canonical(content).encode()).hexdigest()
        made: Verdict = copied(
            verdict,
            claim_id=claim.pk,
            verdict_id=before[0].verdict_id if before else new_id(),
            headline=headline,
            published_at=at,
            supersedes_id=before[-1].pk if before else None,
            content_hash=content_hash,
            signatures=[_shifted(signature, shift, content_hash) for signature in verdict.signatures],
        )
        if verdict.round_id:
            made.round_id = self._round(claim, twin, content_hash, shift, rows)
        made.document = verdict_log.canonical(_document(verdict, made, twins))
        rows.verdicts.append(made)
        rows.links += [Verdict.citations.through(verdict_id=made.pk, citation_id=other.pk) for other in twins.values()]
        rows.events.append(copied(self.events[verdict.published_at], claim_id=claim.pk, at=at))
        return made

    def _round(self, claim: Claim, draft: Draft, content_hash: str, shift: timedelta, rows: Rows) -> Any:
        twin = copied(self.round, claim_id=claim.pk, draft_id=draft.pk, content_hash=content_hash)
        rows.rounds.append(twin)
        for review in self.reviews:
            at = review.submitted_at + shift
            rows.reviews.append(copied(review, round_id=twin.pk, submitted_at=at, content_hash=content_hash))
        return twin.pk

    def published(self, made: list[Verdict]) -> Publication:
        """What partners get of the last of these versions; they are in the log by now."""
        last = made[-1]
        publication: Publication = copied(
            self.publication,
            id=last.verdict_id,
            claim_id=last.claim_id,
            verdict_id=last.pk,
            status=PublicationStatus.WITHDRAWN if last.kind == VersionKind.VOID else PublicationStatus.IN_FORCE,
            published_at=made[0].published_at,
            updated_at=last.published_at,
        )
        document = orjson.loads(last.document) | {
            "status": publication.status,
            "evidence_status": publication.evidence_status,
            "published_at": documents.rfc3339(publication.published_at),
            "updated_at": documents.rfc3339(publication.updated_at),
            "log": {"index": last.log_entry.index, "leaf_hash": last.log_entry.leaf_hash},
        }
        publication.document = orjson.dumps(document).decode()
        publication.etag = documents.etag_of(publication.document)
        return publication


def _shifted(signature: dict[str, str], shift: timedelta, content_hash: str) -> dict[str, str]:
    at = documents.rfc3339(datetime.fromisoformat(signature["at"]) + shift) or ""
    return {**signature, "at": at, "content_hash": content_hash}


def _document(verdict: Verdict, made: Verdict, twins: dict[Any, Citation]) -> dict[str, Any]:
    document: dict[str, Any] = orjson.loads(verdict.document)
    at = documents.rfc3339(made.published_at)
    ids = {str(old): str(twin.pk) for old, twin in twins.items()}
    return document | {
        "id": str(made.verdict_id),
        "url": documents.verdict_url(made.verdict_id),
        "claim": document["claim"] | {"id": str(made.claim_id)},
        "headline": made.headline,
        "citations": [cited | {"id": ids[cited["id"]]} for cited in document["citations"]],
        "correction": document["correction"] and document["correction"] | {"at": at},
        "version_published_at": at,
        "content_hash": made.content_hash,
    }


def log_of(desk: TestDesk, many: int, *, remember: bool = False) -> int:
    """Bring the log to `many` entries (three or more), of verdicts with one to three versions; return its size.

    With `remember` the root after each append is remembered, as commits do.
    """
    committed: Callable[[], object] = checkpoints.remember_newest if remember else lambda: None
    history = History(desk, committed)
    numbers = iter(range(1, many))
    while (size := verdict_log.size()) < many:
        rows = Rows()
        made = list(_copies(history, many - size, islice(numbers, AT_ONCE), rows))
        rows.write()
        with transaction.atomic():
            for verdict in chain.from_iterable(made):
                verdict_log.append(verdict, at=verdict.published_at)
                committed()
        Publication.objects.bulk_create([history.published(versions) for versions in made], batch_size=400)
    if size != many:
        raise LogUnusable(f"There are {size} entries already.")
    return size


def _copies(history: History, many: int, numbers: Iterator[int], rows: Rows) -> Iterator[list[Verdict]]:
    for number in numbers:
        versions = min(number % VERSIONS + 1, many)
        if not versions:
            return
        many -= versions
        yield history.copy(number, versions, rows)
