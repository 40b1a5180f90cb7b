"""The parts that documents of verdicts and of claims have in common."""

from rest_framework import serializers

from claims.statuses import ClaimantKind, PositionStance
from sources.statuses import CitationRole, CitationStance, PassageOutcome, SourceOutcome


class ClaimantSerializer(serializers.Serializer[None]):
    """A person or organisation that made the claim."""

    name = serializers.CharField()
    kind = serializers.ChoiceField(choices=ClaimantKind.choices)
    role = serializers.CharField(allow_blank=True, help_text="E.g. “spokesperson”.")
    same_as = serializers.ListField(child=serializers.CharField(), help_text="Addresses that identify the same party.")


class PositionSerializer(serializers.Serializer[None]):
    """What one party says about the claim at a time."""

    party = serializers.CharField()
    stance = serializers.ChoiceField(choices=PositionStance.choices)
    on = serializers.DateField(allow_null=True, help_text="When it was said.")
    place = serializers.CharField(allow_blank=True)
    quote = serializers.CharField(allow_blank=True)
    source = serializers.CharField(allow_null=True, help_text="Where it stands: a URL.")  # type: ignore[assignment]  # Field has an argument of this name


class QuotationSerializer(serializers.Serializer[None]):
    """A passage after the W3C TextQuoteSelector."""

    exact = serializers.CharField()
    prefix = serializers.CharField(allow_blank=True)
    suffix = serializers.CharField(allow_blank=True)


class SourceSerializer(serializers.Serializer[None]):
    """Where a passage stands."""

    url = serializers.CharField(allow_null=True, help_text="None for documents and pasted texts.")
    publisher = serializers.CharField(allow_blank=True)
    title = serializers.CharField(allow_blank=True)
    published_on = serializers.DateField(allow_null=True)


class CheckedSourceSerializer(SourceSerializer):
    """Where a passage stands, and what the last check found out about that place."""

    outcome = serializers.ChoiceField(choices=SourceOutcome.choices, allow_null=True)
    checked_at = serializers.DateTimeField(allow_null=True)


class CitationSerializer(serializers.Serializer[None]):
    """A passage that is relied on. A sealed one has `withheld` instead of source, quotation and snapshot."""

    id = serializers.UUIDField()
    stance = serializers.ChoiceField(choices=CitationStance.choices)
    role = serializers.ChoiceField(choices=CitationRole.choices)
    primary = serializers.BooleanField(required=False, help_text="Whether it is a primary source.")
    source = SourceSerializer(required=False)  # type: ignore[assignment]  # Field has an argument of this name
    quotation = QuotationSerializer(required=False)
    withheld = serializers.CharField(required=False, help_text="Why source and quotation are not shown.")
    outcome = serializers.ChoiceField(
        choices=PassageOutcome.choices, allow_null=True, help_text="None: not checked yet."
    )
    checked_at = serializers.DateTimeField(allow_null=True)
    snapshot_sha256 = serializers.CharField(
        required=False, allow_null=True, help_text="SHA-256 of the copy that the desk holds."
    )
