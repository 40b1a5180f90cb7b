"""Documents of claims, as described to clients."""

from rest_framework import serializers

from claims.statuses import DeclineReason, Status
from partners.serializers.parts import (
    CheckedSourceSerializer,
    CitationSerializer,
    ClaimantSerializer,
    PositionSerializer,
)
from reviews.statuses import PublicationStatus


class AppearanceSerializer(serializers.Serializer[None]):
    """A place where the claim was said."""

    citation = serializers.UUIDField(help_text="Its citation.")
    url = serializers.CharField(allow_null=True)
    publisher = serializers.CharField(allow_blank=True)
    published_on = serializers.DateField(allow_null=True)


class CheckedCitationSerializer(CitationSerializer):
    """A passage that is relied on. A sealed one has `withheld` instead of source, quotation and snapshot."""

    source = CheckedSourceSerializer(required=False)


class DeclinedSerializer(serializers.Serializer[None]):
    """Why the desk does not take the claim on."""

    reason = serializers.ChoiceField(choices=DeclineReason.choices)
    note = serializers.CharField(allow_blank=True)
    at = serializers.DateTimeField()


class VerdictOfClaimSerializer(serializers.Serializer[None]):
    """The claim's verdict."""

    id = serializers.UUIDField()
    version = serializers.IntegerField()
    status = serializers.ChoiceField(choices=PublicationStatus.choices)
    url = serializers.URLField(help_text="Where the API serves it.")


class ClaimSerializer(serializers.Serializer[None]):
    """A claim, whatever its status, with the evidence that partners may see."""

    id = serializers.UUIDField()
    url = serializers.URLField(help_text="Where the API serves it.")
    status = serializers.ChoiceField(choices=Status.choices)
    text = serializers.CharField(help_text="Neutrally restated.")
    said = serializers.CharField(allow_blank=True, help_text="The exact words.")
    language = serializers.CharField()
    topics = serializers.ListField(child=serializers.CharField())
    claimants = ClaimantSerializer(many=True)
    positions = PositionSerializer(many=True, help_text="In time order.")
    appearances = AppearanceSerializer(many=True, help_text="In time order.")
    citations = CheckedCitationSerializer(many=True)
    declined = DeclinedSerializer(allow_null=True)
    verdict = VerdictOfClaimSerializer(allow_null=True)
    submitted_at = serializers.DateTimeField()
    updated_at = serializers.DateTimeField()


class ClaimPageSerializer(serializers.Serializer[None]):
    """A page of claims, newest first."""

    results = ClaimSerializer(many=True)
    next = serializers.URLField(allow_null=True, help_text="The next page; None on the last one.")
    count = serializers.IntegerField(required=False, help_text="Only with `count=exact`.")
