"""The ledger of source checks: the row is the truth, a message only a hint."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.identity import new_id
from sources.models.citation import Citation
from sources.models.source import Snapshot, Source
from sources.querysets import HostQuerySet, SourceCheckQuerySet
from sources.statuses import OPEN_CHECKS, CheckReason, CheckStatus, PassageOutcome, SourceOutcome


class SourceCheck(models.Model):
    """One attempt-counted job: fetch a source, archive what came back, look for every quotation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="checks")
    host = models.CharField(max_length=260, blank=True, help_text="The source's, so that turns are taken by it.")
    status = models.CharField(max_length=12, choices=CheckStatus.choices, default=CheckStatus.QUEUED)
    reason = models.CharField(max_length=20, choices=CheckReason.choices)
    requested_at = models.DateTimeField()
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    attempt = models.PositiveIntegerField(default=0, help_text="The fence: only the latest attempt may record.")
    next_attempt_at = models.DateTimeField()
    look_again = models.BooleanField(default=False, help_text="Another passage was cited while it ran.")
    leased_until = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    outcome = models.CharField(max_length=20, choices=SourceOutcome.choices, blank=True)
    detail = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveIntegerField(null=True, blank=True)
    final_url = models.CharField(max_length=2048, blank=True)
    hops = models.JSONField(default=list, blank=True)
    elapsed_ms = models.PositiveIntegerField(null=True, blank=True)
    snapshot = models.ForeignKey(Snapshot, on_delete=models.PROTECT, null=True, blank=True, related_name="checks")

    objects = SourceCheckQuerySet.as_manager()

    class Meta:
        ordering = ["-requested_at", "-id"]
        indexes = [
            models.Index(
                fields=["next_attempt_at", "id"],
                name="check_due",
                # Not by status: SQLite passes over a partial index whose condition comes as parameters.
                condition=Q(finished_at__isnull=True),
            ),
            models.Index(fields=["source", "-requested_at"], name="check_by_source"),
            models.Index(fields=["-requested_at", "-id"], name="check_by_request"),
            models.Index(fields=["host"], name="check_running_by_host", condition=Q(leased_until__isnull=False)),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source"],
                condition=Q(status__in=sorted(OPEN_CHECKS)),
                name="one_open_check_per_source",
            ),
            models.CheckConstraint(condition=Q(status__in=CheckStatus.values), name="check_status_known"),
            models.CheckConstraint(
                name="check_running_is_leased",
                condition=~Q(status=CheckStatus.RUNNING) | Q(leased_until__isnull=False),
            ),
            models.CheckConstraint(
                name="check_open_until_finished",
                condition=Q(status__in=sorted(OPEN_CHECKS), finished_at__isnull=True)
                | ~Q(status__in=sorted(OPEN_CHECKS)) & Q(finished_at__isnull=False),
            ),
            models.CheckConstraint(
                name="check_ended_has_outcome",
                condition=~Q(status__in=[CheckStatus.DONE, CheckStatus.FAILED])
                | ~Q(outcome="") & Q(finished_at__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} check of {self.source}"


class Finding(models.Model):
    """What one source check found for one citation."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    check_run = models.ForeignKey(SourceCheck, on_delete=models.PROTECT, related_name="findings")
    citation = models.ForeignKey(Citation, on_delete=models.PROTECT, related_name="findings")
    outcome = models.CharField(max_length=20, choices=PassageOutcome.choices)
    at = models.DateTimeField()
    similarity = models.FloatField(null=True, blank=True, help_text="0 to 1, for altered passages.")
    passage = models.TextField(blank=True, help_text="What stands there now.")
    prefix = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    diff = models.JSONField(default=list, help_text="Word diff: [[equal|delete|insert, words], …].")

    class Meta:
        ordering = ["-at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["check_run", "citation"], name="one_finding_per_check_and_citation"),
            models.CheckConstraint(condition=Q(outcome__in=PassageOutcome.values), name="finding_outcome_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_outcome_display()} at {self.at:%Y-%m-%d %H:%M}"


class Host(models.Model):
    """How politely one host is treated: not before `next_allowed_at`, then once in an interval."""

    name = models.CharField(primary_key=True, max_length=260)
    next_allowed_at = models.DateTimeField()
    interval = models.DurationField(null=True, blank=True, help_text="What its robots.txt asks for; empty: ours.")
    last_outcome = models.CharField(max_length=20, choices=SourceOutcome.choices, blank=True)
    last_answer_at = models.DateTimeField(null=True, blank=True)
    failures = models.PositiveIntegerField(default=0, help_text="Answers in a row that did not come.")
    fetches = models.PositiveBigIntegerField(default=0)

    objects = HostQuerySet.as_manager()

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
