"""Versioned rating scales: what a verdict may say, in every language."""

from django.db import models
from django.db.models import F, Q

from claims.models import Desk


class RatingScale(models.Model):
    """One version of a desk's scale; the latest version is the one drafts use."""

    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="scales")
    code = models.SlugField()
    version = models.PositiveIntegerField()
    worst = models.PositiveSmallIntegerField()
    best = models.PositiveSmallIntegerField()
    checklist = models.JSONField(default=list, help_text="What a publisher confirms before publishing.")

    class Meta:
        ordering = ["desk", "code", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["desk", "code", "version"], name="one_scale_per_version"),
            models.CheckConstraint(condition=Q(worst__gte=1, best__gt=F("worst")), name="scale_has_a_span"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"


class Rating(models.Model):
    """A point on a scale, or off it (`value` None: unproven, satire, not checkable)."""

    scale = models.ForeignKey(RatingScale, on_delete=models.PROTECT, related_name="ratings")
    code = models.SlugField()
    label = models.JSONField(help_text="By language.")
    definition = models.JSONField(help_text="By language.")
    value = models.PositiveSmallIntegerField(null=True, blank=True)
    claimreview_label = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["scale", "position"]
        constraints = [models.UniqueConstraint(fields=["scale", "code"], name="one_rating_per_scale_and_code")]

    def __str__(self) -> str:
        return self.label_in("en")

    def label_in(self, language: str) -> str:
        """The label in the language, else in English, else the code."""
        return str(self.label.get(language.split("-")[0]) or self.label.get("en") or self.code)
