"""Copies in outside archives on a source's page: asked for by two buttons, listed with how far each has come."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial
from typing import Any

from claims.admin.actions import Action
from claims.models import Person
from claims.rules import check_is_on_desk
from sources.admin.source_page import SourcePanel, source_actions, source_panels
from sources.models import ArchiveCopy, Source
from sources.outside_archives import ask_for_copy, check_can_ask, enabled
from sources.statuses import Archive, CopyStatus

COPIES_SHOWN = 20


def _check(archive: Archive, source: Source, by: Person) -> None:
    check_can_ask(source, archive)
    check_is_on_desk(source.desk, by)


def _ask(
    archive: Archive, source: Source, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None
) -> object:
    return ask_for_copy(source, archive=archive, by=by, at=at)


for number, (which, label, explain, done) in enumerate(
    [
        (
            Archive.MEMENTO,
            "Look for an archived copy",
            "An outside archive is asked for its copy nearest to when this source was last in order. "
            "It learns the address, and nothing else.",
            "The archive is being asked for a copy.",
        ),
        (
            Archive.SAVE_PAGE_NOW,
            "Ask the Wayback Machine to save it",
            "The Internet Archive fetches the page and keeps it in public, under the address and the time. "
            "This cannot be taken back.",
            "The Wayback Machine is being asked to save the page.",
        ),
    ]
):
    source_actions.register(
        Action[Source](
            name=which.value,
            label=label,
            explain=explain,
            check=partial(_check, which),
            run=partial(_ask, which),
            done=done,
            place="archives",
            anchor="archives",
            order=number,
        )
    )


def copies(source: Source, person: Person) -> Mapping[str, object] | None:
    """The copies asked for so far; nothing where none was and none can be."""
    rows: list[Any] = list(
        ArchiveCopy.objects.filter(source=source)
        .select_related("requested_by")
        .order_by("-requested_at", "-id")[:COPIES_SHOWN]
    )
    if not rows and not enabled():
        return None
    again = {row.archive: row for row in reversed(rows)}  # the newest of each archive
    for row in rows:
        row.may_be_retried = row.status == CopyStatus.FAILED and again[row.archive] is row
    return {"copies": rows}


source_panels.append(SourcePanel(name="archives", template="sources/admin/archive_copies.html", context=copies))
