"""What the order service asks of the account service for the refund of a credited recharge."""

from typing import ClassVar

from contracts.fields import Amount, Id
from contracts.topics import ACCOUNT_COMMANDS
from flextx.saga.messages import Command


class _RefundCommand(Command):
    """`coins`: all that the order credited, in whole coins."""

    topic: ClassVar = ACCOUNT_COMMANDS
    event_version: ClassVar = 1

    order_no: Id
    owner_id: Id
    coins: Amount


class HoldRefund(_RefundCommand):
    """Move the order's coins into the owner's escrow. Refused: insufficient_funds (unless `to_debt` takes what is
    missing from the owner's debt account), account_frozen (only if `by_owner`), not_credited."""

    event_type: ClassVar = "HoldRefund"

    by_owner: bool
    to_debt: bool


class ReleaseRefund(_RefundCommand):
    """Undo HoldRefund: escrow back to the owner, and a debt made for it back to zero."""

    event_type: ClassVar = "ReleaseRefund"
    may_refuse: ClassVar = False


class TakeRefund(_RefundCommand):
    """The money went back to the payer: end the hold and reverse the recharge's credit. Cannot be refused."""

    event_type: ClassVar = "TakeRefund"
    may_refuse: ClassVar = False
