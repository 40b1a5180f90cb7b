"""Partners and their keys."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.identity import new_id
from claims.models import Desk
from partners.querysets import ApiKeyQuerySet


class Partner(models.Model):
    """An organisation that reads verdicts."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="partners")
    name = models.CharField(max_length=200)
    contact = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "name"], name="one_partner_per_desk_and_name"),
            models.CheckConstraint(condition=~Q(name=""), name="partner_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class ApiKey(models.Model):
    """A partner's credential. Only a hash of the secret is kept; the prefix identifies it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="keys")
    prefix = models.CharField(max_length=16, unique=True)
    secret_hash = models.CharField(max_length=64)
    scopes = models.JSONField(default=list)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        ordering = ["-created_at", "id"]
        verbose_name = "API key"
        verbose_name_plural = "API keys"

    def __str__(self) -> str:
        return f"{self.prefix}… of {self.partner}"
