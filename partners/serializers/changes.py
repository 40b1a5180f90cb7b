"""The change feed, as described to clients."""

from rest_framework import serializers


class ChangeSerializer(serializers.Serializer[None]):
    """One entry. Of an entry that this reader may not see, only `seq` and the type `hidden` are told."""

    seq = serializers.IntegerField(help_text="Ascending without gaps, in the order in which changes commit.")
    type = serializers.CharField(
        help_text="verdict.published, .corrected, .withdrawn, .evidence_changed; claim.*; or hidden."
    )
    at = serializers.DateTimeField(required=False)
    claim_id = serializers.UUIDField(required=False)
    verdict_id = serializers.UUIDField(required=False, help_text="Of verdict.* entries.")
    version = serializers.IntegerField(required=False, help_text="The verdict's version after the change.")
    url = serializers.URLField(required=False, help_text="Where the API serves the verdict or the claim.")


class ChangesSerializer(serializers.Serializer[None]):
    """A page of the feed."""

    results = ChangeSerializer(many=True)
    next_after = serializers.IntegerField(help_text="What to give as `after` next time.")
    has_more = serializers.BooleanField(help_text="Whether more entries wait already.")


class IndexSerializer(serializers.Serializer[None]):
    """Where everything is."""

    name = serializers.CharField()
    desk = serializers.CharField()
    verdicts = serializers.URLField()
    claims = serializers.URLField()
    changes = serializers.URLField()
    schema = serializers.URLField()
    docs = serializers.URLField()
