"""A claim: one checkable statement, neutrally restated, with the exact words kept."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.identity import new_id
from claims.models.desk import Desk
from claims.querysets import ClaimQuerySet
from claims.statuses import DeclineReason, RelationKind, Risk, Status

TEXT_MAX = 1000


def _all_or_none(name: str, *fields: str) -> models.CheckConstraint:
    """A constraint: the fields are set together or not at all."""
    every_set = Q(**{f"{field}__isnull": False for field in fields})
    none_set = Q(**{f"{field}__isnull": True for field in fields})
    return models.CheckConstraint(name=name, condition=every_set | none_set)


class Topic(models.Model):
    """What a claim is about, as the desk sorts its work."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="topics")
    slug = models.SlugField()
    name = models.CharField(max_length=200)

    class Meta:
        ordering = ["slug", "pk"]
        constraints = [models.UniqueConstraint(fields=["desk", "slug"], name="one_topic_per_desk_and_slug")]

    def __str__(self) -> str:
        return self.name


class Claim(models.Model):
    """The founding row. Its `status` is written by `claims.workflow` alone."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="claims")
    text = models.CharField(_("claim"), max_length=TEXT_MAX)
    said = models.TextField(_("exact words"), blank=True)
    language = models.CharField(max_length=12, default="en")
    topics = models.ManyToManyField(Topic, blank=True, related_name="claims")
    risk = models.CharField(max_length=10, choices=Risk.choices, default=Risk.NORMAL)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.SUBMITTED)
    version = models.PositiveIntegerField(default=1)  # raised by every change: a stale form is found by it

    submitted_at = models.DateTimeField()
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="submitted_claims"
    )
    researcher = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="researched_claims"
    )
    research_started_at = models.DateTimeField(null=True, blank=True)
    selection_reason = models.TextField(_("why this claim"), blank=True)
    decline_reason = models.CharField(max_length=20, choices=DeclineReason.choices, null=True, blank=True)  # noqa: DJ001 - null pairs it with declined_at
    declined_at = models.DateTimeField(null=True, blank=True)
    declined_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="declined_claims"
    )
    updated_at = models.DateTimeField()

    objects = ClaimQuerySet.as_manager()

    class Meta:
        ordering = ["-updated_at", "id"]
        indexes = [
            models.Index(fields=["status", "-updated_at", "id"], name="claim_by_status"),
            models.Index(fields=["-updated_at", "id"], name="claim_by_update"),
            models.Index(fields=["researcher", "status"], name="claim_by_researcher"),
            models.Index(fields=["desk", "-submitted_at", "id"], name="claim_by_submission"),
        ]
        constraints = [
            models.CheckConstraint(condition=Q(status__in=Status.values), name="claim_status_known"),
            models.CheckConstraint(condition=Q(risk__in=Risk.values), name="claim_risk_known"),
            models.CheckConstraint(condition=~Q(text=""), name="claim_has_text"),
            _all_or_none("claim_research_paired", "researcher", "research_started_at"),
            _all_or_none("claim_decline_paired", "decline_reason", "declined_at", "declined_by"),
            models.CheckConstraint(
                name="claim_declined_has_reason",
                condition=~Q(status=Status.DECLINED) | Q(decline_reason__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_in_work_has_researcher",
                condition=Q(status__in=[Status.SUBMITTED, Status.DECLINED]) | Q(researcher__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Rows are only ever inserted here: a later write goes through `claims.workflow` and its version token."""
        if not self._state.adding:
            raise RuntimeError("A claim is changed by claims.workflow alone.")
        super().save(*args, **kwargs)


class ClaimRelation(models.Model):
    """How one claim stands to another: same as, narrower than, contradicts, depends on."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="relations")
    kind = models.CharField(max_length=20, choices=RelationKind.choices)
    other = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="relations_to")
    note = models.TextField(blank=True)
    related_at = models.DateTimeField()
    related_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["related_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "kind", "other"], name="one_relation_of_a_kind"),
            models.CheckConstraint(condition=~Q(claim=models.F("other")), name="relation_joins_two_claims"),
            models.CheckConstraint(condition=Q(kind__in=RelationKind.values), name="relation_kind_known"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.other}"
