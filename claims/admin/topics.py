"""Topics and claimants: read by the desk; topics are made by administrators."""

from django.contrib import admin
from django.db.models import Count, QuerySet
from django.http import HttpRequest

from claims.admin.access import is_administrator
from claims.admin.base import ReadOnlyAdmin
from claims.models import Claimant, Topic


@admin.register(Topic)
class TopicAdmin(ReadOnlyAdmin):
    """What the desk sorts its work by. Administrators add and rename topics."""

    list_display = ("name", "slug", "claims_count")
    search_fields = ("name", "slug")
    fields = ("desk", "name", "slug")
    prepopulated_fields = {"slug": ["name"]}

    def has_add_permission(self, request: HttpRequest) -> bool:
        return is_administrator(request)

    def has_change_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return is_administrator(request)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return super().has_module_permission(request) or is_administrator(request)

    def has_view_permission(self, request: HttpRequest, obj: object | None = None) -> bool:
        return super().has_view_permission(request) or is_administrator(request)

    def get_prepopulated_fields(self, request: HttpRequest, obj: object | None = None) -> dict[str, list[str]]:
        return self.prepopulated_fields if self.has_change_permission(request, obj) else {}

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        rows = Topic.objects.all() if is_administrator(request) else super().get_queryset(request)
        return rows.annotate(claims_number=Count("claims", distinct=True))

    @admin.display(description="claims", ordering="claims_number")
    def claims_count(self, topic: Topic) -> int:
        return int(topic.claims_number)  # type: ignore[attr-defined]


@admin.register(Claimant)
class ClaimantAdmin(ReadOnlyAdmin):
    """Who made claims or spoke about them."""

    list_display = ("name", "kind", "role", "positions_count")
    list_filter = ("kind",)
    search_fields = ("name", "role")
    fields = ("name", "kind", "role", "same_as", "desk")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Claimant]:
        rows: QuerySet[Claimant] = super().get_queryset(request)
        return rows.annotate(positions_number=Count("positions", distinct=True))

    @admin.display(description="positions", ordering="positions_number")
    def positions_count(self, claimant: Claimant) -> int:
        return int(claimant.positions_number)  # type: ignore[attr-defined]
