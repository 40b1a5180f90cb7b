"""What happened: a claim's append-only events, the partners' change feed, and comments."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from claims.identity import new_id
from claims.models.claim import Claim
from claims.querysets import ChangeQuerySet
from claims.statuses import Status


class Event(models.Model):
    """One line of a claim's history. The database refuses to change or delete it."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="events")
    at = models.DateTimeField()
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,  # the desk's own workers
        related_name="events",
    )
    kind = models.CharField(max_length=40)
    from_status = models.CharField(max_length=20, blank=True)
    to_status = models.CharField(max_length=20, blank=True)
    note = models.TextField(blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["at", "id"]
        indexes = [models.Index(fields=["claim", "at", "id"], name="event_by_claim")]
        constraints = [
            models.CheckConstraint(
                condition=Q(from_status__in=["", *Status.values]) & Q(to_status__in=["", *Status.values]),
                name="event_statuses_known",
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} at {self.at:%Y-%m-%d %H:%M}"


class ChangeCounter(models.Model):
    """The single row whose lock puts changes in the order in which they commit."""

    id = models.PositiveSmallIntegerField(primary_key=True, default=1)
    last = models.PositiveBigIntegerField(default=0)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=1), name="one_change_counter")]

    def __str__(self) -> str:
        return str(self.last)


class Change(models.Model):
    """One entry of the partner change feed, numbered without gaps in commit order."""

    seq = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    type = models.CharField(max_length=40)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="changes")
    verdict_id = models.UUIDField(null=True)
    verdict_version = models.PositiveIntegerField(null=True)
    is_public = models.BooleanField(default=False)  # False: without `claims:read` only its number shows

    objects = ChangeQuerySet.as_manager()

    class Meta:
        ordering = ["seq"]

    def __str__(self) -> str:
        return f"{self.seq} {self.type}"


class Comment(models.Model):
    """A remark the desk makes to itself about a claim."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="comments")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="comments")
    at = models.DateTimeField()
    text = models.TextField()

    class Meta:
        ordering = ["at", "id"]

    def __str__(self) -> str:
        return self.text[:80]
