"""Hosts: how politely each is asked, when it may be asked again and why, its robots.txt, and our sources on it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.utils import unquote
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from claims.admin.access import person_of
from claims.templatetags.desk import ago, badge
from sources.admin.listing import DeskList, Tab, TabFilter
from sources.admin.reliance import published_claims
from sources.admin.scheduling import in_words, with_due_times, word_of
from sources.models import Host, RobotsFile, Source, SourceCheck
from sources.politeness import FAILURES_SPARED
from sources.statuses import CheckStatus, SourceOutcome

PER_PAGE = 50
RULES_SHOWN = 20_000  # characters of a robots.txt


def interval_of(host: Host) -> timedelta:
    """How long we wait between two pages of the host: what its robots.txt asks, and never less than our own."""
    return max(host.interval or settings.HOST_INTERVAL, settings.HOST_INTERVAL)


def pace_in_words(host: Host) -> str:
    """The interval, and that the host asks for it where it does."""
    is_asked = host.interval is not None and host.interval >= settings.HOST_INTERVAL
    return f"{in_words(interval_of(host))}, as its robots.txt asks" if is_asked else in_words(interval_of(host))


def why_waiting(host: Host, now: datetime) -> str:
    """Why the host is not asked at this moment, "" when it may be."""
    if host.next_allowed_at <= now:
        return ""
    if host.failures > FAILURES_SPARED:
        return f"It did not answer {host.failures} times in a row, so it is asked less often: at least once an hour."
    if host.next_allowed_at - now > interval_of(host):
        return "It asked us to wait (Retry-After)."
    return "It was asked a moment ago."


@admin.register(Host)
class HostAdmin(DeskList):
    """Hosts belong to no desk: every member sees how each is treated, and of its sources those of their own desk."""

    list_display = ("name", "shown_outcome", "failed", "next_allowed", "pace", "running", "waiting", "fetched")
    list_filter = (TabFilter, "last_outcome")
    search_fields = ("name",)
    search_help_text = "Name of the host"
    ordering = ("name",)
    desk_lookup = ""
    tabs = (
        Tab(
            value="waiting",
            label="Left alone",
            narrow=lambda rows, now: rows.filter(next_allowed_at__gt=now),
            explain="They may not be asked at this moment: they failed, asked us to wait, or were asked just now.",
            empty="Every host may be asked.",
            ordering=("-next_allowed_at", "name"),
        ),
        Tab(
            value="failing",
            label="Not answering",
            narrow=lambda rows, now: rows.filter(failures__gt=0),
            explain="Their last answer did not come. After three in a row they are asked less often.",
            empty="Every host answers.",
            ordering=("-failures", "name"),
            is_counted=True,
        ),
    )

    def prepare(self, rows: Sequence[Any]) -> None:
        """Count the checks that run and wait, on all desks together."""
        _count_checks(rows, timezone.now())

    @admin.display(description="last outcome", ordering="last_outcome")
    def shown_outcome(self, host: Host) -> SafeString:
        return outcome_badge(host)

    @admin.display(description="failures in a row", ordering="failures")
    def failed(self, host: Host) -> SafeString:
        return format_html('<span class="{}">{}</span>', "fc-number" if host.failures else "fc-dim", host.failures)

    @admin.display(description="next allowed", ordering="next_allowed_at")
    def next_allowed(self, host: Host) -> SafeString | str:
        return ago(host.next_allowed_at) if host.next_allowed_at > timezone.now() else "now"

    @admin.display(description="one page in", ordering="interval")
    def pace(self, host: Host) -> str:
        return pace_in_words(host)

    @admin.display(description="running")
    def running(self, host: Any) -> int:
        return int(host.running)

    @admin.display(description="waiting")
    def waiting(self, host: Any) -> int:
        return int(host.queued)

    @admin.display(description="fetches", ordering="fetches")
    def fetched(self, host: Host) -> str:
        return f"{host.fetches:,}"

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """One host. The robots.txt is shown as letters, whatever is in it."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        host = self.visible(request, unquote(object_id))
        now = timezone.now()
        _count_checks([host], now)
        return self.page(
            request,
            "sources/admin/host.html",
            title=host.name,
            host=host,
            outcome=outcome_badge(host),
            pace=pace_in_words(host),
            most=settings.HOST_PARALLEL,
            is_free=host.next_allowed_at <= now,
            why_waiting=why_waiting(host, now),
            is_due=host.first_at is not None and host.first_at <= now,
            robots=[_robots(row) for row in _robots_files(host)],
            obeys_robots=settings.OBEY_ROBOTS,
            page=_sources(request, host, now),
        )


def outcome_badge(host: Host) -> SafeString:
    if not host.last_outcome:
        return format_html('<span class="fc-dim">{}</span>', "never asked")
    return badge(host.last_outcome, SourceOutcome(host.last_outcome).label)


def _count_checks(hosts: Sequence[Any], now: datetime) -> None:
    """Give each host how many of its checks run and wait, and when the first and the last of these is due."""
    known = {host.name: host for host in hosts}
    for host in hosts:
        host.running = host.queued = 0
        host.first_at = host.last_at = None
    queued = Q(status=CheckStatus.QUEUED)
    rows = SourceCheck.objects.open().filter(host__in=list(known)).order_by().values("host")
    for row in rows.annotate(
        running=Count("pk", filter=Q(status=CheckStatus.RUNNING, leased_until__gt=now)),
        queued=Count("pk", filter=queued),
        first_at=Min("next_attempt_at", filter=queued),
        last_at=Max("next_attempt_at", filter=queued),
    ):
        host = known[row["host"]]
        host.running, host.queued = row["running"], row["queued"]
        host.first_at, host.last_at = row["first_at"], row["last_at"]


def _robots_files(host: Host) -> QuerySet[RobotsFile]:
    """Those of the host's origins, whatever scheme and port."""
    name = f"[{host.name}]" if ":" in host.name else host.name
    ours = Q()
    for scheme in ("https", "http"):
        ours |= Q(origin=f"{scheme}://{name}") | Q(origin__startswith=f"{scheme}://{name}:")
    return RobotsFile.objects.filter(ours).order_by("-origin")


def _robots(row: RobotsFile) -> dict[str, Any]:
    return {"row": row, "body": row.body[:RULES_SHOWN], "rest": max(len(row.body) - RULES_SHOWN, 0)}


def _sources(request: HttpRequest, host: Host, now: datetime) -> Any:
    """The sources of the person's own desks on this host: the failing ones first."""
    rows = with_due_times(Source.objects.visible_to(person_of(request)).filter(host=host.name))
    rows = rows.annotate(relied=published_claims()).order_by("-failures", "-added_at", "id")
    page = Paginator(rows, PER_PAGE).get_page(request.GET.get("page"))
    for source in page:
        source.word = word_of(source, now)  # type: ignore[attr-defined]
    return page
