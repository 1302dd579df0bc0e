"""What the gift calls take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339, rfc3339_if_any
from flextx.http.fields import Text, WholeNumber, YesNo
from flextx.http.serializers import ReasonSerializer
from order_service.gifts.models import Gift, GiftProduct

COUNT_MAX = 999
COMMENT_LENGTH_MAX = 200


class SendGiftSerializer(serializers.Serializer[Any]):
    room_id = Text(max_length=100)
    gift_product_id = Text(max_length=100)
    count = WholeNumber(min_value=1, max_value=COUNT_MAX, default=1)
    comment = Text(max_length=COMMENT_LENGTH_MAX, allow_blank=True, default="")


class GiftQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Gift.Status.choices, required=False)
    cursor = Text(pattern=r"^G[0-9a-f]{32}$", required=False)
    limit = WholeNumber(min_value=1, max_value=200, default=50)


class UndoGiftSerializer(ReasonSerializer):
    to_debt = YesNo(default=False)


class GiftProductSerializer(serializers.Serializer[Any]):
    gift_product_id = serializers.CharField()
    coins = serializers.IntegerField(min_value=1)


class GiftSerializer(serializers.Serializer[Any]):
    gift_id = serializers.CharField()
    run_id = serializers.UUIDField()
    undo_run_id = serializers.UUIDField(allow_null=True)
    status = serializers.ChoiceField(choices=Gift.Status.choices)
    reason = serializers.CharField(allow_null=True)
    sender_id = serializers.CharField()
    room_id = serializers.CharField()
    host_id = serializers.CharField()
    gift_product_id = serializers.CharField()
    count = serializers.IntegerField(min_value=1)
    coins = serializers.IntegerField(min_value=1)
    litchi = serializers.IntegerField(min_value=1)
    comment = serializers.CharField(allow_blank=True)
    created_at = serializers.DateTimeField()
    sent_at = serializers.DateTimeField(allow_null=True)
    ended_at = serializers.DateTimeField(allow_null=True)


def gift_product_json(product: GiftProduct) -> dict[str, Any]:
    return {"gift_product_id": product.gift_product_id, "coins": product.coins}


def gift_json(gift: Gift) -> dict[str, Any]:
    return {
        "gift_id": gift.gift_id,
        "run_id": str(gift.run_id),
        "undo_run_id": str(gift.undo_run_id) if gift.undo_run_id else None,
        "status": gift.status,
        "reason": gift.reason or None,
        "sender_id": gift.sender_id,
        "room_id": gift.room_id,
        "host_id": gift.host_id,
        "gift_product_id": gift.gift_product_id,
        "count": gift.count,
        "coins": gift.coins,
        "litchi": gift.litchi,
        "comment": gift.comment,
        "created_at": rfc3339(gift.created_at),
        "sent_at": rfc3339_if_any(gift.sent_at),
        "ended_at": rfc3339_if_any(gift.ended_at),
    }
