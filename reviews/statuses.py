"""The words for drafts, rounds, reviews, verdict versions and evidence status."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class VersionKind(TextChoices):
    """Why a draft, and the verdict version that comes of it, was made."""

    FIRST = "first", _("First publication")
    RATING_CHANGE = "rating_change", _("Rating change")
    FACTUAL = "factual", _("Factual correction")
    CLARIFICATION = "clarification", _("Clarification")
    UPDATE = "update", _("Update")
    VOID = "void", _("Withdrawal")


# Corrections that a second person signs at once; a rating change goes through a full round instead.
SIGNED_AT_ONCE = frozenset({VersionKind.FACTUAL, VersionKind.CLARIFICATION, VersionKind.UPDATE})


class Decision(TextChoices):
    """What a reviewer wants done with the draft."""

    ENDORSE = "endorse", _("Endorse the draft")
    CHANGES = "changes", _("Ask for changes")


class RoundResult(TextChoices):
    PUBLISHED = "published", _("Published")
    SENT_BACK = "sent_back", _("Sent back")
    DROPPED = "dropped", _("Dropped: the verdict in force was kept")


class PublicationStatus(TextChoices):
    IN_FORCE = "in_force", _("In force")
    WITHDRAWN = "withdrawn", _("Withdrawn")


SUPERSEDED = "superseded"  # of an older version, in documents; never of a publication


class EvidenceStatus(TextChoices):
    INTACT = "intact", _("Intact")
    DEGRADED = "degraded", _("Degraded")
    UNDER_REVIEW = "under_review", _("Under re-review")


class Gate(TextChoices):
    """What the evidence must show before a round opens; each may be excepted in writing."""

    INDEPENDENT_SOURCES = "independent_sources", _("At least two independent sources")
    BOTH_SIDES_SEARCHED = "both_sides_searched", _("Both sides searched")
    ALL_CHECKED = "all_checked", _("Every citation checked at least once")
    CLAIMANT_CONTACTED = "claimant_contacted", _("Claimant contacted")
