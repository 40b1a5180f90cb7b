"""The robots.txt of each origin, as we last had it."""

from django.db import models
from django.db.models import Q

from sources.statuses import RobotsOutcome


class RobotsFile(models.Model):
    """One origin's robots.txt: the rules as they were at `fetched_at`, and how the last try went."""

    origin = models.CharField(primary_key=True, max_length=300, help_text="Scheme and authority: https://example.org.")
    outcome = models.CharField(max_length=12, choices=RobotsOutcome.choices)
    body = models.TextField(blank=True, help_text="At most the first 500 KiB.")
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    fetched_at = models.DateTimeField(null=True, blank=True, help_text="Empty: it was never had.")
    tried_at = models.DateTimeField(help_text="Later than the above: it could not be had again.")
    detail = models.CharField(max_length=500, blank=True)

    class Meta:
        ordering = ["origin"]
        constraints = [
            models.CheckConstraint(condition=Q(outcome__in=RobotsOutcome.values), name="robots_outcome_known"),
            models.CheckConstraint(
                name="robots_had_when_reached",
                condition=Q(outcome=RobotsOutcome.UNREACHABLE, fetched_at__isnull=True)
                | ~Q(outcome=RobotsOutcome.UNREACHABLE) & Q(fetched_at__isnull=False),
            ),
            models.CheckConstraint(
                condition=Q(outcome=RobotsOutcome.FOUND) | Q(body=""), name="robots_body_when_found"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.origin}/robots.txt"
