"""A claim relying on a source, and the candidates an ingested source offers."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from claims.identity import new_id
from claims.models import Claim, Position
from claims.statuses import ClaimantKind, PositionStance
from sources.models.source import Source
from sources.querysets import CandidateQuerySet, CitationQuerySet
from sources.statuses import CandidateState, CitationRole, CitationStance, PassageOutcome, Visibility


class Citation(models.Model):
    """A quoted passage of a source that a claim relies on (W3C TextQuoteSelector), with what we found of it."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="citations")
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="citations")
    position = models.ForeignKey(Position, on_delete=models.PROTECT, null=True, blank=True, related_name="citations")
    role = models.CharField(max_length=12, choices=CitationRole.choices, default=CitationRole.EVIDENCE)
    stance = models.CharField(max_length=10, choices=CitationStance.choices, default=CitationStance.CONTEXT)
    is_primary = models.BooleanField(_("primary source"), default=False)
    group = models.CharField(
        _("independence group"),
        max_length=60,
        blank=True,
        help_text=_("Sources that repeat one original share a group; empty: independent of all others."),
    )
    visibility = models.CharField(max_length=10, choices=Visibility.choices, default=Visibility.PUBLIC)
    exact = models.TextField(_("quotation"))
    prefix = models.TextField(blank=True)
    suffix = models.TextField(blank=True)
    note = models.TextField(blank=True)
    added_at = models.DateTimeField()
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    removed_at = models.DateTimeField(null=True, blank=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    outcome = models.CharField(max_length=20, choices=PassageOutcome.choices, blank=True)
    outcome_at = models.DateTimeField(null=True, blank=True)
    outcome_since = models.DateTimeField(null=True, blank=True)
    is_confirmed = models.BooleanField(default=False, help_text=_("A later check agreed with the outcome."))

    objects = CitationQuerySet.as_manager()

    class Meta:
        ordering = ["added_at", "id"]
        constraints = [
            models.CheckConstraint(condition=~Q(exact=""), name="citation_has_quotation"),
            models.CheckConstraint(condition=Q(role__in=CitationRole.values), name="citation_role_known"),
            models.CheckConstraint(condition=Q(stance__in=CitationStance.values), name="citation_stance_known"),
            models.CheckConstraint(condition=Q(visibility__in=Visibility.values), name="citation_visibility_known"),
            models.CheckConstraint(
                condition=Q(outcome__in=["", *PassageOutcome.values]), name="citation_outcome_known"
            ),
            models.CheckConstraint(
                name="citation_removal_paired",
                condition=Q(removed_at__isnull=True, removed_by__isnull=True)
                | Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
            models.CheckConstraint(
                name="citation_outcome_paired",
                condition=Q(outcome="", outcome_at__isnull=True, outcome_since__isnull=True)
                | ~Q(outcome="") & Q(outcome_at__isnull=False, outcome_since__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"“{self.exact[:60]}” in {self.source}"


class Candidate(models.Model):
    """A span of an ingested source that looks like a checkable claim."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    source = models.ForeignKey(Source, on_delete=models.PROTECT, related_name="candidates")
    start = models.PositiveIntegerField()
    end = models.PositiveIntegerField()
    text = models.TextField()
    restated = models.TextField(help_text="A neutral statement of the claim, for the desk to edit.")
    claimant = models.CharField(max_length=200, blank=True)
    claimant_kind = models.CharField(max_length=20, choices=ClaimantKind.choices, default=ClaimantKind.UNKNOWN)
    claimant_role = models.CharField(max_length=200, blank=True)
    cue = models.CharField(max_length=200, blank=True)
    stance = models.CharField(max_length=20, choices=PositionStance.choices)
    factors = models.JSONField(default=list, help_text="Why it looks checkable: [{name, weight, evidence}].")
    score = models.FloatField()
    contested_with = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    state = models.CharField(max_length=10, choices=CandidateState.choices, default=CandidateState.OPEN)
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, null=True, blank=True, related_name="candidates")
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    objects = CandidateQuerySet.as_manager()

    class Meta:
        ordering = ["source", "start", "id"]
        constraints = [
            models.CheckConstraint(condition=Q(end__gt=F("start")), name="candidate_span_not_empty"),
            models.CheckConstraint(condition=Q(state__in=CandidateState.values), name="candidate_state_known"),
            models.CheckConstraint(
                name="candidate_accepted_has_claim",
                condition=~Q(state=CandidateState.ACCEPTED) | Q(claim__isnull=False),
            ),
            models.CheckConstraint(
                name="candidate_decision_paired",
                condition=Q(state=CandidateState.OPEN, decided_at__isnull=True, decided_by__isnull=True)
                | ~Q(state=CandidateState.OPEN) & Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.text[:80]
