"""Turning leases into cases: what is needed of the database for a whole batch, in a few queries."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from django.db.models import OuterRef, Subquery

from sources.archiving import Held
from sources.leasing import Lease
from sources.looking import Job, Known
from sources.models import Citation, Finding, Snapshot, Source
from sources.quotations import Match, Quotation
from sources.reading import Reading
from sources.recording import Case, Cited
from sources.robots import StoredRobots, applies_to, origin_of, stored_robots

_WIDE = ("text", "main_text", "headers", "problems")


def prepare(leases: Sequence[Lease], *, at: datetime) -> list[Case]:
    """Each lease's case, in the order of the leases."""
    wanted = [lease.source_id for lease in leases]
    sources = Source.objects.in_bulk(wanted)
    relied_upon = set(Source.objects.filter(pk__in=wanted).relied_upon().values_list("pk", flat=True))
    citations = _citations(wanted)
    snapshots = _snapshots([source.latest_id for source in sources.values() if source.url and source.latest_id])
    matches = _matches(snapshots)
    robots = _robots([sources[lease.source_id] for lease in leases if applies_to(lease.reason)], at)
    cases = []
    for lease in leases:
        source, cited = sources[lease.source_id], citations.get(lease.source_id, [])
        job = Job(
            lease,
            url=source.url_as_given if source.url else "",
            quotations={row.pk: Quotation(row.exact, row.prefix, row.suffix) for row in cited},
            known=_known(snapshots[source.latest_id], matches) if source.latest_id in snapshots else None,
            robots=robots if applies_to(lease.reason) else None,
            held_text=None if source.url else _held_text(source),
            wants_main_text=source.intake_at is not None and source.candidates_at is None,
        )
        states = {row.pk: Cited(row.outcome, row.outcome_since, row.is_confirmed) for row in cited}
        cases.append(Case(job, source, states, is_relied_upon=source.pk in relied_upon))
    return cases


class _Row(NamedTuple):
    """What is needed of a citation."""

    source_id: UUID
    pk: UUID
    exact: str
    prefix: str
    suffix: str
    outcome: str
    outcome_since: datetime | None
    is_confirmed: bool


def _citations(sources: Sequence[UUID]) -> dict[UUID, list[_Row]]:
    found: dict[UUID, list[_Row]] = {}
    rows = Citation.objects.in_use().filter(source__in=sources).order_by("pk")
    for row in map(_Row._make, rows.values_list(*_Row._fields)):
        found.setdefault(row.source_id, []).append(row)
    return found


def _robots(sources: Sequence[Source], at: datetime) -> dict[str, StoredRobots]:
    origins = {origin_of(source.url) for source in sources if source.url}
    return stored_robots(origins, at) if origins else {}


class _Held(NamedTuple):
    """A snapshot without its texts, and the newest one with the same body that is no revisit."""

    latest: Snapshot
    full: Snapshot | None


def _snapshots(pks: Sequence[UUID]) -> dict[UUID, _Held]:
    if not pks:
        return {}
    same = Snapshot.objects.filter(source=OuterRef("source"), sha256=OuterRef("sha256"), is_revisit=False)
    newest = Subquery(same.order_by("-fetched_at", "-pk").values("pk")[:1])
    rows = Snapshot.objects.defer(*_WIDE)
    full_ids = dict(Snapshot.objects.filter(pk__in=pks).order_by().values_list("pk", newest))
    found = rows.in_bulk({*pks, *full_ids.values()} - {None})
    return {pk: _Held(found[pk], found.get(full_ids[pk])) for pk in pks}


def _matches(snapshots: Collection[UUID]) -> dict[UUID, dict[UUID, Match]]:
    """By snapshot and citation, what the check that took the snapshot found."""
    found: dict[UUID, dict[UUID, Match]] = {pk: {} for pk in snapshots}
    if not snapshots:
        return found
    rows = Finding.objects.filter(check_run__snapshot__in=list(snapshots)).order_by()
    fields = ("outcome", "prefix", "suffix", "similarity", "passage", "diff")
    for snapshot, citation, outcome, prefix, suffix, similarity, passage, diff in rows.values_list(
        "check_run__snapshot", "citation", *fields
    ):
        found[snapshot][citation] = Match(
            outcome,
            prefix=prefix,
            suffix=suffix,
            similarity=similarity,
            passage=passage,
            diff=tuple((kind, words) for kind, words in diff),
        )
    return found


def _known(snapshot: _Held, matches: Mapping[UUID, Mapping[UUID, Match]]) -> Known:
    latest, full = snapshot
    return Known(
        snapshot_id=latest.original_id or latest.pk,
        sha256=latest.sha256,
        held=_held(full) if full else None,
        method=latest.method,
        title=latest.title,
        language=latest.language,
        matches=matches[latest.pk],
    )


def _held(full: Snapshot) -> Held:
    return Held(sha256=full.sha256, url=full.final_url, fetched_at=full.fetched_at, path=full.path, size=full.size)


def _held_text(source: Source) -> Reading | None:
    snapshot = source.snapshots.order_by("fetched_at", "id").first()
    if snapshot is None:
        return None
    return Reading.of_text(snapshot.text, complete=snapshot.is_complete, problems=tuple(snapshot.problems))
