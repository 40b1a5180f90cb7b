"""The list of sources: what fails, what is due when and why, and asking for many checks at once."""

from datetime import datetime, timedelta
from typing import Any

from django.contrib import admin
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from claims.admin.access import person_of, works_here
from claims.templatetags.desk import ago, badge
from sources.admin.bulk import retry_many
from sources.admin.listing import DeskList, Tab, TabFilter
from sources.admin.reliance import published_claims
from sources.admin.scheduling import due_before, never_due, with_due_times, word_of
from sources.models import Citation, Source, SourceCheck
from sources.retrying import retry_sources

ERROR_CUT = 140  # characters
DUE = ("due_at", "id")


def _due_before(days: int) -> Any:
    """Narrows to what is due before so many midnights (UTC) have passed; what is overdue is among it."""

    def narrow(rows: QuerySet[Any], now: datetime) -> QuerySet[Any]:
        midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return rows.filter(due_before(midnight + timedelta(days=days)))

    return narrow


class SourceList(DeskList):
    """Sources with how they do, how many published claims rely on them, and when they are looked at next."""

    list_display = ("shown", "host_or_kind", "shown_outcome", "relied_on", "citations_count", "last_check", "next_look")
    list_filter = (TabFilter, "outcome", "kind")
    search_fields = ("title", "url", "publisher", "file_name")
    search_help_text = "Title, address, publisher"
    ordering = ("-added_at", "id")
    change_list_template = "sources/admin/source_list.html"
    actions = ("retry",)
    verb = "Check the selected again"
    tabs = (
        Tab(
            value="failing",
            label="Failing",
            narrow=lambda rows, now: rows.filter(failing_since__isnull=False),
            explain="Their last check brought no page back. Those on which most published claims rely come first.",
            empty="Every source answers.",
            columns=("shown", "shown_outcome", "relied_on", "failing_for", "last_error", "next_look"),
            ordering=("-relied", "failing_since", "id"),
            is_counted=True,
        ),
        Tab(
            value="waiting",
            label="Under way",
            narrow=lambda rows, now: rows.filter(
                pk__in=SourceCheck.objects.open().filter(next_attempt_at__lte=now).values("source")
            ),
            explain="A worker is looking at them, or takes them as soon as one is free.",
            empty="No check is under way.",
            ordering=DUE,
        ),
        Tab(
            value="today",
            label="Due today",
            narrow=_due_before(1),
            explain="Looked at before midnight (UTC), the next one first.",
            empty="Nothing is due today.",
            ordering=DUE,
        ),
        Tab(
            value="week",
            label="Due in 7 days",
            narrow=_due_before(7),
            explain="Looked at within seven days, the next one first.",
            empty="Nothing is due within seven days.",
            ordering=DUE,
        ),
        Tab(
            value="unscheduled",
            label="Not scheduled",
            narrow=lambda rows, now: rows.filter(never_due()),
            explain="Nothing published relies on them, or we hold them ourselves: they are looked at when you ask.",
            empty="Every source is scheduled.",
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        cited = Citation.objects.in_use().filter(source=OuterRef("pk")).order_by()
        number = cited.values("source").annotate(number=Count("pk")).values("number")
        rows = with_due_times(Source.objects.visible_to(person_of(request)).select_related("desk", "added_by"))
        return rows.annotate(
            relied=published_claims(), cited=Coalesce(Subquery(number, output_field=IntegerField()), Value(0))
        )

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return works_here(request)

    @admin.action(description="Check the selected sources again", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[Source]) -> HttpResponse | None:
        return retry_many(self, request, queryset, retry_sources, noun="sources")

    @admin.display(description="source", ordering="title")
    def shown(self, source: Source) -> SafeString:
        extra = format_html(' <span class="fc-dim">{}</span>', source.publisher) if source.publisher else ""
        return format_html("{}{}", str(source), extra)

    @admin.display(description="host", ordering="host")
    def host_or_kind(self, source: Source) -> str:
        return source.host or str(source.get_kind_display())

    @admin.display(description="outcome", ordering="outcome")
    def shown_outcome(self, source: Source) -> SafeString:
        if not source.outcome:
            return badge("unchecked", "Not checked")
        return badge(source.outcome, source.get_outcome_display())

    @admin.display(description="published claims", ordering="relied")
    def relied_on(self, source: Source) -> SafeString:
        number: int = source.relied  # type: ignore[attr-defined]
        return format_html('<span class="{}">{}</span>', "fc-number" if number else "fc-dim", number)

    @admin.display(description="citations", ordering="cited")
    def citations_count(self, source: Source) -> int:
        return int(source.cited)  # type: ignore[attr-defined]

    @admin.display(description="last check", ordering="outcome_at")
    def last_check(self, source: Source) -> SafeString:
        return ago(source.outcome_at)

    @admin.display(description="next check", ordering="due_at")
    def next_look(self, source: Source) -> SafeString:
        word = word_of(source, timezone.now())
        due_at: datetime | None = source.due_at  # type: ignore[attr-defined]
        if due_at is None:
            return format_html('<span class="fc-dim">{}</span>', "not scheduled")
        if word in {"under way", "waits for a worker"}:
            return format_html("{}", word)
        return format_html('{} <span class="fc-dim">{}</span>', ago(due_at), word)

    @admin.display(description="failing since", ordering="failing_since")
    def failing_for(self, source: Source) -> SafeString:
        times = "once" if source.failures == 1 else f"{source.failures:,} times"
        return format_html('{} <span class="fc-dim fc-nowrap">{}</span>', ago(source.failing_since), times)

    @admin.display(description="last error", ordering="detail")
    def last_error(self, source: Source) -> SafeString:
        return format_html('<span class="fc-detail">{}</span>', Truncator(source.detail).chars(ERROR_CUT))
