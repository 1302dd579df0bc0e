"""What the order service's operators can read at `/admin/`."""

from flextx.admin.registering import show, show_toolkit
from flextx.admin.site import OperatorsSite

site = OperatorsSite("Order service")

show(
    site,
    "recharge.Order",
    "order_no owner_id product_id coins amount_minor currency status created_at completed_at credited_at",
    search="order_no",
    filters="status",
    hidden="request_fingerprint",
)
show(
    site,
    "recharge.OrderMove",
    "id order__order_no from_status to_status who why at",
    search="order__order_no",
    related="order",
)
show(
    site,
    "recharge.Payment",
    "id channel trade_no order__order_no amount_minor currency state paid_at received_at",
    search="trade_no order__order_no",
    filters="state",
    related="order",
)
show(
    site,
    "recharge.Incident",
    "id channel trade_no reason order_no times_seen first_seen_at last_seen_at resolved_at",
    search="order_no",
)
show(
    site,
    "gifts.Gift",
    "gift_id sender_id room_id host_id gift_product_id count coins litchi status reason created_at",
    search="gift_id run_id",
    filters="status",
    hidden="request_fingerprint",
)
show(
    site,
    "refunds.Refund",
    "run_id order__order_no payment_id whole_order status reason who why created_at ended_at",
    search="run_id order__order_no",
    filters="status",
    related="order",
)
show_toolkit(site)
