"""What one check does between its lease and its outcome: fetch, read, archive, match. No database is touched here."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from sources import quotations
from sources.archiving import Archived, Exchange, Held, SnapshotStore
from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Hop
from sources.judging import Judgement, judge_answer, judge_error, judge_reading, judge_robots, settled
from sources.leasing import Lease
from sources.politeness import retry_after
from sources.quotations import Match, Quotation
from sources.reading import Reader, Reading
from sources.robots import RobotsAnswer, StoredRobots, obey
from sources.stages import Stage, reached
from sources.statuses import NEEDS_CONFIRMATION, SourceOutcome

METHOD = 1
"""Raised whenever reading or matching would find something else in the same bytes, so that they are looked at anew."""


@dataclass(frozen=True, slots=True)
class Known:
    """The newest snapshot of a page that was read whole: its bytes, and what was found in them for each citation."""

    snapshot_id: UUID
    sha256: str
    held: Held | None
    method: int
    title: str
    language: str
    matches: Mapping[UUID, Match]


@dataclass(frozen=True, slots=True)
class Job:
    """A leased check with all that is needed to run it.

    `url` is empty for a text whose bytes are ours; `robots` is None where robots.txt need not be asked.
    """

    lease: Lease
    url: str
    quotations: Mapping[UUID, Quotation]
    known: Known | None = None
    robots: Mapping[str, StoredRobots] | None = None
    held_text: Reading | None = None
    wants_main_text: bool = False


@dataclass(frozen=True, slots=True)
class Result:
    """What one check found out. `snapshot` holds the fields of the row to make, None when nothing came back."""

    judgement: Judgement
    matches: Mapping[UUID, Match] = field(default_factory=dict)
    snapshot: Mapping[str, Any] | None = None
    http_status: int | None = None
    final_url: str = ""
    hops: tuple[Mapping[str, Any], ...] = ()
    elapsed_ms: int | None = None
    title: str = ""
    language: str = ""
    retry_after: timedelta = timedelta(0)
    robots: RobotsAnswer | None = None

    @property
    def shows_loss(self) -> bool:
        """Whether the page, or a passage of it, was not there as it was quoted."""
        return self.judgement.is_absent or any(match.outcome in NEEDS_CONFIRMATION for match in self.matches.values())


@dataclass(frozen=True, slots=True)
class Instruments:
    """What a check is made with; each may be shared between threads."""

    egress: Egress
    reader: Reader
    store: SnapshotStore


def look(job: Job, instruments: Instruments, *, at: datetime) -> Result:
    """Run the check. Raises for errors of our own only: whatever the web answers is a result."""
    if not job.url:
        return _look_into_held(job)
    reached(Stage.FETCHING)
    robots = None if job.robots is None else obey(instruments.egress, job.url, job.robots, at)
    if robots and not robots.is_allowed:
        return Result(judge_robots(refusal=robots.refusal, error=robots.error), robots=robots)
    return replace(_fetch_and_look(job, instruments, at), robots=robots)


def _fetch_and_look(job: Job, instruments: Instruments, at: datetime) -> Result:
    try:
        fetched = instruments.egress.fetch(job.url)
    except FetchError as error:
        reached(Stage.FETCHED)
        return Result(judge_error(error), hops=_hops(error.hops))
    reached(Stage.FETCHED)
    judgement = judge_answer(fetched)
    about: dict[str, Any] = {
        "http_status": fetched.status,
        "final_url": fetched.final_url,
        "hops": _hops(fetched.hops),
        "elapsed_ms": round(fetched.elapsed_seconds * 1000),
        "retry_after": retry_after(fetched.header("retry-after"), at=at),
    }
    if not judgement.has_content:
        return Result(judgement, **about)
    if job.known and _is_unchanged(job, job.known, fetched):
        return _unchanged(job, job.known, fetched, judgement, instruments.store, at, about)
    return _look_into(job, fetched, judgement, instruments, at, about)


def _is_unchanged(job: Job, known: Known, fetched: Fetched) -> bool:
    """Whether the very bytes came that were read before, by today's method, for every one of today's citations."""
    return (
        not fetched.truncated
        and known.method == METHOD
        and known.matches.keys() >= job.quotations.keys()
        and sha256(fetched.body).hexdigest() == known.sha256
    )


def _unchanged(
    job: Job,
    known: Known,
    fetched: Fetched,
    judgement: Judgement,
    store: SnapshotStore,
    at: datetime,
    about: dict[str, Any],
) -> Result:
    archived = _archive(job, fetched, store, at)
    matches = {pk: known.matches[pk] for pk in job.quotations}
    reached(Stage.MATCHED)
    snapshot = {**_answer_fields(fetched, at), "sha256": archived.sha256, "path": archived.path}
    snapshot |= {"is_revisit": archived.is_revisit, "original_id": known.snapshot_id, "method": METHOD}
    snapshot |= {"title": known.title, "language": known.language}
    return Result(
        judge_reading(judgement, complete=True, problems=[], passages=[match.outcome for match in matches.values()]),
        matches,
        snapshot=snapshot,
        title=known.title,
        language=known.language,
        **about,
    )


def _look_into(
    job: Job, fetched: Fetched, judgement: Judgement, instruments: Instruments, at: datetime, about: dict[str, Any]
) -> Result:
    reading = instruments.reader.read(
        fetched.body,
        content_type=fetched.header("content-type") or "",
        truncated=fetched.truncated,
        url=fetched.final_url,
        with_main_text=job.wants_main_text,
    )
    reached(Stage.READ)
    archived = _archive(job, fetched, instruments.store, at)
    matches = _match(job.quotations, reading)
    reached(Stage.MATCHED)
    snapshot = {
        **_answer_fields(fetched, at),
        "sha256": archived.sha256,
        "path": archived.path,
        "is_revisit": archived.is_revisit,
        "method": METHOD,
        "title": reading.title[:300],
        "text": reading.text,
        "main_text": reading.main_text,
        "language": reading.language[:12],
        "is_complete": reading.complete,
        "problems": list(reading.problems),
    }
    judgement = _judge(judgement, reading, matches)
    return Result(
        judgement,
        {pk: _settled(judgement, match) for pk, match in matches.items()},
        snapshot=snapshot,
        title=reading.title,
        language=reading.language,
        **about,
    )


def _look_into_held(job: Job) -> Result:
    """Check a document or a pasted text: its bytes are ours, so only the quotations are looked for."""
    if job.held_text is None:
        raise RuntimeError(f"source {job.lease.source_id} has neither a URL nor a snapshot")
    matches = _match(job.quotations, job.held_text)
    reached(Stage.MATCHED)
    return Result(_judge(Judgement(SourceOutcome.ALIVE), job.held_text, matches), matches)


def _judge(judgement: Judgement, reading: Reading, matches: Mapping[UUID, Match]) -> Judgement:
    return judge_reading(
        judgement,
        complete=reading.complete,
        problems=reading.problems,
        passages=[match.outcome for match in matches.values()],
    )


def _settled(judgement: Judgement, match: Match) -> Match:
    outcome = settled(judgement, match.outcome)
    return match if outcome == match.outcome else Match(outcome)


def _match(wanted: Mapping[UUID, Quotation], reading: Reading) -> dict[UUID, Match]:
    found = quotations.find_all(wanted.values(), reading.text, complete=reading.complete)
    return dict(zip(wanted, found, strict=True))


def _archive(job: Job, fetched: Fetched, store: SnapshotStore, at: datetime) -> Archived:
    archived = store.keep(
        Exchange.of(fetched, fetched_at=at),
        known=job.known.held if job.known else None,
        metadata={"source": str(job.lease.source_id)},
    )
    reached(Stage.ARCHIVED)
    return archived


def _answer_fields(fetched: Fetched, at: datetime) -> dict[str, Any]:
    return {
        "fetched_at": at,
        "size": len(fetched.body),
        "final_url": fetched.final_url,
        "media_type": (fetched.header("content-type") or "")[:100],
        "headers": [list(pair) for pair in fetched.headers],
    }


def _hops(hops: Sequence[Hop]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"url": hop.url, "status": hop.status, "location": hop.location, "address": hop.address} for hop in hops
    )
