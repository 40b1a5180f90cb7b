"""Snapshots as evidence: their text inert, their bytes only as a download that nothing can run."""

from typing import Any
from uuid import UUID

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path, reverse

from claims.admin.access import person_of
from claims.admin.base import ReadOnlyAdmin
from sources.admin.reading_archive import body_of, file_of, kept_of, source_of
from sources.archiving.describing import is_text
from sources.models import Snapshot
from sources.texts import main_text_of, text_of

INERT_POLICY = "default-src 'none'; sandbox"
_WIDE = ("text", "main_text", "original__text", "original__main_text")


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
        return rows.select_related("source", "original").defer(*_WIDE)

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view
        mine = [
            path("<uuid:pk>/change/", view(self.snapshot_view), name="sources_snapshot_change"),
            path("<uuid:pk>/source/", view(self.source_view), name="sources_snapshot_source"),
            path("<uuid:pk>/download/", view(self.download_view), name="sources_snapshot_download"),
            path("<uuid:pk>/archive/", view(self.archive_view), name="sources_snapshot_archive"),
        ]
        return mine + super().get_urls()

    @admin.display(description="SHA-256", ordering="sha256")
    def sha256_short(self, snapshot: Snapshot) -> str:
        return snapshot.sha256[:12]

    def snapshot_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """All that is known of it: where it came from, what it says, and that the archive still holds it."""
        snapshot: Any = self.visible(request, pk)
        kept = kept_of(snapshot)
        return self.page(
            request,
            "sources/admin/snapshot.html",
            title=f"Snapshot of {snapshot.source}",
            snapshot=snapshot,
            source=snapshot.source,
            kept=None if isinstance(kept, str) else kept,
            fault=kept if isinstance(kept, str) else "",
            tools="" if isinstance(kept, str) else kept.metadata.get("archive-tools", ""),
            is_text=is_text(snapshot.media_type),
            text=text_of(snapshot),
            main_text="" if isinstance(kept, str) else main_text_of(snapshot),
        )

    def source_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The body as the letters it was written in: a browser shows them and does nothing else."""
        snapshot: Any = self.visible(request, pk)
        try:
            letters = source_of(snapshot)
        except ValueError as error:
            return self._refused(request, snapshot, "This cannot be shown", str(error))
        if letters is None:
            reason = f"It is no text ({snapshot.media_type or 'of unknown type'}): download its bytes instead."
            return self._refused(request, snapshot, "This cannot be shown", reason)
        return _inert(letters.encode("utf-8", "replace"), "text/plain; charset=utf-8", "inline")

    def download_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The bytes as they were read, for a tool of one's own: never a page of this site."""
        snapshot: Any = self.visible(request, pk)
        return self._attached(request, snapshot, body_of(snapshot), "bin")

    def archive_view(self, request: HttpRequest, pk: UUID) -> HttpResponse:
        """The WARC file itself: request, answer and notes, as any archive's tools read them."""
        snapshot: Any = self.visible(request, pk)
        return self._attached(request, snapshot, file_of(snapshot), "warc.gz")

    def _attached(self, request: HttpRequest, snapshot: Snapshot, data: bytes | str, suffix: str) -> HttpResponse:
        if isinstance(data, str):
            return self._refused(request, snapshot, "This cannot be downloaded", data)
        # A name of our own: no letter of it comes from the source.
        name = f"{snapshot.sha256[:16]}.{suffix}"
        return _inert(data, "application/octet-stream", f'attachment; filename="{name}"')

    def _refused(self, request: HttpRequest, snapshot: Snapshot, title: str, reason: str) -> HttpResponse:
        back = reverse("admin:sources_snapshot_change", args=[snapshot.pk])
        return self.page(request, "claims/admin/refused.html", status=409, title=title, reason=reason, back=back)


def _inert(data: bytes, media_type: str, disposition: str) -> HttpResponse:
    """An answer that no browser takes for a page: its type is not to be guessed, and no script of it may run."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = disposition
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = INERT_POLICY
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "no-store"
    return response
