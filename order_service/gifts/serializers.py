"""What the gift calls take and give."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from flextx.envelope import rfc3339, rfc3339_if_any
from order_service.gifts.models import Gift, GiftProduct

COUNT_MAX = 999
COMMENT_LENGTH_MAX = 200


class SendGiftSerializer(serializers.Serializer[Any]):
    room_id = serializers.CharField(max_length=100)
    gift_product_id = serializers.CharField(max_length=100)
    count = serializers.IntegerField(min_value=1, max_value=COUNT_MAX, default=1)
    comment = serializers.CharField(max_length=COMMENT_LENGTH_MAX, allow_blank=True, default="")


class GiftQuerySerializer(serializers.Serializer[Any]):
    status = serializers.ChoiceField(choices=Gift.Status.choices, required=False)
    cursor = serializers.CharField(max_length=40, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=200, default=50)


class UndoGiftSerializer(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=500)
    to_debt = serializers.BooleanField(default=False)


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
