"""What the order service asks of the account service for a gift. All amounts are fixed when the gift is sent."""

from typing import ClassVar

from contracts.fields import Amount, Id
from contracts.topics import ACCOUNT_COMMANDS
from flextx.saga.messages import Command


class _GiftCommand(Command):
    """`coins` leave the sender; `litchi` is the host's income for them, in whole LITCHI."""

    topic: ClassVar = ACCOUNT_COMMANDS
    event_version: ClassVar = 1

    gift_id: Id
    sender_id: Id
    host_id: Id
    coins: Amount
    litchi: Amount


class ChargeGift(_GiftCommand):
    """Take the coins from the sender into the sender's escrow. Refused: insufficient_funds, account_frozen,
    account_unknown."""

    event_type: ClassVar = "ChargeGift"


class RefundGift(_GiftCommand):
    """Undo ChargeGift: escrow back to the sender."""

    event_type: ClassVar = "RefundGift"
    may_refuse: ClassVar = False


class SettleGift(_GiftCommand):
    """Consume the escrow and credit the host's income. Cannot be refused."""

    event_type: ClassVar = "SettleGift"
    may_refuse: ClassVar = False


class ReverseGift(_GiftCommand):
    """Take a settled gift back, both assets at once. Refused: host_spent, unless `to_debt` books what the host no
    longer has to the host's debt."""

    event_type: ClassVar = "ReverseGift"

    to_debt: bool
