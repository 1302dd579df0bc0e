"""What the ledger's calls take and give."""

from typing import Any

from rest_framework import serializers

from flextx.http.fields import NO_NUL, Text
from flextx.http.serializers import PageQuerySerializer, ReasonSerializer


class StatementQuerySerializer(PageQuerySerializer):
    asset = Text(pattern=r"^[A-Z]{3,16}$", default="COIN")


class FreezeSerializer(ReasonSerializer):
    owner_id = Text(pattern=NO_NUL, max_length=100)


class BalanceSerializer(serializers.Serializer[Any]):
    asset = serializers.CharField()
    available = serializers.IntegerField()
    held = serializers.IntegerField()
    owed = serializers.IntegerField()
    updated_at = serializers.DateTimeField()


class BalancesSerializer(serializers.Serializer[Any]):
    owner_id = serializers.CharField()
    balances = BalanceSerializer(many=True)


class StatementLineSerializer(serializers.Serializer[Any]):
    transfer_id = serializers.UUIDField()
    asset = serializers.CharField()
    direction = serializers.ChoiceField(choices=["credit", "debit"])
    amount = serializers.IntegerField(min_value=1)
    balance_after = serializers.IntegerField()
    kind = serializers.CharField()
    cause_id = serializers.CharField()
    created_at = serializers.DateTimeField()


class FrozenSerializer(serializers.Serializer[Any]):
    owner_id = serializers.CharField()
    frozen = serializers.BooleanField()
