"""The words for sources, citations, checks and their outcomes."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class SourceKind(TextChoices):
    WEB = "web", _("Web page")
    DOCUMENT = "document", _("Uploaded document")
    TEXT = "text", _("Pasted text")


class SourceOutcome(TextChoices):
    """What a check found out about a source."""

    ALIVE = "alive", _("Alive")
    CHANGED = "changed", _("Changed")
    REDIRECTED = "redirected", _("Redirected")
    GONE = "gone", _("Gone")
    UNREACHABLE = "unreachable", _("Unreachable")
    BLOCKED = "blocked", _("Blocked")
    REFUSED = "refused", _("Refused by our rules")
    INCONCLUSIVE = "inconclusive", _("Not read whole")


class PassageOutcome(TextChoices):
    """What a check found out about one citation's quotation."""

    FOUND = "found", _("Found")
    MOVED = "moved", _("Moved")
    ALTERED = "altered", _("Altered")
    MISSING = "missing", _("Missing")
    INCONCLUSIVE = "inconclusive", _("Inconclusive")


# Outcomes that need a second check before they count against a verdict.
NEEDS_CONFIRMATION = frozenset({PassageOutcome.ALTERED, PassageOutcome.MISSING})


class CheckStatus(TextChoices):
    """Done: looked at an answer. Failed: could not look (unreachable, refused). Quarantined: broke our worker."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    DONE = "done", _("Done")
    FAILED = "failed", _("Failed")
    QUARANTINED = "quarantined", _("Quarantined")


OPEN_CHECKS = frozenset({CheckStatus.QUEUED, CheckStatus.RUNNING})


class CheckReason(TextChoices):
    ADDED = "added", _("Added to a claim")
    ASKED = "asked", _("Asked for by the desk")
    SCHEDULED = "scheduled", _("On schedule")
    CONFIRMATION = "confirmation", _("To confirm a change")
    RETRY = "retry", _("Retried by the desk")


class CitationRole(TextChoices):
    APPEARANCE = "appearance", _("Appearance: where the claim was said")
    EVIDENCE = "evidence", _("Evidence")


class CitationStance(TextChoices):
    SUPPORTS = "supports", _("Supports")
    REFUTES = "refutes", _("Refutes")
    CONTEXT = "context", _("Context")


class Visibility(TextChoices):
    PUBLIC = "public", _("Public")
    PARTNER = "partner", _("Partners")
    DESK = "desk", _("Desk only")
    SEALED = "sealed", _("Sealed: a source withheld for safety")


class CandidateState(TextChoices):
    OPEN = "open", _("Open")
    ACCEPTED = "accepted", _("Accepted")
    DISMISSED = "dismissed", _("Dismissed")


class RobotsOutcome(TextChoices):
    """Found: its rules count. None: there is no file, everything is allowed. Unreachable: it was never had."""

    FOUND = "found", _("Found")
    NONE = "none", _("There is none")
    UNREACHABLE = "unreachable", _("Unreachable")


class Archive(TextChoices):
    """How an outside archive is asked: for a copy that it has, or to make one."""

    MEMENTO = "memento", _("Memento archive")
    SAVE_PAGE_NOW = "save_page_now", _("Save Page Now")


class CopyStatus(TextChoices):
    """Held: the archive has it, and we know where. Failed: it has none, refused, or could not be asked."""

    QUEUED = "queued", _("Queued")
    RUNNING = "running", _("Running")
    HELD = "held", _("Held")
    FAILED = "failed", _("Failed")


OPEN_COPIES = frozenset({CopyStatus.QUEUED, CopyStatus.RUNNING})
