"""The classes of differences between orders, payments, announcements, notices of credit and the channel's word."""

from flextx.reconciliation import declare
from order_service.recharge.repairs import announce_for_the_first_time, ask_the_channel, settle_what_is_due

COMPLETED_NOT_ANNOUNCED = declare(
    "completed_not_announced",
    meaning="An order is paid, but the account service was never told: no OrderCompleted in the outbox",
    what_to_do="Repaired if order and payment agree; otherwise compare both with the channel's trade first",
    repair=announce_for_the_first_time,
)
COMPLETED_WITHOUT_PAYMENT = declare(
    "completed_without_payment",
    meaning="An order is called paid, but no payment is accepted for it",
    what_to_do="Ask the channel for the order's trade; unpaid: freeze the owner, and find out who changed the order",
)
PAID_NOT_COMPLETED = declare(
    "paid_not_completed",
    meaning="A payment is accepted for an order that was never completed",
    what_to_do="Rows were changed by hand or restored in part: restore both from one backup",
)
PAYMENT_DIFFERS = declare(
    "payment_differs",
    meaning="A recorded payment has another amount or currency than its order",
    what_to_do="Compare with the channel's trade; never credit the difference, refund the trade if it is wrong",
)
CREDITED_WITHOUT_NOTICE = declare(
    "credited_without_notice",
    meaning="An order is called credited, but no CoinsCredited was received",
    what_to_do="See the owner's statement at the account service; is the credit there, let its message be replayed",
)
NOTICE_DIFFERS = declare(
    "notice_differs",
    meaning="CoinsCredited told of other coins or another owner than the order's",
    what_to_do="See the transfer at the account service: freeze the owner who got what was not theirs",
)
PAID_AT_CHANNEL = declare(
    "paid_at_channel",
    meaning="The channel says paid, and the order is still pending: its callback was lost",
    what_to_do="Repaired by asking the channel; by hand: POST /api/v1/orders/{id}/complete",
    repair=ask_the_channel,
)
OVERDUE_ORDER = declare(
    "overdue_order",
    meaning="An order's time came long ago, and no settler looked at it",
    what_to_do="Repaired by doing the settler's work; is a settler alive? See make status",
    repair=settle_what_is_due,
)
