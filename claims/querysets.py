"""Named sets of claims, positions and changes: admin, API and tasks all start here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.db import models

from claims.statuses import PositionStance, Status

if TYPE_CHECKING:
    from claims.models import Change, Claim, Person, Position


class ClaimQuerySet(models.QuerySet["Claim"]):
    def visible_to(self, person: Person) -> ClaimQuerySet:
        """Claims of the desks the person belongs to."""
        return self.filter(desk__memberships__person=person)

    def in_status(self, *statuses: Status) -> ClaimQuerySet:
        return self.filter(status__in=statuses)

    def researched_by(self, person: Person) -> ClaimQuerySet:
        return self.filter(researcher=person)

    def unclaimed(self) -> ClaimQuerySet:
        """Submitted and taken by nobody, oldest first."""
        return self.filter(status=Status.SUBMITTED).order_by("submitted_at", "id")

    def for_page(self) -> ClaimQuerySet:
        """With everything that a claim's head shows."""
        return self.select_related("desk", "researcher", "submitted_by", "declined_by").prefetch_related("topics")

    def update(self, **values: Any) -> int:
        """Bulk updates may not write the status: only `claims.workflow.move` does."""
        if "status" in values:
            raise RuntimeError("A claim's status is moved by claims.workflow alone.")
        return super().update(**values)

    def _move(self, **values: Any) -> int:
        """The conditional update behind `claims.workflow.move`, and nobody else's."""
        return super().update(**values)


class PositionQuerySet(models.QuerySet["Position"]):
    def in_time_order(self) -> PositionQuerySet:
        """Oldest first; a position of unknown date comes after the dated ones."""
        return self.order_by(models.F("said_on").asc(nulls_last=True), "recorded_at", "id")

    def asserting(self) -> PositionQuerySet:
        return self.filter(stance=PositionStance.ASSERTS)


class ChangeQuerySet(models.QuerySet["Change"]):
    def after(self, seq: int) -> ChangeQuerySet:
        return self.filter(seq__gt=seq).order_by("seq")
