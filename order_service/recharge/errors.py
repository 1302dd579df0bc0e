"""Why a request about orders or payments is refused. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class OrderNotFound(Refusal):
    """There is no such order, or it is not yours."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


class ProductNotFound(Refusal):
    """There is no such product on sale: choose one from GET /api/v1/products."""

    status: ClassVar = 404
    code: ClassVar = "unknown_product"


class TooManyOpenOrders(Refusal):
    """You have too many unpaid orders: pay one, or wait until they close."""

    status: ClassVar = 429
    code: ClassVar = "too_many_open_orders"


class MoveRefused(Refusal):
    """The order's state does not allow this."""

    code: ClassVar = "move_refused"


class BadCallback(Refusal):
    """The callback cannot be read."""

    status: ClassVar = 400
    code: ClassVar = "bad_callback"


class BadSignature(Refusal):
    """The callback's signature, key or time is not valid."""

    status: ClassVar = 403
    code: ClassVar = "bad_signature"


class CallbackRefused(Refusal):
    """A genuine callback that cannot be accepted; an operator sees it as an incident named by the code."""

    status: ClassVar = 422
    code: ClassVar = "callback_refused"


class UnreadableCallback(CallbackRefused):
    """A genuine callback that does not hold what it should."""

    status: ClassVar = 400
    code: ClassVar = "unreadable"


class UnknownStatus(CallbackRefused):
    """The channel reports a payment status that is not known here."""

    code: ClassVar = "unknown_status"


class UnknownOrder(CallbackRefused):
    """The channel reports a payment for an order that does not exist."""

    status: ClassVar = 404
    code: ClassVar = "unknown_order"


class MerchantMismatch(CallbackRefused):
    """The payment is for another merchant."""

    code: ClassVar = "merchant_mismatch"


class AmountMismatch(CallbackRefused):
    """The payment's amount is not the order's."""

    code: ClassVar = "amount_mismatch"


class CurrencyMismatch(CallbackRefused):
    """The payment's currency is not the order's."""

    code: ClassVar = "currency_mismatch"


class TradeReused(CallbackRefused):
    """The channel's trade was recorded before, for another order or amount."""

    status: ClassVar = 409
    code: ClassVar = "trade_reused"


class GivenBackAtChannel(CallbackRefused):
    """The channel gave this payment back before it was known here: see there that nothing of it is left."""

    code: ClassVar = "given_back_at_channel"


class IncidentNotFound(Refusal):
    """There is no such incident: GET /api/v1/incidents lists them."""

    status: ClassVar = 404
    code: ClassVar = "not_found"


class IncidentResolved(Refusal):
    """The incident was resolved before: GET /api/v1/operator-actions says by whom."""

    code: ClassVar = "incident_resolved"


CALLBACK_REFUSALS = (
    *(UnknownStatus, UnknownOrder, MerchantMismatch, AmountMismatch, CurrencyMismatch),
    TradeReused,
)


class ChannelSaysUnpaid(Refusal):
    """The channel says this order was not paid: nothing was changed."""

    code: ClassVar = "channel_says_unpaid"


class ChannelUnknown(Refusal):
    """The channel does not answer now: nothing was changed, ask again."""

    status: ClassVar = 503
    code: ClassVar = "channel_unknown"
