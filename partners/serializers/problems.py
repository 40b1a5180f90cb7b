"""Problems (RFC 9457), as described to clients."""

from rest_framework import serializers


class FaultSerializer(serializers.Serializer[None]):
    """One faulty field or parameter."""

    field = serializers.CharField(help_text="The parameter or field.")
    message = serializers.CharField(help_text="What is wrong with it, and the fix.")


class ProblemSerializer(serializers.Serializer[None]):
    """Why a request was not answered (RFC 9457)."""

    type = serializers.URLField(help_text="What kind of problem it is: compare this. It never changes.")
    title = serializers.CharField(help_text="The kind in words.")
    status = serializers.IntegerField(help_text="The HTTP status.")
    detail = serializers.CharField(help_text="What happened this time, for people.")
    errors = FaultSerializer(many=True, required=False, help_text="Each faulty field or parameter.")  # type: ignore[assignment]  # a property of serializers is called so
