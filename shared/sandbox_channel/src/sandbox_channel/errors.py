"""Named refusals. The docstring is the message, unless the place that raises knows more."""


class Refusal(Exception):
    """The request was refused."""

    status = 400
    code = "refused"

    @property
    def message(self) -> str:
        return str(self) or (type(self).__doc__ or "")


class BadRequest(Refusal):
    """The request cannot be understood."""

    code = "bad_request"


class BodyTooLarge(Refusal):
    """The body is too large."""

    status = 413
    code = "body_too_large"


class SignatureRefused(Refusal):
    """The request is not signed as agreed."""

    status = 401
    code = "signature_refused"


class MerchantUnknown(Refusal):
    """The merchant id is not the one this key signs for."""

    status = 403
    code = "merchant_unknown"


class OrderUnknown(Refusal):
    """This order was never announced with a prepay."""

    status = 404
    code = "order_unknown"


class TradeUnknown(Refusal):
    """There is no such trade."""

    status = 404
    code = "trade_unknown"


class RefundUnknown(Refusal):
    """There is no such refund."""

    status = 404
    code = "refund_unknown"


class OrderDiffers(Refusal):
    """The same order was announced before with another amount or currency."""

    status = 409
    code = "order_differs"


class OrderPaid(Refusal):
    """The order is paid; it cannot be closed any more."""

    status = 409
    code = "order_paid"


class OrderClosed(Refusal):
    """The order is closed; it cannot be paid any more."""

    status = 409
    code = "order_closed"


class RefundDiffers(Refusal):
    """The same refund number was used before for another trade or amount."""

    status = 409
    code = "refund_differs"


class RefundTooLarge(Refusal):
    """All refunds of a trade together would be more than was paid."""

    status = 409
    code = "refund_too_large"
