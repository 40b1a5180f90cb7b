"""A source and the snapshots we hold of it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.identity import new_id
from claims.models import Desk
from sources.querysets import SourceQuerySet
from sources.statuses import SourceKind, SourceOutcome


class Source(models.Model):
    """A web page by its canonical URL, or a document or pasted text by its digest."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="sources")
    kind = models.CharField(max_length=10, choices=SourceKind.choices)
    url = models.CharField(_("URL"), max_length=2048, blank=True)
    url_as_given = models.CharField(max_length=2048, blank=True)
    host = models.CharField(max_length=260, blank=True)
    digest = models.CharField(max_length=64, blank=True, help_text="SHA-256 of an uploaded document or pasted text.")
    file_name = models.CharField(max_length=200, blank=True)
    first_words = models.CharField(
        max_length=80, blank=True, help_text="What the desk knows an untitled text by; never published."
    )
    media_type = models.CharField(max_length=100, blank=True)
    title = models.CharField(max_length=300, blank=True)
    publisher = models.CharField(max_length=200, blank=True)
    published_on = models.DateField(null=True, blank=True)
    language = models.CharField(max_length=12, blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    intake_at = models.DateTimeField(null=True, blank=True, help_text="When candidate claims were asked for.")
    candidates_at = models.DateTimeField(null=True, blank=True, help_text="When they were listed.")
    intake_notes = models.JSONField(default=list, blank=True)

    outcome = models.CharField(max_length=20, choices=SourceOutcome.choices, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    changed_at = models.DateTimeField(null=True, blank=True)
    failing_since = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0)
    next_check_at = models.DateTimeField(null=True, blank=True)
    latest = models.ForeignKey(
        "sources.Snapshot",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="The newest snapshot that showed the page itself, read whole.",
    )

    objects = SourceQuerySet.as_manager()

    class Meta:
        ordering = ["-added_at", "id"]
        indexes = [
            models.Index(fields=["next_check_at", "id"], name="source_due", condition=Q(next_check_at__isnull=False)),
            models.Index(fields=["-added_at", "id"], name="source_by_added"),
            models.Index(
                fields=["intake_at"],
                name="source_awaits_candidates",
                condition=Q(intake_at__isnull=False, candidates_at__isnull=True),
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["desk", "url"], condition=~Q(url=""), name="one_source_per_url"),
            models.UniqueConstraint(fields=["desk", "digest"], condition=~Q(digest=""), name="one_source_per_digest"),
            models.CheckConstraint(
                name="source_has_url_or_digest",
                condition=Q(kind=SourceKind.WEB, digest="") & ~Q(url="")
                | Q(kind__in=[SourceKind.DOCUMENT, SourceKind.TEXT], url="") & ~Q(digest=""),
            ),
            models.CheckConstraint(condition=Q(outcome__in=["", *SourceOutcome.values]), name="source_outcome_known"),
        ]

    def __str__(self) -> str:
        return self.title or self.url or self.file_name or self.first_words or f"Text of {self.added_at:%Y-%m-%d}"


class Snapshot(models.Model):
    """What one check got: the bytes (in the archive), the text read from them, digest and time."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="snapshots")
    fetched_at = models.DateTimeField()
    sha256 = models.CharField("SHA-256", max_length=64)
    size = models.PositiveBigIntegerField(help_text="Bytes of the decoded body.")
    path = models.CharField(max_length=300, help_text="The WARC file, below the snapshot directory.")
    is_revisit = models.BooleanField(default=False)
    original = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="An earlier snapshot with the same body, which holds the text.",
    )
    method = models.PositiveSmallIntegerField(default=0, help_text="By which method it was read, so that it is redone.")
    final_url = models.CharField(max_length=2048, blank=True)
    media_type = models.CharField(max_length=100, blank=True)
    headers = models.JSONField(default=list)
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True, help_text="The full visible text.")
    main_text = models.TextField(blank=True)
    language = models.CharField(max_length=12, blank=True)
    is_complete = models.BooleanField(default=True)
    problems = models.JSONField(default=list)

    class Meta:
        ordering = ["-fetched_at", "id"]
        indexes = [models.Index(fields=["source", "-fetched_at"], name="snapshot_by_source")]

    def __str__(self) -> str:
        return f"{self.sha256[:12]} of {self.fetched_at:%Y-%m-%d %H:%M}"
