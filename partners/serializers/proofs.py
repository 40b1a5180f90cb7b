"""The proof that a version is in the verdict log, as described to clients."""

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from partners.serializers.verdicts import LogSerializer

_LEFT = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
_RIGHT = "60303ae22b998861bce3b28f33eec1be758a213c86c93c076dbe9f558c11c752"


class ConsistencySerializer(serializers.Serializer[None]):
    """The proof that the tree extends the one that you kept a checkpoint of."""

    from_size = serializers.IntegerField(help_text="As you asked.")
    hashes = serializers.ListField(child=serializers.CharField(), help_text="Hexadecimal, after RFC 6962 2.1.2.")


class ProofSerializer(serializers.Serializer[None]):
    """All that is needed to check a version without any other address of ours."""

    id = serializers.UUIDField(help_text="Shared by all versions.")
    version = serializers.IntegerField()
    entry = serializers.CharField(help_text="The version's document as it was logged: canonical JSON (RFC 8785).")
    log = LogSerializer()
    tree_size = serializers.IntegerField(help_text="That of the checkpoint.")
    root_hash = serializers.CharField(help_text="That of the checkpoint, hexadecimal.")
    inclusion = serializers.ListField(child=serializers.CharField(), help_text="Hexadecimal, after RFC 6962 2.1.1.")
    consistency = ConsistencySerializer(allow_null=True, help_text="With `from_size` only.")
    checkpoint = serializers.CharField(help_text="The signed note (C2SP tlog-checkpoint).")


PROOF: Mapping[str, Any] = {
    "id": "0190a5b0-7f02-7c11-8e3b-5d1c0a4b2e02",
    "version": 2,
    "entry": '{"citations":[],"claim":{},"…":"…"}',
    "log": {"index": 1, "leaf_hash": _LEFT},
    "tree_size": 2,
    "root_hash": _RIGHT,
    "inclusion": [_RIGHT],
    "consistency": {"from_size": 1, "hashes": [_LEFT]},
    "checkpoint": "desk.example/log\n2\nYDA64iuZiGG847KPM+7BvnWKITyGyTwHbb6fVYwRx1I=\n\n— desk.example/log …\n",
}
