"""What crosses the wire between the services, and nothing else."""

from contracts.gifts import ChargeGift, RefundGift, ReverseGift, SettleGift
from contracts.ledger import CoinsCredited
from contracts.orders import OrderCompleted
from contracts.refunds import HoldRefund, ReleaseRefund, TakeRefund
from contracts.replies import AccountReply
from contracts.topics import ACCOUNT_COMMANDS, ACCOUNT_EVENTS, ACCOUNT_REPLIES, ALL_TOPICS, ORDER_EVENTS

__all__ = [
    "ACCOUNT_COMMANDS",
    "ACCOUNT_EVENTS",
    "ACCOUNT_REPLIES",
    "ALL_TOPICS",
    "ORDER_EVENTS",
    "AccountReply",
    "ChargeGift",
    "CoinsCredited",
    "HoldRefund",
    "OrderCompleted",
    "RefundGift",
    "ReleaseRefund",
    "ReverseGift",
    "SettleGift",
    "TakeRefund",
]
