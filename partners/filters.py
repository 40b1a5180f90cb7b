"""The filters of the lists: which parameters there are, and the set of rows that they leave."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from claims.matching import QUERY_MAX, holds_all
from claims.models import Claim, Position
from claims.statuses import Status
from partners.pagination import PAGE
from partners.parameters import Parameter, moment, number, one_of, pattern, words
from reviews.models import Publication
from reviews.statuses import EvidenceStatus, PublicationStatus

SLUG = r"[-a-zA-Z0-9_]{1,50}"
LANGUAGE = r"(?=.{1,12}$)[A-Za-z0-9]+(-[A-Za-z0-9]+)*"
ALL = "all"
_TIME = {"type": "string", "anyOf": [{"format": "date-time"}, {"format": "date"}]}

TOPIC = Parameter(
    "topic",
    pattern(SLUG, "topic"),
    "Only claims of this topic: its slug.",
    {"type": "string", "pattern": f"^{SLUG}$"},
    "syria",
)
LANGUAGES = Parameter(
    "language",
    pattern(LANGUAGE, "language tag"),
    "Only this language: a BCP 47 tag, compared as a whole and in any case.",
    {"type": "string", "pattern": "^[A-Za-z0-9]+(-[A-Za-z0-9]+)*$", "maxLength": 12},
    "en",
)
QUERY = Parameter(
    "q",
    words(QUERY_MAX),
    "Only claims that hold all these words, in the claim, the exact words, the headline or the summary. "
    "Endings do not matter, nor does case.",
    {"type": "string", "minLength": 1, "maxLength": QUERY_MAX},
    "coordinates Idlib",
)
UPDATED_AFTER = Parameter(
    "updated_after",
    moment,
    "Only what was updated at this time or later. To keep a copy complete, follow `changes` instead.",
    _TIME,
    "2020-02-04T00:00:00Z",
)

VERDICTS: tuple[Parameter, ...] = (
    Parameter(
        "status",
        one_of(*PublicationStatus.values, ALL),
        "Verdicts in force, withdrawn ones, or all.",
        {"type": "string", "enum": [*PublicationStatus.values, ALL], "default": "in_force"},
        default=PublicationStatus.IN_FORCE.value,
    ),
    Parameter(
        "rating",
        pattern(SLUG, "rating code"),
        "Only this rating: its code.",
        {"type": "string", "pattern": f"^{SLUG}$"},
        "unproven",
    ),
    Parameter(
        "claimant",
        words(200),
        "Only claims of this claimant: its name exactly as in `claim.claimants`.",
        {"type": "string", "minLength": 1, "maxLength": 200},
    ),
    TOPIC,
    LANGUAGES,
    Parameter(
        "published_after",
        moment,
        "Only verdicts first published at this time or later; a date means its first moment in UTC.",
        _TIME,
        "2020-02-04",
    ),
    Parameter(
        "published_before",
        moment,
        "Only verdicts first published before this time; a date means its first moment in UTC.",
        _TIME,
        "2020-02-05",
    ),
    UPDATED_AFTER,
    Parameter(
        "evidence_status",
        one_of(*EvidenceStatus.values),
        "Only verdicts whose evidence is intact, degraded (a passage changed, vanished) or under re-review.",
        {"type": "string", "enum": EvidenceStatus.values},
    ),
    QUERY,
    *PAGE,
)

CLAIMS: tuple[Parameter, ...] = (
    Parameter(
        "status",
        one_of(*Status.values),
        "Only claims of this status.",
        {"type": "string", "enum": Status.values},
    ),
    TOPIC,
    LANGUAGES,
    UPDATED_AFTER,
    QUERY,
    *PAGE,
)

VERSION: tuple[Parameter, ...] = (
    Parameter(
        "version",
        number(1, 2**31 - 1),
        "This version instead of the present one. Not together with `as_of`.",
        {"type": "integer", "minimum": 1, "maximum": 2**31 - 1},
    ),
    Parameter(
        "as_of",
        moment,
        "The version that was in force at this time instead of the present one.",
        _TIME,
    ),
)


def published(asked: Mapping[str, Any]) -> QuerySet[Publication]:
    """The publications that the parameters of VERDICTS leave, in no order yet."""
    rows = Publication.objects.all()
    if asked["status"] != ALL:
        rows = rows.filter(status=asked["status"])
    columns = {
        "rating": "rating_code",
        "evidence_status": "evidence_status",
        "published_after": "published_at__gte",
        "published_before": "published_at__lt",
        "updated_after": "updated_at__gte",
    }
    rows = rows.filter(**{columns[name]: asked[name] for name in columns if asked[name] is not None})
    if asked["language"]:
        rows = rows.filter(language=asked["language"].lower())
    if asked["topic"]:
        rows = rows.filter(claim__in=Claim.objects.filter(topics__slug=asked["topic"]).values("pk"))
    if asked["claimant"]:
        rows = rows.filter(Exists(_claimed_by(asked["claimant"])))
    if asked["q"]:
        rows = rows.filter(holds_all(asked["q"], field="claim"))
    return rows


def _claimed_by(name: str) -> QuerySet[Position]:
    """The positions by which a document names this claimant: those recorded before its publication."""
    known: QuerySet[Position] = Position.objects.asserting().filter(
        claim=OuterRef("claim"), party__name=name, recorded_at__lte=OuterRef("verdict__published_at")
    )
    return known


def claims_of(desk_id: int, asked: Mapping[str, Any]) -> QuerySet[Claim]:
    """The desk's claims that the parameters of CLAIMS leave, in no order yet."""
    rows = Claim.objects.filter(desk=desk_id)
    if asked["status"]:
        rows = rows.in_status(Status(asked["status"]))
    if asked["language"]:
        rows = rows.filter(language=asked["language"].lower())
    if asked["topic"]:
        rows = rows.filter(topics__slug=asked["topic"])
    if asked["updated_after"]:
        rows = rows.filter(updated_at__gte=asked["updated_after"])
    if asked["q"]:
        rows = rows.filter(holds_all(asked["q"], field="pk"))
    return rows
