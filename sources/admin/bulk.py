"""One button for many rows: asked about first where they are many, and told row by row what could not be done."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from claims.admin.access import person_of
from claims.admin.base import ReadOnlyAdmin
from sources.admin.scheduling import in_words
from sources.retrying import Asked

MANY = 20  # more than these are asked about first
NAMED = 5  # hosts that are named on that page
TOLD = 100  # rows that are named for each reason

Retry = Callable[..., Asked]


def retry_many(
    admin: ReadOnlyAdmin, request: HttpRequest, rows: QuerySet[Any], retry: Retry, *, noun: str
) -> HttpResponse | None:
    """Run the verb on the rows. None where all of it was done: the list is shown again, with a message.

    Whoever may not see the rows was never given them; whoever may not act on some learns so row by row.
    """
    number = rows.count()
    if number > MANY and request.POST.get("confirmed") != "yes":
        return _ask(admin, request, rows, number, noun)
    asked = retry(rows, by=person_of(request), at=timezone.now())
    if not asked.refused:
        messages.success(request, told(asked))
        return None
    return admin.page(
        request,
        "sources/admin/retried.html",
        title="Not all of it could be done" if asked.queued or asked.hurried else "Nothing was queued",
        told=told(asked),
        refused=_by_reason(asked),
        number=len(asked.refused),
        noun=noun,
        back=request.get_full_path(),
    )


def told(asked: Asked) -> str:
    """What was done, in a sentence."""
    if not asked.queued and not asked.hurried:
        return "Nothing was queued."
    queued = f"{asked.queued:,} check{'' if asked.queued == 1 else 's'} queued."
    hurried = f" {asked.hurried:,} waiting one{'' if asked.hurried == 1 else 's'} brought forward."
    return (queued if asked.queued else "") + (hurried if asked.hurried else "")


def _by_reason(asked: Asked) -> list[dict[str, Any]]:
    """The rows that had no check, by why."""
    groups: dict[str, list[Any]] = {}
    for row, reason in asked.refused:
        groups.setdefault(reason, []).append(getattr(row, "source", row))
    return [
        {"reason": reason, "number": len(rows), "rows": rows[:TOLD], "rest": max(len(rows) - TOLD, 0)}
        for reason, rows in sorted(groups.items(), key=lambda group: -len(group[1]))
    ]


def _ask(admin: ReadOnlyAdmin, request: HttpRequest, rows: QuerySet[Any], number: int, noun: str) -> HttpResponse:
    """The page that says how much work it is, before anything is done."""
    table = rows.model._default_manager.filter(pk__in=rows.order_by().values("pk")).order_by()
    hosts = list(table.exclude(host="").values_list("host").annotate(number=Count("pk")).order_by("-number", "host"))
    longest: timedelta = settings.HOST_INTERVAL * (hosts[0][1] if hosts else 0)
    return admin.page(
        request,
        "sources/admin/retrying.html",
        title=f"Check {number:,} {noun} again?",
        number=number,
        hosts=[(name, count) for name, count in hosts if count > 1][:NAMED],
        hosts_number=len(hosts),
        pace=in_words(settings.HOST_INTERVAL),
        longest=in_words(longest),
        selected=request.POST.getlist(ACTION_CHECKBOX_NAME),
        field=ACTION_CHECKBOX_NAME,
        action=request.POST.get("action", ""),
        across=request.POST.get("select_across", "0"),
        back=request.get_full_path(),
    )
