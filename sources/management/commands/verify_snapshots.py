"""Reads every snapshot back and compares it with its row; exits 1 with a list of the faults and their remedies."""

from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Any, TypeVar

from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.models.functions import Collate
from django.utils import timezone

from sources.archiving import SnapshotStore, desk_store
from sources.archiving.names import Name
from sources.archiving.verifying import UNREADABLE, Expected, Fault, fault_of
from sources.archiving.walking import KeptFile, files_of, not_among
from sources.models import Snapshot

T = TypeVar("T")

BATCH = 500
PROGRESS = 1_000
# So many unreadable files in a row are no damage to files, but a storage that does not answer.
PATIENCE = 10


class Command(BaseCommand):
    help = __doc__

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--since", type=_moment, metavar="YYYY-MM-DD", help="only snapshots fetched since then")
        parser.add_argument("--limit", type=_positive, help="only so many snapshots, the newest")
        parser.add_argument("--quiet", action="store_true", help="print faults only")
        parser.add_argument(
            "--delete-orphans", action="store_true", help="delete files that no row points to and that are old enough"
        )
        parser.add_argument(
            "--older-than",
            type=_positive,
            default=24,
            metavar="HOURS",
            help="which files count as left over: younger ones may get their row yet (default: 24)",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        self.quiet: bool = options["quiet"]
        store = desk_store()
        faults = self._verify_rows(store, since=options["since"], limit=options["limit"])
        left_over = 0
        is_whole = options["since"] is None and options["limit"] is None
        if is_whole or options["delete_orphans"]:
            before = timezone.now() - timedelta(hours=options["older_than"])
            left_over = self._list_orphans(store, before, is_told=not options["delete_orphans"])
            if left_over and options["delete_orphans"]:
                left_over -= self._delete_orphans(store, before, left_over)
        if faults or left_over:
            raise CommandError(f"{faults:,} faulty snapshots and {left_over:,} files without a row: see above.")

    def _verify_rows(self, store: SnapshotStore, *, since: datetime | None, limit: int | None) -> int:
        """Verify the rows, name the faults as they are found, and return how many there are."""
        verified = faults = unreadable = 0
        for snapshot in islice(_newest_first(since), limit):
            fault = fault_of(store, _expected(snapshot))
            verified += 1
            faults += fault is not None
            if fault:
                self._name(snapshot, fault)
            unreadable = unreadable + 1 if fault and fault.kind == UNREADABLE else 0
            if unreadable == PATIENCE:
                raise CommandError(f"{PATIENCE} files in a row could not be read: the storage does not answer.")
            if verified % PROGRESS == 0:
                self._tell(f"{verified:,} snapshots verified, {faults:,} faults")
        self._tell(f"{verified:,} snapshots verified, {faults:,} faults: done")
        return faults

    def _list_orphans(self, store: SnapshotStore, before: datetime, *, is_told: bool) -> int:
        """Count the files without a row that are old enough; name them and what to do."""
        old = young = 0
        for file in _without_row(store):
            if file.written_at >= before:
                young += 1
                continue
            old += 1
            if is_told:
                self.stdout.write(
                    f"no row: {file.path}, written {file.written_at:%Y-%m-%d %H:%M} UTC. Do: if no row was lost"
                    " (a database put back from an older backup), run again with --delete-orphans."
                )
        self._tell(f"{old:,} files without a row; {young:,} more are young and may get theirs yet")
        return old

    def _delete_orphans(self, store: SnapshotStore, before: datetime, found: int) -> int:
        """Delete what has no row, unless that cannot be what was meant; return how many files are gone."""
        rows = Snapshot.objects.count()
        if found > rows:
            raise CommandError(
                f"{found:,} files have no row and {rows:,} rows there are: this looks like another desk's storage or a"
                " database that lost rows. Nothing was deleted; delete by hand what is really left over."
            )
        deleted = 0
        for file in _without_row(store):
            if file.written_at >= before:
                continue
            name = Name.of(file.path)
            if name and Snapshot.objects.filter(is_revisit=True, sha256=name.sha256).exists():
                self.stdout.write(
                    f"no row: {file.path} may hold the body of a revisit and stays. Do: find out how its row was lost."
                )
                continue
            store.storage.delete(file.path)
            deleted += 1
            self.stdout.write(f"deleted: {file.path}")
        return deleted

    def _name(self, snapshot: Snapshot, fault: Fault) -> None:
        self.stdout.write(
            f"{fault.kind}: snapshot {snapshot.pk} of {snapshot.fetched_at:%Y-%m-%d %H:%M} UTC, {snapshot.path}:"
            f" {fault.what}. Do: {fault.remedy}."
        )

    def _tell(self, text: str) -> None:
        if not self.quiet:
            self.stderr.write(text, style_func=str)


def _newest_first(since: datetime | None) -> Iterator[Snapshot]:
    """The rows, a batch at a time: no transaction stays open while files are read."""
    rows = Snapshot.objects.only("path", "sha256", "size", "is_revisit", "final_url", "fetched_at").order_by("-pk")
    if since:
        rows = rows.filter(fetched_at__gte=since)
    batch = list(rows[:BATCH])
    while batch:
        yield from batch
        batch = list(rows.filter(pk__lt=batch[-1].pk)[:BATCH])


def _expected(snapshot: Snapshot) -> Expected:
    return Expected(
        path=snapshot.path,
        sha256=snapshot.sha256,
        size=snapshot.size,
        is_revisit=snapshot.is_revisit,
        url=snapshot.final_url,
        fetched_at=snapshot.fetched_at,
    )


def _without_row(store: SnapshotStore) -> Iterator[KeptFile]:
    """Files that no row points to: by one walk along both, and each then looked for once more."""
    order = Collate("path", "C" if connection.vendor == "postgresql" else "BINARY")
    paths = Snapshot.objects.order_by(order).values_list("path", flat=True).iterator(chunk_size=2_000)
    for batch in _batches(not_among(files_of(store.storage), paths)):
        known = set(Snapshot.objects.filter(path__in=[file.path for file in batch]).values_list("path", flat=True))
        yield from (file for file in batch if file.path not in known)


def _batches(items: Iterable[T]) -> Iterator[list[T]]:
    rest = iter(items)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise ArgumentTypeError(f"{text!r} is no date such as 2026-03-02, or 2026-03-02T09:30") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _positive(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or int(text) < 1:
        raise ArgumentTypeError(f"{text!r} is no whole number, 1 or more")
    return int(text)
