"""Snapshots as evidence: their text inert, their bytes only as a download that nothing can run."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from claims.admin.access import person_of
from claims.admin.base import ReadOnlyAdmin
from sources.admin.reading_archive import body_of
from sources.models import Snapshot

DOWNLOAD_POLICY = "default-src 'none'; sandbox"


@admin.register(Snapshot)
class SnapshotAdmin(ReadOnlyAdmin):
    """What one check got. Nothing of it is ever rendered."""

    list_display = ("source", "fetched_at", "sha256_short", "size", "media_type", "is_complete")
    list_filter = ("is_complete", "is_revisit")
    search_fields = ("sha256", "source__title", "source__url")
    ordering = ("-fetched_at", "id")
    list_select_related = ("source",)
    desk_lookup = "source__desk"

    def get_queryset(self, request: HttpRequest) -> QuerySet[Snapshot]:
        rows = Snapshot.objects.filter(source__desk__memberships__person=person_of(request))
        return rows.select_related("source").defer("text", "main_text")

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [
            path("<uuid:pk>/change/", view(self.snapshot_view), name="sources_snapshot_change"),
            path("<uuid:pk>/download/", view(self.download_view), name="sources_snapshot_download"),
        ]
        return mine + super().get_urls()

    @admin.display(description="SHA-256", ordering="sha256")
    def sha256_short(self, snapshot: Snapshot) -> str:
        return snapshot.sha256[:12]

    def snapshot_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        snapshot: Any = self.visible(request, pk)
        return self.page(
            request,
            "sources/admin/snapshot.html",
            title=f"Snapshot of {snapshot.source}",
            snapshot=snapshot,
            source=snapshot.source,
        )

    def download_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The bytes as they came, for a tool of one's own: never a page of this site."""
        snapshot: Any = self.visible(request, pk)
        body = body_of(snapshot)
        if isinstance(body, str):
            back = reverse("admin:sources_snapshot_change", args=[snapshot.pk])
            return self.page(
                request,
                "claims/admin/refused.html",
                status=409,
                title="This cannot be downloaded",
                reason=body,
                back=back,
            )
        response = HttpResponse(body, content_type="application/octet-stream")
        response["Content-Disposition"] = f'attachment; filename="{snapshot.sha256[:16]}.bin"'
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = DOWNLOAD_POLICY
        response["Cache-Control"] = "no-store"
        return response
