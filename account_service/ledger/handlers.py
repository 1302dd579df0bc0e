"""Where the order service's news and commands arrive: parse, one service call. The `views.py` of the message log."""

from collections.abc import Sequence

from account_service.ledger import gifts, refunds
from account_service.ledger.accounts import LITCHI, escrow, user
from account_service.ledger.locks import AccountKey, lock_known_accounts
from account_service.ledger.services import credit_buyers
from contracts import (
    AccountReply,
    ChargeGift,
    HoldRefund,
    OrderCompleted,
    RefundGift,
    ReleaseRefund,
    ReverseGift,
    SettleGift,
    TakeRefund,
)
from flextx.inbox.registry import Delivery, handles
from flextx.participant.answering import answers, locks_first
from flextx.saga.messages import Command


@handles(OrderCompleted)
def order_completed(deliveries: list[Delivery[OrderCompleted]]) -> None:
    """Runs inside the inbox transaction: 'seen' and 'credited' commit together or not at all."""
    credit_buyers(deliveries)


@locks_first
def lock_accounts_of(commands: Sequence[Command]) -> None:
    """Many gifts for the same hosts by the same senders, in any order, must not deadlock."""
    lock_known_accounts(key for command in commands for key in _accounts_of(command))


def _accounts_of(command: Command) -> tuple[AccountKey, ...]:
    if isinstance(command, SettleGift | ReverseGift):
        return user(command.sender_id), escrow(command.sender_id), user(command.host_id, LITCHI)
    if isinstance(command, ChargeGift | RefundGift):
        return user(command.sender_id), escrow(command.sender_id)
    if isinstance(command, HoldRefund | ReleaseRefund | TakeRefund):
        return user(command.owner_id), escrow(command.owner_id)
    return ()


# Each behind the barrier, and answered with an AccountReply in the same inbox transaction.
answers(ChargeGift, AccountReply)(gifts.charge_gift)
answers(RefundGift, AccountReply)(gifts.refund_gift)
answers(SettleGift, AccountReply)(gifts.settle_gift)
answers(ReverseGift, AccountReply)(gifts.reverse_gift)
answers(HoldRefund, AccountReply)(refunds.hold_refund)
answers(ReleaseRefund, AccountReply)(refunds.release_refund)
answers(TakeRefund, AccountReply)(refunds.take_refund)
