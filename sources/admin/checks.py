"""The ledger of checks as the desk reads it: what runs, what failed, what broke our workers, and trying again."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import Truncator

from claims.admin.access import person_of, works_here
from claims.templatetags.desk import ago
from sources.admin.bulk import retry_many
from sources.admin.check_history import check_badge, page_number_of
from sources.admin.listing import DeskList, Tab, TabFilter
from sources.admin.reliance import published_claims
from sources.models import SourceCheck
from sources.retrying import retry_checks, superseded
from sources.statuses import CheckStatus

DETAIL_CUT = 140  # characters


def detail(text: str) -> SafeString:
    return format_html('<span class="fc-detail">{}</span>', text)


def unanswered(checks: QuerySet[SourceCheck], status: CheckStatus) -> QuerySet[SourceCheck]:
    """Checks that ended so, and whose source no check looked at since: nobody has dealt with them."""
    return checks.filter(~superseded(), status=status)


@admin.register(SourceCheck)
class SourceCheckAdmin(DeskList):
    """One row a check. Failed and quarantined ones can be tried again."""

    list_display = ("source_title", "shown_outcome", "shown_detail", "reason_and_person", "attempt", "requested")
    list_filter = (TabFilter, "status", "outcome", "reason")
    search_fields = ("source__title", "source__url", "detail")
    search_help_text = "Source, address, error"
    ordering = ("-requested_at", "-id")
    desk_lookup = "source__desk"
    actions = ("retry",)
    verb = "Try the selected again"
    tabs = (
        Tab(
            value="open",
            label="Under way",
            narrow=lambda rows, now: rows.open(),  # type: ignore[attr-defined]
            explain="Queued or with a worker; the next one first.",
            empty="No check is queued.",
            columns=("source_title", "shown_outcome", "next_attempt", "shown_detail", "reason_and_person", "attempt"),
            ordering=("next_attempt_at", "id"),
        ),
        Tab(
            value="failed",
            label="Failed",
            narrow=lambda rows, now: unanswered(rows, CheckStatus.FAILED),
            explain=(
                "They could not look: no answer came, or our rules refuse the address. "
                "Any later check of the same source takes them off this list."
            ),
            empty="No check failed that nobody has tried again.",
            columns=("source_title", "shown_outcome", "relied_on", "shown_detail", "reason_and_person", "requested"),
            ordering=("-relied", "requested_at", "id"),
        ),
        Tab(
            value="quarantined",
            label="Quarantined",
            narrow=lambda rows, now: unanswered(rows, CheckStatus.QUARANTINED),
            explain=(
                "They broke our workers, or an error of ours ended every attempt, so they were given up. Tell whoever "
                "runs the service, and try them again once the error is dealt with."
            ),
            empty="No check is in quarantine.",
            columns=("source_title", "relied_on", "whole_detail", "attempt", "requested", "reason_and_person"),
            ordering=("-relied", "requested_at", "id"),
            is_counted=True,
        ),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[SourceCheck]:
        rows = SourceCheck.objects.visible_to(person_of(request)).select_related("source", "requested_by")
        return rows.annotate(relied=published_claims("source"))

    def has_retry_permission(self, request: HttpRequest) -> bool:
        return works_here(request)

    @admin.action(description="Retry the selected checks", permissions=["retry"])
    def retry(self, request: HttpRequest, queryset: QuerySet[SourceCheck]) -> HttpResponse | None:
        return retry_many(self, request, queryset, retry_checks, noun="checks")

    @admin.display(description="source", ordering="source__title")
    def source_title(self, check: SourceCheck) -> str:
        return str(check.source)

    @admin.display(description="outcome", ordering="outcome")
    def shown_outcome(self, check: SourceCheck) -> SafeString:
        return check_badge(check)

    @admin.display(description="detail", ordering="detail")
    def shown_detail(self, check: SourceCheck) -> SafeString | str:
        return detail(Truncator(check.detail).chars(DETAIL_CUT)) if check.detail else ""

    @admin.display(description="error")
    def whole_detail(self, check: SourceCheck) -> SafeString:
        return detail(check.detail)

    @admin.display(description="reason", ordering="reason")
    def reason_and_person(self, check: SourceCheck) -> SafeString:
        by = format_html(', <span class="fc-dim">{}</span>', check.requested_by) if check.requested_by else ""
        return format_html("{}{}", check.get_reason_display(), by)

    @admin.display(description="published claims", ordering="relied")
    def relied_on(self, check: Any) -> SafeString:
        return format_html('<span class="{}">{}</span>', "fc-number" if check.relied else "fc-dim", check.relied)

    @admin.display(description="due", ordering="next_attempt_at")
    def next_attempt(self, check: SourceCheck) -> SafeString:
        return ago(check.next_attempt_at)

    @admin.display(description="requested", ordering="requested_at")
    def requested(self, check: SourceCheck) -> SafeString:
        return ago(check.requested_at)

    def url_of(self, row: SourceCheck) -> str:
        return reverse("admin:sources_sourcecheck_change", args=[row.pk])

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """A check is read on its source's page, in its place of the history."""
        try:
            key = UUID(object_id)
        except ValueError as error:
            raise Http404 from error
        check: SourceCheck = self.visible(request, key)
        page = reverse("admin:sources_source_change", args=[check.source_id])
        number = page_number_of(check)
        return HttpResponseRedirect(f"{page}{f'?page={number}' if number > 1 else ''}#check-{check.pk}")
