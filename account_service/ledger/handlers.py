"""Where the order service's news and commands arrive: parse, one service call. The `views.py` of the message log."""

from account_service.ledger import gifts, refunds
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
from flextx.participant.answering import answers


@handles(OrderCompleted)
def order_completed(deliveries: list[Delivery[OrderCompleted]]) -> None:
    """Runs inside the inbox transaction: 'seen' and 'credited' commit together or not at all."""
    credit_buyers(deliveries)


# Each behind the barrier, and answered with an AccountReply in the same inbox transaction.
answers(ChargeGift, AccountReply)(gifts.charge_gift)
answers(RefundGift, AccountReply)(gifts.refund_gift)
answers(SettleGift, AccountReply)(gifts.settle_gift)
answers(ReverseGift, AccountReply)(gifts.reverse_gift)
answers(HoldRefund, AccountReply)(refunds.hold_refund)
answers(ReleaseRefund, AccountReply)(refunds.release_refund)
answers(TakeRefund, AccountReply)(refunds.take_refund)
