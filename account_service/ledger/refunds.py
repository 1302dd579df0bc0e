"""The coins of a recharge that is being refunded: held while the channel is asked, then taken for good or let go.

Each runs behind the barrier, in the inbox transaction of its command; what it returns goes into the reply.
"""

from __future__ import annotations

from typing import Any

from account_service.ledger.accounts import escrow, user
from account_service.ledger.errors import NotCredited
from account_service.ledger.freezes import check_may_spend
from account_service.ledger.locks import lock_accounts
from account_service.ledger.models import Transfer
from account_service.ledger.requests import TransferRequest, opposite
from account_service.ledger.services import recharge_transfer
from account_service.ledger.transfers import check_posted, post_and_tell, was_posted
from contracts import HoldRefund, ReleaseRefund, TakeRefund

RefundCommand = HoldRefund | ReleaseRefund | TakeRefund


def hold_refund(command: HoldRefund) -> dict[str, Any]:
    """All the order's coins into escrow. Raises AccountFrozen, NotCredited, InsufficientFunds.

    With `to_debt` what the owner has spent of them is lent first, and the owner owes it.
    """
    if command.by_owner:
        check_may_spend(command.owner_id)
    lock_accounts([user(command.owner_id), escrow(command.owner_id)])
    credit = recharge_transfer(command)
    if not was_posted(credit) or Transfer.objects.filter(reverses_transfer_id=credit.transfer_id).exists():
        raise NotCredited()
    return post_and_tell(_hold(command, to_debt=command.to_debt))


def release_refund(command: ReleaseRefund) -> dict[str, Any]:
    """What was held goes back; of that, what was lent for it is paid back at once."""
    hold = _hold(command)
    check_posted(hold)
    return post_and_tell(opposite(hold, "refund_release", closes=hold.transfer_id))


def take_refund(command: TakeRefund) -> dict[str, Any]:
    """The hold ends, and one full transfer takes back what the recharge credited: the only one that names it."""
    hold, credit = _hold(command), recharge_transfer(command)
    check_posted(hold, credit)
    ended = TransferRequest(
        "refund_unhold",
        hold.cause_id,
        hold.amount,
        debit=hold.credit,
        credit=hold.debit,
        closes=hold.transfer_id,
    )
    return post_and_tell(ended, opposite(credit, "refund", cause_id=hold.cause_id))


def _hold(command: RefundCommand, *, to_debt: bool = False) -> TransferRequest:
    """Named after the run as well: once it was let go, another run may hold the order's coins again."""
    return TransferRequest(
        "refund_hold",
        f"{command.order_no}:{command.run_id}",
        command.coins,
        debit=user(command.owner_id),
        credit=escrow(command.owner_id),
        to_debt=to_debt,
    )
