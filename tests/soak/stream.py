"""A long stream of orders, written as completed in one go: what matters here is what becomes of their events."""

from __future__ import annotations

from tests.system.world import World

KEYS = 200
ROUNDS = 100

# One round: the next event of every key, with the order and the payment it is about, in one transaction.
_ROUND = """
WITH one AS (
    SELECT 'soak-' || k || '-' || %(round)s AS order_no, 'soak-' || k AS owner FROM generate_series(1, %(keys)s) AS k),
orders AS (
    INSERT INTO recharge_order (order_no, owner_id, owner_seq, product_id, coins, amount_minor, currency, channel,
        status, event_sequence, idempotency_key, request_fingerprint, expires_at, completed_at)
    SELECT order_no, owner, %(round)s, 'coins-60', 60, 600, 'CNY', 'sandbox', 'completed', 1, order_no, '',
        now() + interval '1 hour', now() FROM one RETURNING id, order_no, owner_id),
payments AS (
    INSERT INTO recharge_payment (channel, trade_no, order_id, accepted_for_id, amount_minor, currency, state,
        notify_id, paid_at)
    SELECT 'sandbox', order_no, id, id, 600, 'CNY', 'accepted', 'soak', now() FROM orders)
INSERT INTO flextx_outbox_outboxmessage (event_id, topic, key, sequence, bucket, event_type, event_version, source,
    traceparent, body, state, failures, deaths, last_error)
SELECT gen_random_uuid(), 'order.events', owner_id, %(round)s, substr(owner_id, 6)::int %% 32, 'OrderCompleted', 1,
    'order-service', '00-' || repeat('1', 32) || '-' || repeat('1', 16) || '-01',
    convert_to(json_build_object('order_no', order_no, 'owner_id', owner_id, 'product_id', 'coins-60', 'coins', 60,
        'amount_minor', 600, 'currency', 'CNY', 'channel', 'sandbox', 'trade_no', order_no,
        'completed_at', to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))::text, 'UTF8'),
    'pending', 0, 0, '' FROM orders
"""


def write_round(world: World, number: int) -> None:
    """Event `number` (1, 2, ...) of every key; all events of a key are one owner's credits."""
    world.rows("order", _ROUND, {"round": number, "keys": KEYS})


def ledger_order(world: World) -> dict[str, list[str]]:
    """owner -> the orders credited to it, in the order in which the ledger posted them."""
    rows = world.rows(
        "account",
        "SELECT a.owner_id, array_agg(t.cause_id ORDER BY t.credit_leg) FROM ledger_transfer t"
        " JOIN ledger_account a ON a.id = t.credit_account_id WHERE a.owner_id LIKE 'soak-%%' GROUP BY a.owner_id",
        {},
    )
    return dict(rows)
