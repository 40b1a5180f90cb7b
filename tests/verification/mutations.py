"""Changes to the database that no honest desk makes: one random edit, deletion, insertion, reordering or backdating.

Each function changes rows by SQL and returns where it must be found: the entries of which one has to be named,
or None for what belongs to no entry. Surrogate keys of hashes and links mean nothing and are left alone.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import models

from claims.identity import new_id
from claims.models import Event
from reviews.models import LogEntry, LogNode, Publication, Review, Verdict
from reviews.verdict_log.records import PUBLISHING
from reviews.verdict_log.tree import last_entry_of
from sources.models import Citation
from tests.verification import forgeries
from tests.verification.building import copied
from tests.verification.forgeries import LINK, Where

Mutation = Callable[["Log", random.Random], Where]


@dataclass(frozen=True)
class Edited:
    """A table with the columns that are edited, and which entries a row concerns."""

    model: type[models.Model]
    columns: tuple[str, ...]
    concerns: Callable[["Log", Any], Where]
    rows: Callable[[], models.QuerySet[Any]]


class Log:
    """The untouched log: which entry each row belongs to."""

    def __init__(self) -> None:
        entries = LogEntry.objects.select_related("verdict").order_by("index")
        self.index = {entry.verdict_id: entry.index for entry in entries}
        self.size = len(self.index)
        self.verdicts = {entry.index: entry.verdict for entry in entries}
        self.told = {(v.claim_id, v.published_at): self.index[v.pk] for v in self.verdicts.values()}
        self.rounds = {v.round_id: self.index[v.pk] for v in self.verdicts.values() if v.round_id}
        self.keys = {model: list(model._default_manager.values_list("pk", flat=True)) for model in _REFERRED}

    def cited_by(self, citation: Any) -> Where:
        linked = LINK.objects.filter(citation_id=citation).values_list("verdict_id", flat=True)
        return {min(self.index[verdict] for verdict in linked)}

    def any_entry(self, chance: random.Random) -> int:
        return chance.randrange(self.size)


_REFERRED = (
    Verdict,
    *{
        field.related_model
        for model in (Verdict, LogEntry, Publication, LINK, Citation, Event, Review)
        for field in model._meta.concrete_fields
        if field.is_relation
    },
)

_EDITED = (
    Edited(
        Verdict,
        tuple(field.attname for field in Verdict._meta.concrete_fields),
        lambda log, row: {log.index[row.pk], log.index.get(row.supersedes_id, log.index[row.pk])},
        lambda: Verdict.objects.all(),
    ),
    Edited(
        LogEntry,
        ("index", "verdict_id", "entry", "leaf_hash", "at"),
        lambda log, row: {row.index},
        lambda: LogEntry.objects.all(),
    ),
    Edited(
        LogNode,
        ("level", "index", "hash"),
        lambda log, row: {last_entry_of((row.level, row.index))},
        lambda: LogNode.objects.all(),
    ),
    Edited(
        Publication,
        tuple(field.attname for field in Publication._meta.concrete_fields),
        lambda log, row: {log.index[row.verdict_id]},
        lambda: Publication.objects.all(),
    ),
    Edited(
        LINK,
        ("verdict_id", "citation_id"),
        lambda log, row: {log.index[row.verdict_id]},
        lambda: LINK.objects.all(),
    ),
    Edited(
        Citation,
        ("id", "source_id", "stance", "exact"),
        lambda log, row: log.cited_by(row.pk),
        lambda: Citation.objects.filter(verdicts__isnull=False).distinct(),
    ),
    Edited(
        Event,
        ("claim_id", "at", "actor_id", "kind"),
        lambda log, row: {log.told[row.claim_id, row.at]},
        lambda: Event.objects.filter(kind__in=PUBLISHING),
    ),
    Edited(
        Review,
        ("round_id", "reviewer_id", "submitted_at", "rating_id", "decision", "content_hash"),
        lambda log, row: {log.rounds[row.round_id]},
        lambda: Review.objects.filter(round__verdicts__isnull=False),
    ),
)


# --- Random edits, deletions, insertions ------------------------------------------------------------------


def edit(log: Log, chance: random.Random) -> Where:
    """One column of one row gets another value of its kind."""
    table = chance.choice(_EDITED)
    row = _any_row(table.rows(), chance)
    column = chance.choice(table.columns)
    where = table.concerns(log, row)
    value = _other(log, row, column, chance)
    table.model._default_manager.filter(pk=row.pk).update(**{column: value})
    return where | _also(log, row, column, value)


def _also(log: Log, row: Any, column: str, value: Any) -> Where:
    """The entries that an edited reference takes something from or gives something to."""
    if column == "supersedes_id":
        return {log.index[value]} if value in log.index else set()
    if isinstance(row, (Publication, LINK)) and column == "verdict_id":
        return {log.index[value]} if value in log.index else set()
    if isinstance(row, Review) and column == "round_id":
        return {log.rounds[value]} if value in log.rounds else set()
    if isinstance(row, Verdict) and column in {"verdict_id", "number"}:
        # The first version tells when the verdict was first published.
        same = [log.index[v.pk] for v in log.verdicts.values() if v.verdict_id == row.verdict_id]
        return set(same) if row.number == 1 else set()
    return set()


def delete(log: Log, chance: random.Random) -> Where:
    """One row is gone."""
    table = chance.choice(_EDITED)
    row = _any_row(table.rows(), chance)
    where = table.concerns(log, row)
    rows = table.model._default_manager.filter(pk=row.pk)
    rows._raw_delete(rows.db)
    return where


def insert_hash(log: Log, chance: random.Random) -> Where:
    """A hash of a subtree that is not complete."""
    level = chance.randrange(12)
    LogNode.objects.create(level=level, index=(log.size >> level) + chance.randrange(3), hash=_digest(chance))
    return {None}


def insert_version(log: Log, chance: random.Random) -> Where:
    """A version that was never logged, for a claim that has none, or after another one's last."""
    index = log.any_entry(chance)
    verdict = log.verdicts[index]
    Verdict.objects.bulk_create(
        [copied(verdict, verdict_id=new_id(), number=chance.randrange(2, 9), supersedes_id=verdict.pk)]
    )
    return {index, None}


def insert_link(log: Log, chance: random.Random) -> Where:
    """A version that relies on one passage more."""
    index = log.any_entry(chance)
    verdict = log.verdicts[index]
    other = _any_row(Citation.objects.exclude(claim_id=verdict.claim_id), chance)
    LINK.objects.create(verdict_id=verdict.pk, citation_id=other.pk)
    return {index}


MUTATIONS: dict[str, tuple[Mutation, int]] = {  # with how often each is drawn
    "edit": (edit, 12),
    "delete": (delete, 4),
    "insert a hash": (insert_hash, 1),
    "insert a version": (insert_version, 1),
    "insert an entry": (forgeries.insert_entry, 1),
    "insert a link": (insert_link, 1),
    "truncate": (forgeries.truncate, 1),
    "reorder": (forgeries.swap, 2),
    "backdate": (forgeries.backdate, 3),
    "reword": (forgeries.reword, 3),
}


# --- Values ------------------------------------------------------------------------------------------------


def _any_row(rows: models.QuerySet[Any], chance: random.Random) -> Any:
    ordered = rows.order_by("pk")
    return ordered[chance.randrange(ordered.count())]


def _other(log: Log, row: Any, column: str, chance: random.Random) -> Any:
    """Another value of the column's kind."""
    field = row._meta.get_field(column)
    value = getattr(row, column)
    if field.is_relation:
        others = [key for key in log.keys[field.related_model] if key != value]
        nobody = 10**9 if isinstance(value, int) else new_id()
        return chance.choice(others) if others and chance.random() < 0.95 else nobody
    if field.choices:
        return chance.choice([choice for choice, _ in field.choices if choice != value])
    if isinstance(value, datetime):
        return value + timedelta(microseconds=chance.choice((-1, 1)) * chance.randint(1, 10**12))
    if isinstance(value, UUID):
        return new_id()
    if isinstance(value, int):
        return value + chance.choice((-3, -1, 1, 2, 100))
    if isinstance(value, list):
        return _other_signatures(value, chance)
    return _other_text(value, chance, field.max_length)


def _other_signatures(value: list[dict[str, str]], chance: random.Random) -> list[dict[str, str]]:
    at = chance.randrange(len(value))
    if chance.random() < 0.3:
        return value[:at] + value[at + 1 :]
    name = chance.choice(sorted(value[at]))
    return [*value[:at], value[at] | {name: _other_text(value[at][name], chance, None)}, *value[at + 1 :]]


def _other_text(value: str, chance: random.Random, most: int | None) -> str:
    if not value:
        return "x"
    at = chance.randrange(len(value))
    kind = chance.randrange(3)
    if kind == 0:
        return value[:at] + value[at + 1 :]
    letter = chance.choice([letter for letter in "abc019 é" if letter != value[at]])
    return (
        value[:at] + letter + value[at + 1 :] if kind == 1 or len(value) == most else value[:at] + letter + value[at:]
    )


def _digest(chance: random.Random) -> str:
    return f"{chance.getrandbits(256):064x}"
