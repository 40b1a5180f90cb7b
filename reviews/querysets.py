"""Named sets of drafts, rounds, reviews, verdict versions and alerts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from reviews.statuses import PublicationStatus

if TYPE_CHECKING:
    from uuid import UUID

    from claims.models import Claim, Person
    from reviews.models import Draft, EvidenceAlert, Publication, Review, Round, Verdict


class DraftQuerySet(models.QuerySet["Draft"]):
    def open(self) -> DraftQuerySet:
        return self.filter(closed_at__isnull=True)


class RoundQuerySet(models.QuerySet["Round"]):
    def open(self) -> RoundQuerySet:
        return self.filter(closed_at__isnull=True)


class ReviewQuerySet(models.QuerySet["Review"]):
    def submitted(self) -> ReviewQuerySet:
        return self.filter(submitted_at__isnull=False)

    def waiting_for(self, person: Person) -> ReviewQuerySet:
        """Reviews this person still owes, oldest first."""
        return self.filter(reviewer=person, submitted_at__isnull=True, round__closed_at__isnull=True).order_by(
            "assigned_at", "id"
        )

    def readable_by(self, person: Person) -> ReviewQuerySet:
        """Blindness as a set: one's own reviews, and those of rounds in which nobody owes a review any more.

        A round that was sent back early stays blind for good: what was written in it was written in confidence
        of being independent of reviews that were never given.
        """
        owed = self.model._default_manager.filter(round=OuterRef("round"), submitted_at__isnull=True)
        return self.filter(Q(reviewer=person) | ~Exists(owed), round__claim__desk__memberships__person=person)


class VerdictQuerySet(models.QuerySet["Verdict"]):
    def of(self, verdict_id: UUID) -> VerdictQuerySet:
        return self.filter(verdict_id=verdict_id).order_by("number")

    def as_of(self, at: datetime) -> VerdictQuerySet:
        """Versions that were published by then, the latest first."""
        return self.filter(published_at__lte=at).order_by("-number")


class PublicationQuerySet(models.QuerySet["Publication"]):
    def in_force(self) -> PublicationQuerySet:
        return self.filter(status=PublicationStatus.IN_FORCE)

    def newest_first(self) -> PublicationQuerySet:
        return self.order_by("-published_at", "id")


class AlertQuerySet(models.QuerySet["EvidenceAlert"]):
    def open(self) -> AlertQuerySet:
        return self.filter(closed_at__isnull=True)

    def of(self, claim: Claim) -> AlertQuerySet:
        return self.filter(claim=claim).select_related("citation__source").order_by("raised_at", "id")
