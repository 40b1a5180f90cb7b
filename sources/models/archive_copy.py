"""The ledger of copies in outside archives: which were looked for or asked for, and what came of it."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.identity import new_id
from sources.models.source import Source
from sources.statuses import OPEN_COPIES, Archive, CopyStatus


class ArchiveCopyQuerySet(models.QuerySet["ArchiveCopy"]):
    def open(self) -> ArchiveCopyQuerySet:
        return self.filter(status__in=sorted(OPEN_COPIES))

    def due(self, at: datetime, archives: Collection[Archive]) -> ArchiveCopyQuerySet:
        """Queued ones whose time has come, and running ones whose lease ran out, of these archives; oldest first."""
        ready = Q(status=CopyStatus.QUEUED) | Q(status=CopyStatus.RUNNING, leased_until__lte=at)
        return self.filter(ready, next_attempt_at__lte=at, archive__in=archives).order_by("next_attempt_at", "id")


class ArchiveCopy(models.Model):
    """One request to one outside archive for a copy of one source, until the copy is held or the request failed."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="archive_copies")
    archive = models.CharField(max_length=15, choices=Archive.choices)
    status = models.CharField(max_length=10, choices=CopyStatus.choices, default=CopyStatus.QUEUED)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    near_at = models.DateTimeField(
        null=True, blank=True, help_text="Of which time a copy is wanted; empty: the newest."
    )

    attempt = models.PositiveIntegerField(default=0, help_text="The fence: only the latest attempt may record.")
    failures = models.PositiveIntegerField(default=0, help_text="Attempts that came to nothing; asking again is none.")
    next_attempt_at = models.DateTimeField()
    leased_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    job_id = models.CharField(max_length=100, blank=True, help_text="Under which the archive makes the copy.")
    job_at = models.DateTimeField(null=True, blank=True)

    url = models.CharField("URL", max_length=2048, blank=True, help_text="Where the copy is read.")
    memento_at = models.DateTimeField(null=True, blank=True, help_text="When the archive took it.")
    detail = models.CharField(max_length=500, blank=True)

    objects = ArchiveCopyQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        verbose_name_plural = "archive copies"
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"], name="copy_due", condition=Q(status__in=sorted(OPEN_COPIES))
            ),
            models.Index(fields=["source", "-requested_at"], name="copy_by_source"),
            models.Index(fields=["job_at"], name="copy_by_job_time", condition=Q(job_at__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "archive"],
                condition=Q(status__in=sorted(OPEN_COPIES)),
                name="one_open_copy_per_archive",
            ),
            models.CheckConstraint(condition=Q(status__in=CopyStatus.values), name="copy_status_known"),
            models.CheckConstraint(condition=Q(archive__in=Archive.values), name="copy_archive_known"),
            models.CheckConstraint(
                name="copy_running_is_leased",
                condition=~Q(status=CopyStatus.RUNNING) | Q(leased_until__isnull=False),
            ),
            models.CheckConstraint(
                name="copy_held_is_somewhere",
                condition=Q(status=CopyStatus.HELD, memento_at__isnull=False) & ~Q(url="")
                | ~Q(status=CopyStatus.HELD) & Q(url="", memento_at__isnull=True),
            ),
            models.CheckConstraint(
                name="copy_ended_has_time",
                condition=Q(status__in=sorted(OPEN_COPIES), finished_at__isnull=True)
                | ~Q(status__in=sorted(OPEN_COPIES)) & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(status=CopyStatus.FAILED) & ~Q(detail="") | ~Q(status=CopyStatus.FAILED),
                name="copy_failed_says_why",
            ),
            models.CheckConstraint(
                condition=Q(job_id="", job_at__isnull=True) | ~Q(job_id="") & Q(job_at__isnull=False),
                name="copy_job_paired",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} copy of {self.source} ({self.get_archive_display()})"
