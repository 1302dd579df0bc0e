"""Why a request about gifts is refused. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class GiftNotFound(Refusal):
    """There is no such gift, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


class GiftProductNotFound(Refusal):
    """There is no such gift on sale: choose one from GET /api/v1/gift-products."""

    status: ClassVar = 404
    code: ClassVar = "unknown_gift_product"


class GiftNotSent(Refusal):
    """Only a gift that was sent can be undone: this one is on its way, or was refused or given back."""

    code: ClassVar = "gift_not_sent"


class GiftMoveRefused(Refusal):
    """The gift's state does not allow this."""

    code: ClassVar = "move_refused"
