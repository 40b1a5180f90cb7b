"""Judging: the draft, the rounds it goes through, the blind reviews, contacts with claimants."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from claims.identity import new_id
from claims.models import Claim
from reviews.models.rating import Rating
from reviews.querysets import DraftQuerySet, ReviewQuerySet, RoundQuerySet
from reviews.statuses import Decision, RoundResult, VersionKind
from sources.models import Citation


class Draft(models.Model):
    """What would be published next; one open draft a claim."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="drafts")
    kind = models.CharField(max_length=20, choices=VersionKind.choices, default=VersionKind.FIRST)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, related_name="+")
    headline = models.CharField(max_length=200)
    summary = models.TextField()
    justification = models.TextField(help_text=_("Markdown."))
    what_would_change_it = models.TextField(_("what would change this verdict"))
    searched = models.TextField(
        _("how both sides were searched"), blank=True, help_text=_("Where you looked, and what you did not find.")
    )
    reason = models.TextField(blank=True, help_text=_("Why the published version is corrected or withdrawn."))
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="drafts")
    saved_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)

    objects = DraftQuerySet.as_manager()

    class Meta:
        ordering = ["-saved_at", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["claim"], condition=Q(closed_at__isnull=True), name="one_open_draft_per_claim"
            ),
            models.CheckConstraint(condition=Q(kind__in=VersionKind.values), name="draft_kind_known"),
            models.CheckConstraint(
                condition=Q(kind=VersionKind.FIRST) | ~Q(reason=""), name="draft_of_a_change_has_reason"
            ),
        ]

    def __str__(self) -> str:
        return self.headline


class Round(models.Model):
    """One pass of independent reviews of one exact draft, frozen with its hash."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="rounds")
    number = models.PositiveIntegerField()
    draft = models.ForeignKey(Draft, on_delete=models.PROTECT, related_name="rounds")
    content_hash = models.CharField(max_length=64, help_text="SHA-256 of the draft's canonical content.")
    quorum = models.PositiveSmallIntegerField()
    exceptions = models.JSONField(default=dict, help_text="Evidence gates that were excepted, with the reason.")
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    closed_at = models.DateTimeField(null=True, blank=True)
    result = models.CharField(max_length=12, choices=RoundResult.choices, blank=True)

    objects = RoundQuerySet.as_manager()

    class Meta:
        ordering = ["claim", "number"]
        constraints = [
            models.UniqueConstraint(fields=["claim", "number"], name="one_round_per_number"),
            models.UniqueConstraint(
                fields=["claim"], condition=Q(closed_at__isnull=True), name="one_open_round_per_claim"
            ),
            models.CheckConstraint(
                name="round_result_paired",
                condition=Q(closed_at__isnull=True, result="")
                | Q(closed_at__isnull=False, result__in=RoundResult.values),
            ),
        ]

    def __str__(self) -> str:
        return f"Round {self.number}"


class Review(models.Model):
    """One reviewer's rating, reasons and decision in one round; blind until the whole round has submitted."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    is_adjudication = models.BooleanField(default=False)
    assigned_at = models.DateTimeField()
    assigned_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    submitted_at = models.DateTimeField(null=True, blank=True)
    rating = models.ForeignKey(Rating, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    decision = models.CharField(max_length=10, choices=Decision.choices, null=True, blank=True)  # noqa: DJ001 - null pairs it with submitted_at
    reasons = models.TextField(blank=True)
    content_hash = models.CharField(max_length=64, blank=True, help_text="The draft this review signs.")
    citations = models.ManyToManyField(Citation, blank=True, related_name="reviews")

    objects = ReviewQuerySet.as_manager()

    class Meta:
        ordering = ["assigned_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["round", "reviewer"], name="one_review_per_reviewer_and_round"),
            models.UniqueConstraint(
                fields=["round"], condition=Q(is_adjudication=True), name="one_adjudication_per_round"
            ),
            models.CheckConstraint(
                name="review_submission_paired",
                condition=Q(submitted_at__isnull=True, rating__isnull=True, decision__isnull=True, content_hash="")
                | Q(submitted_at__isnull=False, rating__isnull=False, decision__in=Decision.values)
                & ~Q(content_hash="")
                & ~Q(reasons=""),
            ),
        ]

    def __str__(self) -> str:
        # Never the rating: this string appears in places where reviews are still blind.
        return f"Review by {self.reviewer}"


class Contact(models.Model):
    """An attempt to hear the claimant: whom, how, when, and what came of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="contacts")
    contacted = models.CharField(_("whom"), max_length=200)
    how = models.CharField(max_length=200)
    on = models.DateField()
    response = models.TextField(_("what came of it"))
    logged_at = models.DateTimeField()
    logged_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        ordering = ["on", "logged_at", "id"]

    def __str__(self) -> str:
        return f"{self.contacted}, {self.on}"
