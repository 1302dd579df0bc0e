"""What the ledger's calls take."""

from typing import Any

from rest_framework import serializers


class StatementQuerySerializer(serializers.Serializer[Any]):
    asset = serializers.RegexField(r"^[A-Z]{3,16}$", default="COIN")
    cursor = serializers.IntegerField(min_value=1, max_value=2**63 - 1, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class FreezeSerializer(serializers.Serializer[Any]):
    owner_id = serializers.CharField(max_length=100)
    reason = serializers.CharField(max_length=500)
