"""The refunds' comparisons (PostgreSQL). Each gives (order_no, detail)."""

# A refund, its run, its payment and, if it is of the whole order, the order move together.
REFUND_DIFFERS = """
SELECT o.order_no, 'the refund of ' || p.trade_no || ' is ' || f.status || ', its run ' || coalesce(r.state, 'missing')
    || ', its payment ' || p.state || CASE WHEN f.whole_order THEN ', its order ' || o.status ELSE '' END
FROM refunds_refund f
JOIN recharge_order o ON o.id = f.order_id
JOIN recharge_payment p ON p.id = f.payment_id
LEFT JOIN flextx_saga_run r ON r.run_id = f.run_id
WHERE NOT coalesce(CASE f.status
    WHEN 'refunding' THEN r.state IN ('running', 'waiting', 'undoing', 'parked')
        AND (p.state, CASE WHEN f.whole_order THEN o.status ELSE '' END) IN (
            ('to_refund', 'refund_due'), ('refunding', 'refunding'), ('to_refund', ''), ('refunding', ''))
    WHEN 'refunded' THEN r.state = 'done' AND p.state = 'refunded' AND (NOT f.whole_order OR o.status = 'refunded')
    WHEN 'refused' THEN r.state IN ('refused', 'undone')
END, false)
ORDER BY o.id LIMIT 1000
"""

ORDER_WITHOUT_REFUND = """
SELECT o.order_no, 'status ' || o.status || ', but nothing refunds it' FROM recharge_order o
WHERE o.status IN ('refund_due', 'refunding', 'refunded') AND NOT EXISTS (
    SELECT FROM refunds_refund f WHERE f.order_id = o.id AND f.whole_order AND f.open_payment_id IS NOT NULL)
ORDER BY o.id LIMIT 1000
"""

# The payer's money, and nobody gives it back.
PAYMENT_WITHOUT_REFUND = """
SELECT o.order_no, 'payment ' || p.trade_no || ' is ' || p.state || ', but nothing refunds it'
FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id
WHERE p.state <> 'accepted' AND NOT EXISTS (SELECT FROM refunds_refund f WHERE f.open_payment_id = p.id)
ORDER BY o.id LIMIT 1000
"""

COUNT_REFUNDS = "SELECT count(*), count(*) FILTER (WHERE status = 'refunding') FROM refunds_refund"
