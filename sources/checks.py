"""Running source checks: lease, fetch, archive, read, match, record. No transaction is open while we fetch."""

import atexit
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from structlog import get_logger

from sources import quotations
from sources.archiving import Archived, Exchange, Held, SnapshotStore
from sources.candidates import list_candidates
from sources.fetching import Egress
from sources.fetching.exchanges import Fetched, FetchError, Hop
from sources.judging import Judgement, judge_answer, judge_error, judge_reading
from sources.leasing import Lease, give_back, lease_due, queue_scheduled
from sources.models import Citation, Source
from sources.quotations import Match, Quotation
from sources.reading import Reader, Reading
from sources.recording import Result, record
from sources.statuses import SourceOutcome

__all__ = ["queue_scheduled", "run_due"]

log = get_logger(__name__)
Clock = Callable[[], datetime]

# A batch ends well before the task's soft time limit; what is left over waits for the next message or sweep.
BUDGET = timedelta(seconds=120)


@cache
def egress() -> Egress:
    """The desk's way out, as the settings allow."""
    return Egress(user_agent=settings.FETCH_USER_AGENT, allow=settings.FETCH_ALLOW)


@cache
def reader() -> Reader:
    """This process's reading child."""
    child = Reader()
    atexit.register(child.close)
    return child


def store() -> SnapshotStore:
    """Where snapshots are kept."""
    return SnapshotStore(settings.SNAPSHOT_DIR)


def run_due(*, now: Clock, limit: int | None = None) -> int:
    """Run due checks in batches until none is due or the time is up; return how many were recorded."""
    recorded, started = 0, now()
    while now() - started < BUDGET:
        leases = lease_due(at=now(), limit=limit or settings.FETCH_PARALLEL)
        if not leases:
            break
        recorded += _run_batch(leases, now)
    return recorded


def _run_batch(leases: list[Lease], now: Clock) -> int:
    recorded = 0
    with ThreadPoolExecutor(max_workers=len(leases)) as pool:
        answers = [(lease, pool.submit(_fetch, lease.check.source.url_as_given)) for lease in leases if _is_web(lease)]
        for lease in leases:
            if not _is_web(lease):
                recorded += _finish(lease, _nothing, now)
        for lease, answer in answers:
            recorded += _finish(lease, answer.result, now)
    return recorded


def _is_web(lease: Lease) -> bool:
    return bool(lease.check.source.url)


def _fetch(url: str) -> Fetched | FetchError:
    try:
        return egress().fetch(url)
    except FetchError as error:
        return error


def _nothing() -> None:
    """The answer for a source whose bytes are ours: nothing was fetched."""


def _finish(lease: Lease, fetched: Callable[[], Fetched | FetchError | None], now: Clock) -> bool:
    """Judge and record one answer. An error of our own gives the check back and is logged; others go on."""
    try:
        answer = fetched()
        if answer is None:
            result = _look_into_held(lease.check.source)
        elif isinstance(answer, FetchError):
            result = Result(judge_error(answer), hops=_hops(answer.hops))
        else:
            result = _look_into(lease.check.source, answer, now())
        recorded = record(lease, result, at=now())
        lease.check.source.refresh_from_db()
        list_candidates(lease.check.source, at=now())
        return recorded
    except Exception as error:  # the ledger must learn of any failure, or the check would wait for its lease
        log.exception("source check failed", check=str(lease.check.pk), attempt=lease.fence)
        give_back(lease, at=now(), error=f"{type(error).__name__}: {error}")
        return False


def _look_into(source: Source, fetched: Fetched, at: datetime) -> Result:
    judgement = judge_answer(fetched)
    common: dict[str, Any] = {
        "http_status": fetched.status,
        "final_url": fetched.final_url,
        "hops": _hops(fetched.hops),
        "elapsed_ms": round(fetched.elapsed_seconds * 1000),
    }
    if not judgement.has_content:
        return Result(judgement, **common)
    reading = reader().read(
        fetched.body,
        content_type=fetched.header("content-type") or "",
        truncated=fetched.truncated,
        url=fetched.final_url,
    )
    archived = _archive(source, fetched, at)
    matches = _match(source, reading)
    return Result(
        judge_reading(
            judgement,
            complete=reading.complete,
            problems=reading.problems,
            passages=[match.outcome for match in matches.values()],
        ),
        matches=matches,
        snapshot=_snapshot_fields(fetched, reading, archived, at),
        title=reading.title,
        language=reading.language,
        **common,
    )


def _look_into_held(source: Source) -> Result:
    """Check a document or a pasted text: its bytes are ours, so only the quotations are looked for."""
    snapshot = source.snapshots.order_by("fetched_at", "id").first()
    if snapshot is None:
        raise RuntimeError(f"{source.pk} has neither a URL nor a snapshot")
    reading = Reading.of_text(snapshot.text, complete=snapshot.is_complete, problems=tuple(snapshot.problems))
    matches = _match(source, reading)
    judgement = judge_reading(
        Judgement(SourceOutcome.ALIVE),
        complete=reading.complete,
        problems=reading.problems,
        passages=[match.outcome for match in matches.values()],
    )
    return Result(judgement, matches=matches)


def _match(source: Source, reading: Reading) -> dict[UUID, Match]:
    citations = Citation.objects.in_use().filter(source=source).order_by("pk")
    return {
        citation.pk: quotations.find(
            Quotation(citation.exact, citation.prefix, citation.suffix),
            reading.text,
            complete=reading.complete,
        )
        for citation in citations
    }


def _archive(source: Source, fetched: Fetched, at: datetime) -> Archived:
    first = source.snapshots.filter(is_revisit=False).order_by("-fetched_at").first()
    known = None
    if first:
        known = Held(sha256=first.sha256, url=first.final_url, fetched_at=first.fetched_at, path=first.path)
    return store().keep(Exchange.of(fetched, fetched_at=at), known=known, metadata={"source": str(source.pk)})


def _snapshot_fields(fetched: Fetched, reading: Reading, archived: Archived, at: datetime) -> dict[str, Any]:
    return {
        "fetched_at": at,
        "sha256": archived.sha256,
        "size": len(fetched.body),
        "path": archived.path,
        "is_revisit": archived.is_revisit,
        "final_url": fetched.final_url,
        "media_type": (fetched.header("content-type") or "")[:100],
        "headers": [list(pair) for pair in fetched.headers],
        "title": reading.title[:300],
        "text": reading.text,
        "main_text": reading.main_text,
        "language": reading.language,
        "is_complete": reading.complete,
        "problems": list(reading.problems),
    }


def _hops(hops: tuple[Hop, ...]) -> tuple[dict[str, Any], ...]:
    return tuple(
        {"url": hop.url, "status": hop.status, "location": hop.location, "address": hop.address} for hop in hops
    )
