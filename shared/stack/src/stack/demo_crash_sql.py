"""What `make demo-crash` asks the databases. `people`: a LIKE pattern for names; `since`: when it began."""

NOW = "SELECT now()"

# What is on its way. A kill in the middle of none of it would show little.
ORDER_IN_FLIGHT = """
SELECT (SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state = 'pending')
     + (SELECT count(*) FROM recharge_order WHERE status = 'completed')
     + (SELECT count(*) FROM flextx_saga_run WHERE state IN ('running', 'waiting', 'undoing'))
"""
ACCOUNT_IN_FLIGHT = "SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state = 'pending'"

# What must come to an end by itself, by name. What is parked waits for a person and is counted elsewhere.
ORDER_UNFINISHED = """
SELECT
  (SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state = 'pending') AS "unsent messages of the order service",
  (SELECT count(*) FROM flextx_inbox_divertedrecord WHERE state = 'waiting') AS "records aside in the order service",
  (SELECT count(*) FROM flextx_saga_run WHERE state IN ('running', 'waiting', 'undoing')) AS "runs",
  (SELECT count(*) FROM flextx_recovery_job WHERE state = 'waiting' AND due_at < now()) AS "jobs",
  (SELECT count(*) FROM recharge_order WHERE status = 'completed') AS "orders not credited",
  (SELECT count(*) FROM recharge_order o WHERE status = 'refunding' AND NOT EXISTS (
      SELECT FROM flextx_saga_run r WHERE r.data ->> 'order_no' = o.order_no AND r.state = 'parked'))
    AS "orders being refunded",
  (SELECT count(*) FROM gifts_gift g WHERE status IN ('sending', 'undoing') AND NOT EXISTS (
      SELECT FROM flextx_saga_run r WHERE r.data ->> 'gift_id' = g.gift_id AND r.state = 'parked'))
    AS "gifts on their way"
"""
ACCOUNT_UNFINISHED = """
SELECT
  (SELECT count(*) FROM flextx_outbox_outboxmessage WHERE state = 'pending') 
    AS "unsent messages of the account service",
  (SELECT count(*) FROM flextx_inbox_divertedrecord WHERE state = 'waiting') AS "records aside in the account service"
"""
CHANNEL_UNFINISHED = """
SELECT (SELECT count(*) FROM sandbox_channel_callback WHERE next_at IS NOT NULL) AS "callbacks to come",
       (SELECT count(*) FROM sandbox_channel_refund WHERE state = 'PROCESSING') AS "refunds at the channel"
"""

ORDER_PARKED = """
SELECT 'run ' || run_id || ' (' || saga || ' of ' || business_key || '): ' || parked_reason || ' ' || last_error
FROM flextx_saga_run WHERE state = 'parked'
UNION ALL SELECT 'job ' || id || ' (' || name || '): ' || last_error FROM flextx_recovery_job WHERE state = 'parked'
"""
PARKED = """
SELECT 'message ' || event_id || ' (' || event_type || '): ' || last_error
FROM flextx_outbox_outboxmessage WHERE state = 'parked'
UNION ALL SELECT 'record ' || topic || '/' || partition || '/' || "offset" || ': ' || reason || ' ' || last_error
FROM flextx_inbox_divertedrecord WHERE state = 'parked'
"""

COUNTS = """
SELECT
  (SELECT count(*) FROM recharge_order WHERE owner_id LIKE %(people)s) AS orders,
  (SELECT count(completed_at) FROM recharge_order WHERE owner_id LIKE %(people)s) AS completed,
  (SELECT count(credited_at) FROM recharge_order WHERE owner_id LIKE %(people)s) AS credited,
  (SELECT count(*) FROM gifts_gift WHERE sender_id LIKE %(people)s) AS gifts,
  (SELECT count(sent_at) FROM gifts_gift WHERE sender_id LIKE %(people)s) AS gifts_sent,
  (SELECT count(*) FROM gifts_gift WHERE sender_id LIKE %(people)s AND status = 'refused') AS gifts_refused,
  (SELECT count(*) FROM gifts_gift WHERE sender_id LIKE %(people)s AND status = 'undone' AND sent_at IS NULL)
    AS gifts_given_back,
  (SELECT count(*) FROM gifts_gift WHERE sender_id LIKE %(people)s AND status = 'undone' AND sent_at IS NOT NULL)
    AS gifts_undone,
  (SELECT count(*) FROM rooms_feedevent e JOIN gifts_gift USING (gift_id)
    WHERE sender_id LIKE %(people)s AND e.kind = 'effect') AS effects,
  (SELECT count(*) FROM rooms_feedevent e JOIN gifts_gift USING (gift_id)
    WHERE sender_id LIKE %(people)s AND e.kind = 'retracted') AS retracted,
  (SELECT count(*) FROM refunds_refund r JOIN recharge_order o ON o.id = r.order_id
    WHERE owner_id LIKE %(people)s AND whole_order AND r.status = 'refunded') AS refunds_done,
  (SELECT count(*) FROM refunds_refund r JOIN recharge_order o ON o.id = r.order_id
    WHERE owner_id LIKE %(people)s AND whole_order AND r.status = 'refused') AS refunds_refused,
  (SELECT count(*) FROM refunds_refund r JOIN recharge_order o ON o.id = r.order_id
    WHERE owner_id LIKE %(people)s AND NOT whole_order AND r.status = 'refunded') AS surplus_refunded
"""
LATE_REPLIES = "SELECT count(*) FROM flextx_saga_replyreceived WHERE received_at >= %(since)s AND NOT applied"
REPEATED_COMMANDS = """
SELECT coalesce(sum(duplicates), 0) FROM flextx_participant_barrier WHERE decided_at >= %(since)s
"""
# Each row stands in the log at the last place it was sent to: whatever else is there was sent before, once too often.
SENT_TWICE = """
SELECT coalesce(sum(records - messages), 0) FROM (
  SELECT max("offset") + 1 AS records, count(*) AS messages
  FROM flextx_outbox_outboxmessage WHERE state = 'sent' GROUP BY topic, "partition") AS places
"""
REPEATED_CALLBACKS = """
SELECT count(acknowledged_at) - count(DISTINCT CASE WHEN acknowledged_at IS NOT NULL THEN trade_id END)
FROM sandbox_channel_callback
"""

ORDERS = "SELECT order_no, owner_id, coins, status FROM recharge_order WHERE owner_id LIKE %(people)s"
GIFTS = """
SELECT gift_id, sender_id, host_id, coins, litchi, status,
  (SELECT count(*) FROM rooms_feedevent e WHERE e.gift_id = g.gift_id AND kind = 'effect') AS effects,
  (SELECT count(*) FROM rooms_feedevent e WHERE e.gift_id = g.gift_id AND kind = 'retracted') AS retracted,
  sent_at IS NOT NULL AS was_sent
FROM gifts_gift g WHERE sender_id LIKE %(people)s
"""
PAYMENTS = """
SELECT trade_no, CASE WHEN state = 'refunded' THEN p.amount_minor ELSE 0 END
FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id WHERE owner_id LIKE %(people)s
"""
TRADES = """
SELECT trade_no, prepay.order_no,
  (SELECT coalesce(sum(amount_minor), 0) FROM sandbox_channel_refund r WHERE r.trade_id = t.id AND state = 'SUCCESS')
FROM sandbox_channel_trade t JOIN sandbox_channel_prepay prepay ON prepay.id = t.prepay_id
"""
# What each order or gift did to each owner's account, all its transfers together.
MOVED = """
WITH leg AS (
  SELECT cause_id, debit_account_id AS account_id, -amount AS amount FROM ledger_transfer
  UNION ALL SELECT cause_id, credit_account_id, amount FROM ledger_transfer)
SELECT split_part(cause_id, ':', 1) AS cause, a.kind, a.owner_id, a.asset, sum(leg.amount)::bigint AS moved
FROM leg JOIN ledger_account a ON a.id = leg.account_id
WHERE a.kind IN ('user', 'escrow', 'debt')
  AND (a.owner_id LIKE %(people)s OR split_part(cause_id, ':', 1) = ANY(%(causes)s))
GROUP BY 1, 2, 3, 4
"""
