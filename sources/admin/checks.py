"""The ledger of checks and the hosts, as far as the desk looks after them."""

from typing import Any
from uuid import UUID

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.access import person_of, works_here
from claims.admin.base import ReadOnlyAdmin
from claims.rules import InvalidTransition, NotAllowed
from claims.templatetags.desk import ago, badge
from sources import workflow
from sources.models import Host, SourceCheck


@admin.register(SourceCheck)
class SourceCheckAdmin(ReadOnlyAdmin):
    """One row a check. Failed and quarantined ones can be tried again."""

    list_display = (
        "source_title",
        "shown_status",
        "shown_outcome",
        "detail",
        "reason",
        "attempt",
        "requested",
    )
    list_filter = (
        ("status", ChoicesDropdownFilter),
        ("outcome", ChoicesDropdownFilter),
        ("reason", ChoicesDropdownFilter),
    )
    search_fields = ("source__title", "source__url", "detail")
    ordering = ("-requested_at", "-id")
    desk_lookup = "source__desk"
    actions = ("retry",)

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceCheck]:
        return SourceCheck.objects.visible_to(person_of(request)).select_related("source", "snapshot")

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return works_here(request)

    @admin.action(description="Retry the selected checks", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SourceCheck]) -> None:
        try:
            fresh = workflow.retry_checks(queryset, by=person_of(request), at=timezone.now())
        except (NotAllowed, InvalidTransition) as refusal:
            messages.error(request, f"Nothing was queued. {refusal.reason}")
        else:
            messages.success(request, f"{len(fresh)} check{'s' if len(fresh) != 1 else ''} queued.")

    @admin.display(description="source", ordering="source__title")
    def source_title(self, check: SourceCheck) -> str:
        return str(check.source)

    @admin.display(description="status", ordering="status")
    def shown_status(self, check: SourceCheck) -> SafeString:
        return badge(check.status, check.get_status_display())

    @admin.display(description="outcome", ordering="outcome")
    def shown_outcome(self, check: SourceCheck) -> SafeString | str:
        return badge(check.outcome, check.get_outcome_display()) if check.outcome else "–"

    @admin.display(description="requested", ordering="requested_at")
    def requested(self, check: SourceCheck) -> SafeString:
        return ago(check.requested_at)

    def change_view(
        self,
        request: HttpRequest,
        object_id: str,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """A check is read on its source's page."""
        try:
            key = UUID(object_id)
        except ValueError as error:
            raise Http404 from error
        check = self.visible(request, key)
        page = reverse("admin:sources_source_change", args=[check.source_id])
        return HttpResponseRedirect(f"{page}#check-{check.pk}")


@admin.register(Host)
class HostAdmin(ReadOnlyAdmin):
    """How politely each host is treated."""

    list_display = ("name", "shown_outcome", "fetches", "next_allowed_at")
    list_display_links = None
    search_fields = ("name",)
    desk_lookup = ""

    @admin.display(description="last outcome", ordering="last_outcome")
    def shown_outcome(self, host: Host) -> SafeString:
        return badge(host.last_outcome) if host.last_outcome else format_html("–")
