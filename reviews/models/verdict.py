"""What we said in public: verdict versions, what is in force, the log, and evidence that was lost since."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from claims.identity import new_id
from claims.models import Claim
from reviews.models.rating import Rating
from reviews.models.review import Round
from reviews.querysets import AlertQuerySet, PublicationQuerySet, VerdictQuerySet
from reviews.statuses import EvidenceStatus, PublicationStatus, VersionKind
from sources.models import Citation


class Verdict(models.Model):
    """One published version. The database refuses to change or delete it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    verdict_id = models.UUIDField(help_text="The public id that all versions of one claim's verdict share.")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="verdicts")
    number = models.PositiveIntegerField()
    kind = models.CharField(max_length=20, choices=VersionKind.choices)
    reason = models.TextField(blank=True)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="verdicts")
    headline = models.CharField(max_length=200)
    summary = models.TextField()
    justification = models.TextField()
    what_would_change_it = models.TextField()
    language = models.CharField(max_length=12)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, null=True, blank=True, related_name="verdicts")
    supersedes = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="superseded_by"
    )
    published_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signatures = models.JSONField(help_text="Who signed which content: [{person, as, at, content_hash}].")
    content_hash = models.CharField(max_length=64)
    document = models.TextField(help_text="The public JSON of this version, canonical (RFC 8785), never changed.")
    citations = models.ManyToManyField(Citation, related_name="verdicts")

    objects = VerdictQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="one_verdict_per_claim_and_number"),
            models.UniqueConstraint(fields=["verdict_id", "number"], name="one_verdict_per_id_and_number"),
            models.CheckConstraint(condition=Q(kind__in=VersionKind.values), name="verdict_kind_known"),
            models.CheckConstraint(
                condition=Q(number=1, supersedes__isnull=True) | Q(number__gt=1, supersedes__isnull=False),
                name="verdict_later_versions_supersede",
            ),
            models.CheckConstraint(
                condition=Q(kind=VersionKind.FIRST) | ~Q(reason=""), name="verdict_change_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.headline} (version {self.number})"


class Publication(models.Model):
    """What partners get for one claim now: the version in force, or that it was withdrawn. One row a claim."""

    id = models.UUIDField(primary_key=True, editable=False, help_text="The verdict's public id.")
    claim = models.OneToOneField(Claim, on_delete=models.PROTECT, related_name="publication")
    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, related_name="publication")
    status = models.CharField(max_length=12, choices=PublicationStatus.choices)
    evidence_status = models.CharField(max_length=12, choices=EvidenceStatus.choices, default=EvidenceStatus.INTACT)
    rating_code = models.SlugField()
    language = models.CharField(max_length=12)
    published_at = models.DateTimeField(help_text="When the verdict was first published.")
    updated_at = models.DateTimeField()
    etag = models.CharField(max_length=64)
    document = models.TextField(help_text="The JSON as served.")

    objects = PublicationQuerySet.as_manager()

    class Meta:
        ordering = ["-published_at", "id"]
        indexes = [
            models.Index(fields=["status", "-published_at", "id"], name="publication_by_time"),
            models.Index(fields=["status", "updated_at", "id"], name="publication_by_update"),
            models.Index(fields=["-published_at", "id"], name="publication_by_any_time"),
            models.Index(fields=["status", "rating_code", "-published_at", "id"], name="publication_by_rating"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=PublicationStatus.values), name="publication_status_known"),
            models.CheckConstraint(
                condition=Q(evidence_status__in=EvidenceStatus.values), name="publication_evidence_known"
            ),
            models.CheckConstraint(condition=Q(updated_at__gte=F("published_at")), name="publication_updated_later"),
        ]

    def __str__(self) -> str:
        return str(self.verdict)


class EvidenceAlert(models.Model):
    """A verdict in force relies on a citation that is confirmed lost: its researcher has to look."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="alerts")
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="alerts")
    outcome = models.CharField(max_length=20)
    raised_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    resolution = models.TextField(blank=True)

    objects = AlertQuerySet.as_manager()

    class Meta:
        ordering = ["raised_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["citation"], condition=Q(closed_at__isnull=True), name="one_open_alert_per_citation"
            ),
            models.CheckConstraint(
                name="alert_closing_paired",
                condition=Q(closed_at__isnull=True, resolution="") | Q(closed_at__isnull=False) & ~Q(resolution=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.outcome}: {self.citation}"


class LogEntry(models.Model):
    """Entry N of the verdict log: the canonical bytes of one published version. Append-only."""

    index = models.PositiveBigIntegerField(primary_key=True)
    verdict = models.OneToOneField(Verdict, on_delete=models.PROTECT, related_name="log_entry")
    entry = models.TextField()
    leaf_hash = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        ordering = ["index"]
        verbose_name_plural = "log entries"

    def __str__(self) -> str:
        return f"Entry {self.index}"


class LogNode(models.Model):
    """The hash of a full subtree of the log: level 0 are leaves, level n covers 2ⁿ entries. Append-only."""

    level = models.PositiveSmallIntegerField()
    index = models.PositiveBigIntegerField()
    hash = models.CharField(max_length=64)

    class Meta:
        ordering = ["level", "index"]
        constraints = [models.UniqueConstraint(fields=["level", "index"], name="one_log_node_per_place")]

    def __str__(self) -> str:
        return f"{self.level}/{self.index}"
