"""Documents of verdicts, as described to clients."""

from rest_framework import serializers

from partners.serializers.parts import CitationSerializer, ClaimantSerializer, PositionSerializer
from reviews.statuses import SUPERSEDED, EvidenceStatus, PublicationStatus, VersionKind

STATUSES = [*PublicationStatus.values, SUPERSEDED]
CORRECTIONS = [kind.value for kind in VersionKind if kind is not VersionKind.FIRST]


class FirstAppearanceSerializer(serializers.Serializer[None]):
    """The earliest known place where the claim was said."""

    url = serializers.CharField(allow_null=True)
    published_on = serializers.DateField()


class CheckedClaimSerializer(serializers.Serializer[None]):
    """The claim that a verdict is about."""

    id = serializers.UUIDField()
    text = serializers.CharField(help_text="Neutrally restated.")
    said = serializers.CharField(allow_blank=True, help_text="The exact words.")
    language = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    claimants = ClaimantSerializer(many=True)
    first_appearance = FirstAppearanceSerializer(allow_null=True)
    positions = PositionSerializer(many=True, help_text="In time order.")


class RatingSerializer(serializers.Serializer[None]):
    """A point on the desk's rating scale, or off it."""

    code = serializers.CharField()
    label = serializers.CharField(help_text="In the verdict's language.")  # type: ignore[assignment]  # Field has an argument of this name
    value = serializers.IntegerField(allow_null=True, help_text="None: off the scale, e.g. unproven.")
    worst = serializers.IntegerField()
    best = serializers.IntegerField()
    scale_version = serializers.IntegerField()


class CorrectionSerializer(serializers.Serializer[None]):
    """Why this version replaced the one before."""

    type = serializers.ChoiceField(choices=CORRECTIONS, help_text="`void`: the verdict was withdrawn.")
    reason = serializers.CharField()
    at = serializers.DateTimeField()
    supersedes = serializers.IntegerField(help_text="The version that it replaced.")


class LogSerializer(serializers.Serializer[None]):
    """Where this version stands in the transparency log."""

    index = serializers.IntegerField()
    leaf_hash = serializers.CharField()


class VerdictSerializer(serializers.Serializer[None]):
    """A verdict as it stands, or one of its versions."""

    id = serializers.UUIDField(help_text="Shared by all versions.")
    version = serializers.IntegerField()
    url = serializers.URLField(help_text="The public page.")
    status = serializers.ChoiceField(choices=STATUSES)
    evidence_status = serializers.ChoiceField(choices=EvidenceStatus.choices)
    claim = CheckedClaimSerializer()
    rating = RatingSerializer()
    headline = serializers.CharField()
    summary = serializers.CharField()
    justification = serializers.CharField(help_text="Markdown.")
    what_would_change_it = serializers.CharField()
    language = serializers.CharField()
    citations = CitationSerializer(many=True)
    gate_exceptions = serializers.DictField(
        child=serializers.CharField(),
        help_text="Requirements of evidence that were excepted, with the reason.",
    )
    correction = CorrectionSerializer(allow_null=True)
    published_at = serializers.DateTimeField(help_text="When the verdict was first published.")
    updated_at = serializers.DateTimeField(help_text="When anything of this document changed last.")
    version_published_at = serializers.DateTimeField()
    content_hash = serializers.CharField(help_text="SHA-256 of what the reviewers signed.")
    log = LogSerializer()


class VerdictPageSerializer(serializers.Serializer[None]):
    """A page of verdicts, newest first."""

    results = VerdictSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; None on the last one.")
    count = serializers.IntegerField(required=False, help_text="Only with `count=exact`.")


class VersionSerializer(serializers.Serializer[None]):
    """One version in short."""

    version = serializers.IntegerField()
    url = serializers.URLField(help_text="Where this version is served.")
    status = serializers.ChoiceField(choices=STATUSES)
    rating = serializers.CharField(help_text="Its code.")
    headline = serializers.CharField()
    published_at = serializers.DateTimeField()
    correction = CorrectionSerializer(allow_null=True)
    content_hash = serializers.CharField()
    log = LogSerializer()


class VersionsSerializer(serializers.Serializer[None]):
    """All versions of a verdict, the first one first."""

    id = serializers.UUIDField()
    results = VersionSerializer(many=True)
