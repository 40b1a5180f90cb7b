"""Named sets of sources, checks, citations and candidates."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import Exists, OuterRef, Q

from claims.statuses import Status
from sources.statuses import (
    NEEDS_CONFIRMATION,
    OPEN_CHECKS,
    CandidateState,
    CheckStatus,
    PassageOutcome,
    SourceOutcome,
    Visibility,
)

if TYPE_CHECKING:
    from claims.models import Claim, Person
    from sources.models import Candidate, Citation, Host, Source, SourceCheck

PUBLISHED = (Status.PUBLISHED, Status.IN_REVIEW)  # a claim that was published once and is under review stays so


class SourceQuerySet(models.QuerySet["Source"]):
    def visible_to(self, person: Person) -> SourceQuerySet:
        return self.filter(desk__memberships__person=person)

    def due_for_check(self, at: datetime) -> SourceQuerySet:
        """Sources whose next check is due and that have no check open; answered by one partial index."""
        return (
            self.filter(next_check_at__lte=at)
            .exclude(checks__status__in=sorted(OPEN_CHECKS))
            .order_by("next_check_at", "id")
        )

    def relied_upon(self) -> SourceQuerySet:
        """Sources that a published claim relies on: the others are not checked again by themselves."""
        return self.filter(self._relying())

    def not_relied_upon(self) -> SourceQuerySet:
        return self.filter(~self._relying())

    def _relying(self) -> Exists:
        return Exists(
            self.model.objects.filter(
                pk=OuterRef("pk"),
                citations__removed_at__isnull=True,
                citations__claim__status__in=PUBLISHED,
                citations__claim__events__kind="publish",
            )
        )

    def awaiting_candidates(self) -> SourceQuerySet:
        """Sources that were taken in and whose candidate claims are not listed yet, the longest waiting first."""
        return self.filter(intake_at__isnull=False, candidates_at__isnull=True).order_by("intake_at", "id")

    def failing(self) -> SourceQuerySet:
        return self.filter(failing_since__isnull=False).order_by("failing_since", "id")


class SourceCheckQuerySet(models.QuerySet["SourceCheck"]):
    def visible_to(self, person: Person) -> SourceCheckQuerySet:
        return self.filter(source__desk__memberships__person=person)

    def open(self) -> SourceCheckQuerySet:
        return self.filter(status__in=sorted(OPEN_CHECKS))

    def due(self, at: datetime) -> SourceCheckQuerySet:
        """Queued checks whose time has come, and running ones whose lease ran out; oldest first.

        A running one was due when it was taken: so one bounded scan of one partial index answers.
        """
        return self.filter(
            Q(status=CheckStatus.QUEUED) | Q(status=CheckStatus.RUNNING, leased_until__lte=at),
            next_attempt_at__lte=at,
            finished_at__isnull=True,
        ).order_by("next_attempt_at", "id")


class HostQuerySet(models.QuerySet["Host"]):
    def waiting(self, at: datetime) -> HostQuerySet:
        """Hosts that we leave alone for longer than the usual interval: they fail, or asked for a pause."""
        return self.filter(Q(failures__gt=0) | Q(next_allowed_at__gt=at)).order_by("-next_allowed_at", "name")


class CitationQuerySet(models.QuerySet["Citation"]):
    def visible_to(self, person: Person) -> CitationQuerySet:
        return self.filter(claim__desk__memberships__person=person)

    def in_use(self) -> CitationQuerySet:
        """Citations that nobody removed."""
        return self.filter(removed_at__isnull=True)

    def of_published_claims(self) -> CitationQuerySet:
        """Citations in use that a published claim relies on, also while a correction of it is in review."""
        published = self.model.objects.filter(pk=OuterRef("pk"), claim__events__kind="publish")
        return self.in_use().filter(Exists(published), claim__status__in=PUBLISHED)

    def of(self, claim: Claim) -> CitationQuerySet:
        return self.in_use().filter(claim=claim).select_related("source", "position__party").order_by("added_at", "id")

    def public(self) -> CitationQuerySet:
        return self.filter(visibility=Visibility.PUBLIC)

    def lost(self) -> CitationQuerySet:
        """Citations whose evidence is confirmed lost: altered, missing, or its source gone."""
        return self.in_use().filter(
            Q(outcome__in=sorted(NEEDS_CONFIRMATION), is_confirmed=True) | Q(source__outcome=SourceOutcome.GONE)
        )

    def awaiting_confirmation(self) -> CitationQuerySet:
        return self.in_use().filter(outcome__in=sorted(NEEDS_CONFIRMATION), is_confirmed=False)

    def sound(self) -> CitationQuerySet:
        return self.in_use().filter(outcome__in=[PassageOutcome.FOUND, PassageOutcome.MOVED])


class CandidateQuerySet(models.QuerySet["Candidate"]):
    def open(self) -> CandidateQuerySet:
        return self.filter(state=CandidateState.OPEN)

    def by_worth(self) -> CandidateQuerySet:
        """The most checkable first."""
        return self.order_by("-score", "start", "id")
