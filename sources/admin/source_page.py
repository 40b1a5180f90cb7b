"""The list of sources and the page of one: what we hold of it, what we found, who relies on it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.access import person_of
from claims.admin.acting import act
from claims.admin.actions import Action, Actions
from claims.admin.base import ReadOnlyAdmin
from claims.models import Person
from claims.templatetags.desk import ago, badge
from sources import intake, rules, workflow
from sources.admin.candidates import listed
from sources.admin.evidence import with_state
from sources.admin.intake import intake_view
from sources.models import Citation, Finding, Source
from sources.statuses import OPEN_CHECKS

CHECKS_SHOWN = 20

source_actions: Actions[Source] = Actions()


def _check(source: Source, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> object:
    return workflow.request_check(source, by=by, at=at)


def _ingest(source: Source, *, by: Person, at: datetime, data: Mapping[str, Any], version: int | None) -> object:
    return intake.ingest(source, by=by, at=at)


def _check_can_ingest(source: Source, by: Person) -> None:
    rules.check_can_ingest(source.desk, by)


source_actions.register(
    Action[Source](
        name="check",
        label="Check now",
        explain="A worker fetches the source and looks for every passage that we quote of it.",
        check=rules.check_can_request_check,
        run=_check,
        done="The source is being checked.",
    )
)
source_actions.register(
    Action[Source](
        name="candidates",
        label="List its candidate claims",
        explain="The text is searched for statements that are worth a check.",
        check=_check_can_ingest,
        run=_ingest,
        done="The source's candidate claims are listed as soon as its text is there.",
    )
)


class FailingFilter(admin.SimpleListFilter):
    """Sources whose last checks brought nothing back."""

    title = "state"
    parameter_name = "state"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("failing", "Failing"), ("waiting", "Check under way")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Source]) -> QuerySet[Source]:
        if self.value() == "failing":
            return queryset.filter(failing_since__isnull=False)
        if self.value() == "waiting":
            return queryset.filter(checks__status__in=sorted(OPEN_CHECKS)).distinct()
        return queryset


@admin.register(Source)
class SourceAdmin(ReadOnlyAdmin):
    """Sources are read here; adding, citing and checking are verbs."""

    list_display = ("shown", "host_or_kind", "shown_outcome", "citations_count", "last_check", "next_check")
    list_filter = (FailingFilter, ("outcome", ChoicesDropdownFilter), ("kind", ChoicesDropdownFilter))
    search_fields = ("title", "url", "publisher", "file_name")
    search_help_text = "Title, address, publisher"
    ordering = ("-added_at", "id")
    change_list_template = "sources/admin/source_list.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Source]:
        in_use = Q(citations__removed_at__isnull=True)
        rows = Source.objects.visible_to(person_of(request)).select_related("desk", "added_by")
        return rows.annotate(cited=Count("citations", filter=in_use, distinct=True))

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [
            path("take-in/", view(self.take_in_view), name="sources_source_intake"),
            path("<uuid:pk>/change/", view(self.source_view), name="sources_source_change"),
            path("<uuid:pk>/candidates/", view(self.candidates_view), name="sources_source_candidates"),
            path("<uuid:pk>/do/<slug:name>/", view(self.do_view), name="sources_source_do"),
        ]
        return mine + super().get_urls()

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
        note = f"{source.failures}×" if source.failures else ""
        return badge(source.outcome, source.get_outcome_display(), note=note)

    @admin.display(description="cited", ordering="cited")
    def citations_count(self, source: Source) -> int:
        return int(source.cited)  # type: ignore[attr-defined]

    @admin.display(description="last check", ordering="outcome_at")
    def last_check(self, source: Source) -> SafeString:
        return ago(source.outcome_at)

    @admin.display(description="next check", ordering="next_check_at")
    def next_check(self, source: Source) -> SafeString | str:
        return ago(source.next_check_at) if source.next_check_at else "not scheduled"

    def source_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        source: Source = self.visible(request, pk)
        now = timezone.now()
        checks = list(
            source.checks.select_related("snapshot", "requested_by").order_by("-requested_at", "-id")[:CHECKS_SHOWN]
        )
        findings: dict[Any, list[Finding]] = {}
        for finding in Finding.objects.filter(check_run__in=checks).select_related("citation").order_by("id"):
            findings.setdefault(finding.check_run_id, []).append(finding)
        cited = (
            Citation.objects.in_use().filter(source=source).select_related("source", "claim").order_by("added_at", "id")
        )
        return self.page(
            request,
            "sources/admin/source.html",
            title=str(source),
            source=source,
            checks=[{"row": check, "findings": findings.get(check.pk, [])} for check in checks],
            is_waiting=any(check.status in OPEN_CHECKS and check.next_attempt_at <= now for check in checks),
            citations=with_state(cited),
            snapshots=list(
                source.snapshots.defer("text", "main_text", "headers").order_by("-fetched_at", "id")[:CHECKS_SHOWN]
            ),
            candidates_number=source.candidates.count(),
            offered=source_actions.offered(source, person_of(request)).get("bar", []),
            do=reverse("admin:sources_source_do", args=[source.pk, "x"]).removesuffix("x/"),
        )

    def take_in_view(self, request: HttpRequest) -> HttpResponse:
        return intake_view(self, request)

    def candidates_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The article with its candidates marked, and the candidates by worth."""
        source: Source = self.visible(request, pk)
        context = listed(source, person_of(request))
        return self.page(request, "sources/admin/candidates.html", title=f"Candidates of {source}", **context)

    def do_view(self, request: HttpRequest, pk: UUID, name: str) -> HttpResponse:
        source: Source = self.visible(request, pk)
        back = reverse("admin:sources_source_change", args=[source.pk])
        if name == "candidates":
            back = reverse("admin:sources_source_candidates", args=[source.pk])
        return act(self, request, subject=source, actions=source_actions, name=name, back=back)
