"""What is never changed: verdict versions, log entries, rating scales. All of it is read only."""

from typing import Any
from uuid import UUID

import orjson
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils.safestring import SafeString
from unfold.admin import TabularInline
from unfold.contrib.filters.admin import ChoicesDropdownFilter

from claims.admin.access import is_member
from claims.admin.base import ReadOnlyAdmin
from claims.templatetags.desk import badge, when
from reviews.models import LogEntry, Rating, RatingScale, Verdict


class RatingInline(TabularInline):  # type: ignore[misc]
    model = Rating
    extra = 0
    fields = ("code", "english", "meaning", "value", "claimreview_label")
    readonly_fields = fields

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return is_member(request)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description="label")
    def english(self, rating: Rating) -> str:
        return rating.label_in("en")

    @admin.display(description="definition")
    def meaning(self, rating: Rating) -> str:
        return str(rating.definition.get("en", ""))


@admin.register(RatingScale)
class RatingScaleAdmin(ReadOnlyAdmin):
    """Scales are versions: a change is a new version, loaded from a file."""

    list_display = ("__str__", "worst", "best")
    inlines = (RatingInline,)
    fields = ("code", "version", "worst", "best", "checklist")


@admin.register(Verdict)
class VerdictAdmin(ReadOnlyAdmin):
    """Published versions, each exactly as it was published."""

    list_display = ("headline", "number", "shown_rating", "kind", "published", "published_by", "log_index")
    list_filter = (("kind", ChoicesDropdownFilter),)
    search_fields = ("headline",)
    ordering = ("-published_at", "id")
    desk_lookup = "claim__desk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Verdict]:
        return super().get_queryset(request).select_related("claim", "rating__scale", "published_by", "log_entry")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [path("<uuid:pk>/change/", view(self.verdict_view), name="reviews_verdict_change")]
        return mine + super().get_urls()

    @admin.display(description="rating", ordering="rating__position")
    def shown_rating(self, verdict: Verdict) -> str:
        return str(verdict.rating)

    @admin.display(description="published", ordering="published_at")
    def published(self, verdict: Verdict) -> SafeString:
        return when(verdict.published_at)

    @admin.display(description="log", ordering="log_entry__index")
    def log_index(self, verdict: Verdict) -> int:
        return verdict.log_entry.index

    def verdict_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        verdict: Verdict = self.visible(request, pk)
        shown = orjson.dumps(orjson.loads(verdict.document), option=orjson.OPT_INDENT_2).decode()
        return self.page(
            request,
            "reviews/admin/verdict.html",
            title=str(verdict),
            verdict=verdict,
            document=shown,
            publication=getattr(verdict, "publication", None),
            later=Verdict.objects.filter(supersedes=verdict).first(),
        )


@admin.register(LogEntry)
class LogEntryAdmin(ReadOnlyAdmin):
    """The verdict log, entry by entry."""

    list_display = ("index", "headline", "kind", "leaf_hash", "at")
    ordering = ("-index",)
    desk_lookup = "verdict__claim__desk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[LogEntry]:
        return super().get_queryset(request).select_related("verdict")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [path("<int:pk>/change/", view(self.entry_view), name="reviews_logentry_change")]
        return mine + super().get_urls()

    def entry_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """The very bytes that were hashed."""
        entry: LogEntry = self.visible(request, pk)
        return self.page(request, "reviews/admin/log_entry.html", title=f"Log entry {entry.index}", entry=entry)

    @admin.display(description="version")
    def headline(self, entry: LogEntry) -> str:
        return str(entry.verdict)

    @admin.display(description="type")
    def kind(self, entry: LogEntry) -> SafeString:
        return badge(entry.verdict.kind, entry.verdict.get_kind_display())
