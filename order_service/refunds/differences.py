"""The classes of differences between refunds, their runs, their payments and their orders."""

from flextx.reconciliation import declare
from order_service.refunds.repairs import begin_what_is_owed

REFUND_DIFFERS = declare(
    "refund_differs",
    meaning="A refund says another end than its run, its payment or its order",
    what_to_do="Rows were changed by hand or restored in part: ask the channel whether the money went back",
)
ORDER_WITHOUT_REFUND = declare(
    "order_without_refund",
    meaning="An order is to be refunded, or says that it was, and no refund of it exists",
    what_to_do="Repaired where money is owed and nobody ended its refund; otherwise POST /api/v1/orders/{id}/refund",
    repair=begin_what_is_owed,
)
PAYMENT_WITHOUT_REFUND = declare(
    "payment_without_refund",
    meaning="A payment is the payer's, and nothing gives it back",
    what_to_do="Repaired unless a person ended its refund; that person decides",
    repair=begin_what_is_owed,
)
