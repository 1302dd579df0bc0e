"""Why a refund is refused at once. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class NotCreditedYet(Refusal):
    """The order is paid, but its coins are still on their way: ask again in a moment."""

    code: ClassVar = "not_credited_yet"


class NothingToRefund(Refusal):
    """Nothing was paid for this order, so nothing can be refunded."""

    code: ClassVar = "nothing_to_refund"


class DebtForOperators(Refusal):
    """Only an operator may refund coins that were spent already, as the owner's debt: leave `to_debt` out."""

    status: ClassVar = 403
    code: ClassVar = "permission_denied"


class TooManyRefunds(Refusal):
    """A refund of this order was refused too often: ask an operator."""

    status: ClassVar = 429
    code: ClassVar = "too_many_refunds"
