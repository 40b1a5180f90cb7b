"""Asking an outside archive for a copy: who may, for which source, of what time. The row is all; workers find it."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import IntegrityError, transaction

from claims.models import Person
from claims.rules import Invalid, InvalidTransition, can, check_is_on_desk
from sources.models import ArchiveCopy, Finding, Source
from sources.statuses import NEEDS_CONFIRMATION, Archive, CopyStatus, PassageOutcome, Visibility

# A source that is lost stays lost: an archive that had no copy is not asked again of our own accord sooner than this.
ASKED_AGAIN_AFTER = timedelta(days=30)


def enabled() -> frozenset[Archive]:
    """The archives that the settings give an address for."""
    given = {Archive.MEMENTO: settings.MEMENTO_TIMEGATE, Archive.SAVE_PAGE_NOW: settings.SAVE_PAGE_NOW_URL}
    return frozenset(archive for archive, address in given.items() if address)


def check_can_ask(source: Source, archive: Archive) -> None:
    """Raise unless the archive is switched on and may be told of this source at all."""
    if archive not in enabled():
        name = "FACTCHECK_MEMENTO_TIMEGATE" if archive is Archive.MEMENTO else "FACTCHECK_SAVE_PAGE_NOW_URL"
        raise Invalid("archive", f"{archive.label} is switched off. Set {name} to switch it on.")
    if not source.url:
        raise InvalidTransition("Only web pages are in outside archives. This source has no address.")
    if source.citations.filter(visibility=Visibility.SEALED).exists():
        raise InvalidTransition("A citation of this source is sealed, so its address is told to nobody outside.")


def ask_for_copy(
    source: Source, *, archive: Archive, by: Person | None, at: datetime, near_at: datetime | None = None
) -> ArchiveCopy:
    """
    Return the source's open request to this archive, made when there is none.

    A look-up is for the copy nearest to `near_at`, or else to when the source was last in order.
    """
    check_can_ask(source, archive)
    if by is not None:
        check_is_on_desk(source.desk, by)
    if archive is Archive.MEMENTO:
        near_at = near_at or last_good_at(source)
    try:
        with transaction.atomic():
            return ArchiveCopy.objects.create(
                source=source, archive=archive, near_at=near_at, requested_at=at, requested_by=by, next_attempt_at=at
            )
    except IntegrityError:  # one open request an archive: somebody asked already
        opened = ArchiveCopy.objects.open().filter(source=source, archive=archive).first()
        # None is left where that one ended a moment ago: then this one is made after all.
        return opened or ask_for_copy(source, archive=archive, by=by, at=at, near_at=near_at)


def ask_after_loss(source: Source, *, at: datetime) -> ArchiveCopy | None:
    """
    Look for an archived copy of a source that is gone or lost a passage; to be called whenever that is recorded.

    Does nothing where looking is switched off or not allowed, and where it was asked for already: a failed look-up is
    repeated after a month.
    """
    if not can(check_can_ask, source, Archive.MEMENTO):
        return None
    asked = ArchiveCopy.objects.filter(source=source, archive=Archive.MEMENTO)
    if asked.exclude(status=CopyStatus.FAILED, requested_at__lte=at - ASKED_AGAIN_AFTER).exists():
        return None
    return ask_for_copy(source, archive=Archive.MEMENTO, by=None, at=at)


def last_good_at(source: Source) -> datetime:
    """When the source last said what we quote; else when we last got it whole; else when somebody added it."""
    lost = source.citations.filter(removed_at__isnull=True, outcome__in=sorted(NEEDS_CONFIRMATION))
    sound = [PassageOutcome.FOUND, PassageOutcome.MOVED]
    found = Finding.objects.filter(citation__in=lost, outcome__in=sound).order_by("-at").values_list("at", flat=True)
    whole = source.snapshots.filter(is_complete=True).order_by("-fetched_at").values_list("fetched_at", flat=True)
    return found.first() or whole.first() or source.added_at
