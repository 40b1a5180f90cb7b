"""Rows of sources, checks and findings made at once, for pages that show many of them."""

from datetime import timedelta
from typing import Any

from claims.models import Claim, Desk
from sources.models import Citation, Finding, Source, SourceCheck
from sources.statuses import OPEN_CHECKS
from tests.desk import TestDesk

ENDED = {"done": "alive", "failed": "unreachable"}


def web_sources(
    desk: TestDesk, number: int, *, host: str = "news.example", of: Desk | None = None, **fields: Any
) -> list[Source]:
    """So many web sources of the test desk (or of another one), all on one host."""
    start = Source.objects.count()
    given = {
        "desk": of or desk.desk,
        "kind": "web",
        "host": host,
        "added_at": desk.tick(),
        "added_by": desk.ana,
        **fields,
    }
    rows = [
        Source(url=f"https://{host}/{place}", title=f"Report {place} of {host}", **given)
        for place in range(start, start + number)
    ]
    return Source.objects.bulk_create(rows)


def failing_sources(desk: TestDesk, number: int, **fields: Any) -> list[Source]:
    at = desk.tick()
    given = {"outcome": "unreachable", "outcome_at": at, "failing_since": at, "failures": 2, "detail": "dns: no answer"}
    return web_sources(desk, number, **{**given, **fields})


def checks_of(desk: TestDesk, source: Source, number: int = 1, *, status: str = "done", **fields: Any) -> Any:
    """So many checks of one source that ended so, each a minute after the one before."""
    rows = []
    for _ in range(number):
        at = desk.tick()
        ended: dict[str, Any] = {} if status in OPEN_CHECKS else {"finished_at": at, "outcome": ENDED.get(status, "")}
        leased = {"leased_until": at + timedelta(days=1)} if status == "running" else {}
        given = {"reason": "scheduled", "requested_at": at, "next_attempt_at": at, "attempt": 1, **ended, **leased}
        rows.append(SourceCheck(source=source, host=source.host, status=status, **{**given, **fields}))
    return SourceCheck.objects.bulk_create(rows)


def findings_of(desk: TestDesk, citation: Citation, number: int, *, outcome: str = "found", **fields: Any) -> Any:
    """So many findings of one citation, each by a check of its own."""
    rows = checks_of(desk, citation.source, number)
    return Finding.objects.bulk_create(
        Finding(check_run=check, citation=citation, outcome=outcome, at=check.requested_at, **fields) for check in rows
    )


def cite(desk: TestDesk, claim: Claim, source: Source, **fields: Any) -> Citation:
    """A citation as if it had been made before: no check is queued for it."""
    given = {"exact": "they were told", "stance": "supports", "added_at": desk.tick(), "added_by": desk.ana}
    return Citation.objects.create(claim=claim, source=source, **{**given, **fields})
