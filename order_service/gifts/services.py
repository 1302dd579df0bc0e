"""What can be done with a gift. Each function is one use case and one transaction."""

from __future__ import annotations

import hashlib
from typing import Any

from django.conf import settings
from uuid_utils.compat import uuid7

from flextx.http.idempotency import IdempotencyKeyReused
from flextx.outbox.backlog import check_backlog
from flextx.saga.starting import start_run
from flextx.transactions import atomic
from order_service.gifts.errors import GiftNotSent, GiftProductNotFound
from order_service.gifts.locks import lock_gift
from order_service.gifts.models import Gift, GiftProduct
from order_service.gifts.moves import move
from order_service.gifts.saga import send_gift_saga, undo_gift_saga
from order_service.rooms.models import Room
from order_service.rooms.selectors import known_room


def send_gift(
    *, sender_id: str, room_id: str, gift_product_id: str, count: int, comment: str, idempotency_key: str
) -> Gift:
    """Store the gift and start its run, in the transaction that stores the answer. The same key and body give the
    same gift.

    Whether the room is open is asked when the gift is played, not here: it may close in between anyway.
    Raises RoomUnknown, GiftProductNotFound, IdempotencyKeyReused, BacklogFull.
    """
    fingerprint = hashlib.sha256(f"{room_id}\n{gift_product_id}\n{count}\n{comment}".encode()).hexdigest()
    before = _sent_before(sender_id, idempotency_key, fingerprint)
    if before is not None:
        return before
    check_backlog()
    room, product = known_room(room_id), _product(gift_product_id)
    Gift.objects.bulk_create(
        [_new_gift(sender_id, room, product, count, comment, idempotency_key, fingerprint)], ignore_conflicts=True
    )
    gift = Gift.objects.select_for_update().get(sender_id=sender_id, idempotency_key=idempotency_key)
    if gift.run_id is None:
        run, _ = start_run(send_gift_saga, business_key=gift.gift_id, data=_terms(gift), initiator=gift.sender_id)
        Gift.objects.filter(pk=gift.pk).update(run_id=run.run_id)
    elif gift.request_fingerprint != fingerprint:
        raise IdempotencyKeyReused()  # somebody was quicker with the same key
    gift.refresh_from_db()
    return gift


@atomic("gifts.undo_gift")
def undo_gift(*, gift_id: str, who: str, why: str, to_debt: bool) -> Gift:
    """Take a sent gift back. A repeat gives the same run; after a refusal a new one is started.

    `to_debt`: what the host has spent already is booked to the host's debt. Raises GiftNotFound, GiftNotSent.
    """
    gift = lock_gift(gift_id)
    if gift.undo_run_id is not None and gift.status in (Gift.Status.UNDOING, Gift.Status.UNDONE):
        return gift
    if gift.status != Gift.Status.SENT:
        raise GiftNotSent()
    data = _terms(gift) | {"to_debt": to_debt, "why": why}
    run, _ = start_run(undo_gift_saga, business_key=gift.gift_id, data=data, initiator=who)
    move(gift, "undoing", who=f"operator {who}", why=why, undo_run_id=run.run_id, reason="")
    return gift


def _sent_before(sender_id: str, idempotency_key: str, fingerprint: str) -> Gift | None:
    gift = Gift.objects.filter(sender_id=sender_id, idempotency_key=idempotency_key).first()
    if gift is not None and gift.request_fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return gift


def _product(gift_product_id: str) -> GiftProduct:
    product = GiftProduct.objects.filter(gift_product_id=gift_product_id, on_sale=True).first()
    if product is None:
        raise GiftProductNotFound()
    return product


def _new_gift(
    sender_id: str, room: Room, product: GiftProduct, count: int, comment: str, idempotency_key: str, fingerprint: str
) -> Gift:
    coins = product.coins * count
    return Gift(
        gift_id=f"G{uuid7().hex}",
        sender_id=sender_id,
        room_id=room.room_id,
        host_id=room.host_id,
        gift_product_id=product.gift_product_id,
        count=count,
        coins=coins,
        litchi=max(1, coins * settings.LITCHI_PER_100_COINS // 100),
        comment=comment,
        idempotency_key=idempotency_key,
        request_fingerprint=fingerprint,
    )


def _terms(gift: Gift) -> dict[str, Any]:
    """Every field that the commands need, fixed now."""
    return {
        "gift_id": gift.gift_id,
        "sender_id": gift.sender_id,
        "room_id": gift.room_id,
        "host_id": gift.host_id,
        "coins": gift.coins,
        "litchi": gift.litchi,
    }
