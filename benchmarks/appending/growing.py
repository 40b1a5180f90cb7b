"""A log that grows by the real function, measured in windows on the way."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any

from checking.database import database_cpu
from django.db import connection, transaction

from claims.identity import new_id
from reviews.models import Verdict
from reviews.verdict_log import append, checkpoints, nodes, size
from reviews.verdict_log.tiles import Resource, read
from tests.desk import TestDesk

_TOGETHER = 500  # appends of one transaction between the windows


def main(sizes: Sequence[int], window: int) -> list[dict[str, float]]:
    """Grow the log to each size; there, measure so many publications' appends, then reads."""
    versions = _Versions(TestDesk.make().published().verdicts.get())
    measured = []
    for wanted in sizes:
        while size() < wanted:
            many = min(_TOGETHER, wanted - size())
            with transaction.atomic():
                for verdict in versions.more(many):
                    append(verdict, at=verdict.published_at)
        measured.append(_at(wanted, versions, window))
    return measured


class _Versions:
    """Versions without end of one verdict: only the log is measured, and it does not look at them."""

    def __init__(self, first: Verdict) -> None:
        self.last, self.first = first, first

    def more(self, many: int) -> list[Verdict]:
        made = []
        for _ in range(many):
            fields = {field.attname: getattr(self.first, field.attname) for field in Verdict._meta.concrete_fields}
            changed = {"id": new_id(), "number": self.last.number + 1, "supersedes_id": self.last.pk, "kind": "update"}
            self.last = Verdict(**{**fields, **changed, "reason": "One more."})
            made.append(self.last)
        Verdict.objects.bulk_create(made, batch_size=200)
        return made


def _at(entries: int, versions: _Versions, window: int) -> dict[str, float]:
    alone, committed, counted = (versions.more(window) for _ in range(3))
    with transaction.atomic():
        append_ms, append_db = _each(alone, lambda verdict: append(verdict, at=verdict.published_at))
    commit_ms, commit_db = _each(committed, _publish)
    counts: list[int] = []
    for verdict in counted:
        with connection.execute_wrapper(_Counter(counts)), transaction.atomic():
            counts.append(0)
            append(verdict, at=verdict.published_at)
            transaction.get_connection().run_on_commit.clear()  # that belongs to the commit, and is measured there
    reads = {
        "checkpoint_ms": lambda _: checkpoints.checkpoint(),
        "tile_ms": lambda _: read(Resource(0, 0)),
        "bundle_ms": lambda _: read(Resource(None, 0)),
        "proof_ms": lambda at: nodes.proofs(at * 3, tree_size=entries, since=entries // 2),
    }
    return {
        "entries": entries,
        "append_ms": append_ms,
        "append_db_ms": append_db,
        "commit_ms": commit_ms,
        "commit_db_ms": commit_db,
        "statements_least": min(counts),
        "statements_most": max(counts),
        **{name: sum(_each(range(100), work)) for name, work in reads.items()},
    }


def _publish(verdict: Verdict) -> None:
    with transaction.atomic():
        append(verdict, at=verdict.published_at)


def _each(items: Sequence[Any], work: Callable[[Any], object]) -> tuple[float, float]:
    """CPU milliseconds an item: ours, the median of ten parts, and the database's, whose clock only ticks."""
    part = len(items) // 10
    theirs, ours = database_cpu(), []
    for start in range(0, len(items), part):
        before = time.process_time()
        for item in items[start : start + part]:
            work(item)
        ours.append(1_000 * (time.process_time() - before) / part)
    return statistics.median(ours), 1_000 * (database_cpu() - theirs) / len(items)


class _Counter:
    def __init__(self, counts: list[int]) -> None:
        self.counts = counts

    def __call__(self, execute: Callable[..., Any], sql: str, *arguments: Any) -> Any:
        if self.counts and not sql.startswith(("BEGIN", "SAVEPOINT", "RELEASE")):
            self.counts[-1] += 1
        return execute(sql, *arguments)
