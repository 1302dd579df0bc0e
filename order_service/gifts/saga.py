"""How a gift is sent, and how a sent one is undone: each on one screen.

The money's side is the account service's (`contracts.gifts`); the room's is here, in the run's own transaction.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings

from contracts import ChargeGift, RefundGift, ReverseGift, SettleGift
from flextx.clock import database_now
from flextx.saga.declaration import Saga, Step
from flextx.saga.models import Run
from order_service.gifts.locks import lock_gift
from order_service.gifts.moves import move
from order_service.rooms.services import play_gift, retract_gift


def deliver(run: Run) -> dict[str, Any]:
    """Show the effect and post the comment. Refused when the room is closed or its host banned by now."""
    gift = lock_gift(run.data["gift_id"])
    return play_gift(
        gift_id=gift.gift_id,
        room_id=gift.room_id,
        sender_id=gift.sender_id,
        gift_product_id=gift.gift_product_id,
        count=gift.count,
        comment=gift.comment,
    )


def retract(run: Run) -> dict[str, Any]:
    """Tell the viewers that the gift was taken back. Cannot be refused."""
    return retract_gift(gift_id=run.data["gift_id"])


def gift_ended(run: Run) -> None:
    """Sent, refused (nothing was taken) or undone (taken and given back): the sender sees which, and why."""
    gift, now = lock_gift(run.data["gift_id"]), database_now()
    if run.state == Run.State.DONE:
        move(gift, "sent", who="send_gift", why="settled", sent_at=now)
    else:
        move(gift, run.state, who="send_gift", why=run.detail or run.reason, reason=run.reason, ended_at=now)


def undo_ended(run: Run) -> None:
    """Undone, or as it was: a refused reversal has changed nothing."""
    gift = lock_gift(run.data["gift_id"])
    if run.state == Run.State.DONE:
        move(gift, "undone", who="undo_gift", why=run.data["why"], reason="undone_by_operator", ended_at=database_now())
    else:
        move(gift, "sent", who="undo_gift", why=run.detail or run.reason, reason=run.reason)


send_gift_saga = Saga(
    "send_gift",
    Step("charge", do=ChargeGift, undo=RefundGift),
    Step("deliver", do=deliver),  # refused here: the charge is undone, nobody paid
    Step("settle", do=SettleGift),  # cannot be refused: the coins are in escrow already
    deadline_seconds=settings.GIFT_DEADLINE_SECONDS,
    ended=gift_ended,
    lock_field="room_id",
)

undo_gift_saga = Saga(
    "undo_gift",
    Step("reverse", do=ReverseGift),  # both assets in one transaction, or refused: the host has spent the income
    Step("retract", do=retract),
    ended=undo_ended,
    lock_field="room_id",
)
