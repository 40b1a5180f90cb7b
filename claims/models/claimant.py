"""Who said it, and what each party says about the claim over time."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.identity import new_id
from claims.models.claim import Claim
from claims.models.desk import Desk
from claims.querysets import PositionQuerySet
from claims.statuses import ClaimantKind, PositionStance


class Claimant(models.Model):
    """A person or organisation that made a claim or spoke about it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="claimants")
    name = models.CharField(max_length=200)
    kind = models.CharField(max_length=20, choices=ClaimantKind.choices, default=ClaimantKind.UNKNOWN)
    role = models.CharField(max_length=200, blank=True)
    same_as = models.JSONField(default=list, blank=True, help_text="Addresses that identify the same party.")

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "name"], name="one_claimant_per_desk_and_name"),
            models.CheckConstraint(condition=Q(kind__in=ClaimantKind.values), name="claimant_kind_known"),
            models.CheckConstraint(condition=~Q(name=""), name="claimant_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """What one party says about a claim at a time. Where it stands is a citation's matter, one app up."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="positions")
    party = models.ForeignKey(Claimant, on_delete=models.PROTECT, related_name="positions")
    stance = models.CharField(max_length=20, choices=PositionStance.choices)
    quote = models.TextField(blank=True)
    said_on = models.DateField(null=True, blank=True)
    place = models.CharField(max_length=200, blank=True)
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    objects = PositionQuerySet.as_manager()

    class Meta:
        ordering = ["said_on", "recorded_at", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(stance__in=PositionStance.values), name="position_stance_known"),
        ]

    def __str__(self) -> str:
        return f"{self.party} {self.get_stance_display().lower()}"
