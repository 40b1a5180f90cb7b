"""The desk's rows for a benchmark: sources with citations whose truth is known, in batches that are queued later.

A published claim relies on all of them, or the desk would not check them again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from django.db import connection
from django.utils import timezone

from checking import pages
from claims.models import Claim
from sources import rules
from sources.models import Citation, Source
from sources.quotations import select
from sources.statuses import SourceKind
from tests.desk import TestDesk


def main(batches: dict[str, list[tuple[int, str]]]) -> str:
    """Make every batch: its pages' numbers with their addresses; say which database they are in."""
    claim = TestDesk.make().published()
    for batch, addresses in batches.items():
        _make(batch, addresses, claim)
    with connection.cursor() as cursor:
        is_sqlite = connection.vendor == "sqlite"
        cursor.execute("SELECT 'SQLite ' || sqlite_version()" if is_sqlite else "SHOW server_version")
        return str(cursor.fetchone()[0]) if is_sqlite else f"PostgreSQL {cursor.fetchone()[0]}"


def _make(batch: str, addresses: Iterable[tuple[int, str]], claim: Claim) -> None:
    """Make a source with its citations for each address; the batch's name is its publisher. Nothing is queued."""
    at, sources, citations = timezone.now(), [], []
    for number, url in addresses:
        known_as, host = rules.check_url(url)
        source = Source(
            desk_id=claim.desk_id,
            kind=SourceKind.WEB,
            url=known_as,
            url_as_given=url,
            host=host,
            publisher=batch,
            added_at=at,
            added_by_id=claim.researcher_id,
        )
        sources.append(source)
        citations += [_citation(claim, source, quoted, at) for quoted in pages.quoted(number)]
    Source.objects.bulk_create(sources, batch_size=500)
    Citation.objects.bulk_create(citations, batch_size=500)


def _citation(claim: Claim, source: Source, quoted: pages.Quoted, at: datetime) -> Citation:
    start = len(quoted.prefix)
    passage = select(quoted.prefix + quoted.exact + quoted.suffix, start, start + len(quoted.exact))
    return Citation(
        claim=claim,
        source=source,
        exact=passage.exact,
        prefix=passage.prefix,
        suffix=passage.suffix,
        added_at=at - timedelta(days=1),
        added_by_id=claim.researcher_id,
    )
