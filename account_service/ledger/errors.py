"""Why the ledger refuses. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class InsufficientFunds(Refusal):
    """The account does not hold enough."""

    code: ClassVar = "insufficient_funds"


class TransferConflict(Refusal):
    """A transfer with this id was posted before with other content: one of the two is wrong, a person must look."""

    code: ClassVar = "transfer_conflict"


class NotYours(Refusal):
    """There is no such account, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"
