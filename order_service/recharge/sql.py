"""The order service's comparisons (PostgreSQL). Each gives (order_no, detail)."""

# A completed order without its event would never be credited, and nobody would be told. A credited one's may have been
# pruned, but not before its time.
COMPLETED_NOT_ANNOUNCED = """
SELECT o.order_no, 'status ' || o.status || ', but no OrderCompleted in the outbox' FROM recharge_order o
WHERE o.completed_at IS NOT NULL AND NOT EXISTS (
    SELECT FROM flextx_outbox_outboxmessage m
    WHERE m.topic = %(topic)s AND m.key = o.order_no AND m.event_type = 'OrderCompleted')
  AND (o.credited_at IS NULL OR o.completed_at > clock_timestamp() - make_interval(secs => %(kept_seconds)s))
ORDER BY o.id LIMIT 1000
"""

COMPLETED_WITHOUT_PAYMENT = """
SELECT o.order_no, 'status ' || o.status || ', but no accepted payment' FROM recharge_order o
WHERE o.completed_at IS NOT NULL AND NOT EXISTS (SELECT FROM recharge_payment p WHERE p.accepted_for_id = o.id)
ORDER BY o.id LIMIT 1000
"""

PAID_NOT_COMPLETED = """
SELECT o.order_no, 'payment ' || p.trade_no || ' is accepted, but the order is ' || o.status
FROM recharge_payment p JOIN recharge_order o ON o.id = p.accepted_for_id WHERE o.completed_at IS NULL
ORDER BY o.id LIMIT 1000
"""

PAYMENT_DIFFERS = """
SELECT o.order_no, 'payment ' || p.trade_no || ' of ' || p.amount_minor || ' ' || p.currency
    || ' for an order of ' || o.amount_minor || ' ' || o.currency
FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id
WHERE p.amount_minor <> o.amount_minor OR p.currency <> o.currency
ORDER BY o.id LIMIT 1000
"""

CREDITED_WITHOUT_NOTICE = """
SELECT o.order_no, 'credited, but no CoinsCredited was received' FROM recharge_order o
WHERE o.credited_at IS NOT NULL AND NOT EXISTS (SELECT FROM recharge_creditnotice n WHERE n.order_id = o.id)
ORDER BY o.id LIMIT 1000
"""

NOTICE_DIFFERS = """
SELECT o.order_no, 'CoinsCredited told of ' || (n.account_side ->> 'coins') || ' coins for '
    || (n.account_side ->> 'owner_id') || ', the order is of ' || o.coins || ' for ' || o.owner_id
FROM recharge_creditnotice n JOIN recharge_order o ON o.id = n.order_id
WHERE (n.account_side ->> 'coins')::bigint <> o.coins OR n.account_side ->> 'owner_id' <> o.owner_id
ORDER BY o.id LIMIT 1000
"""

# The settler plans its next look whenever it takes one: a time long past says that nobody looked.
OVERDUE_ORDERS = """
SELECT o.order_no, 'status ' || o.status || ', to be looked at since ' || o.settle_due_at FROM recharge_order o
WHERE o.status IN ('pending', 'completed')
  AND o.settle_due_at < clock_timestamp() - make_interval(secs => %(overdue_seconds)s)
ORDER BY o.settle_due_at LIMIT 1000
"""

COUNT_ORDERS = "SELECT count(*) FROM recharge_order"

COUNT_IN_FLIGHT = "SELECT count(*) FROM recharge_order WHERE status = 'completed'"
