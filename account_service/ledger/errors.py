"""Why the ledger refuses. The docstring is the message."""

from typing import ClassVar

from flextx.errors import NeedsPerson, Refusal


class InsufficientFunds(Refusal):
    """The account does not hold enough."""

    code: ClassVar = "insufficient_funds"


class AccountUnknown(Refusal):
    """There is no such account: its owner never had coins. Recharge first."""

    code: ClassVar = "account_unknown"


class AccountFrozen(Refusal):
    """The account is frozen: its owner can spend again once an operator has unfrozen it."""

    code: ClassVar = "account_frozen"


class HostSpent(Refusal):
    """The host no longer has the gift's income: ask again with `to_debt` to book what is missing to the host's debt."""

    code: ClassVar = "host_spent"


class NotSettled(Refusal):
    """This gift was never settled, so there is nothing to take back."""

    code: ClassVar = "not_settled"


class AlreadyReversed(Refusal):
    """This gift was taken back before."""

    code: ClassVar = "already_reversed"


class NotCredited(Refusal):
    """No such coins were credited to this owner for the order, or they were taken back already."""

    code: ClassVar = "not_credited"


class NotYours(Refusal):
    """There is no such account, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


class TransferConflict(NeedsPerson):
    """A transfer with this id was posted before with other content: one of the two is wrong, a person must look."""


class TransferMissing(NeedsPerson):
    """A command builds on a transfer that was never posted: it came out of turn, or is not genuine."""
