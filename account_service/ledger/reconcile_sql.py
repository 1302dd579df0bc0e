"""What reconciliation asks of the ledger (PostgreSQL)."""

RECHARGE_CREDITS = """
SELECT transfer.transfer_id, transfer.cause_id, buyer.owner_id, transfer.amount
FROM ledger_transfer transfer JOIN ledger_account buyer ON buyer.id = transfer.credit_account_id
WHERE transfer.kind = 'recharge'
"""

COUNT_BALANCES = "SELECT count(*) FROM ledger_account WHERE kind IN ('user', 'escrow', 'debt')"

# Both sides of every transfer, as legs of owners' accounts.
_LEGS = """
SELECT debit_account_id AS account_id, -amount AS amount, debit_leg AS leg, debit_balance_after AS balance_after,
    transfer_id FROM ledger_transfer
UNION ALL SELECT credit_account_id, amount, credit_leg, credit_balance_after, transfer_id FROM ledger_transfer
"""

# Stored balances and leg counters against the legs. A leg missing in the middle shows in its count.
WRONG_BALANCES = f"""
SELECT account.kind, account.owner_id, account.asset, account.balance, coalesce(legs.total, 0), account.last_leg,
    coalesce(legs.count, 0)
FROM ledger_account account
LEFT JOIN (SELECT account_id, sum(amount) AS total, count(*) AS count FROM ({_LEGS}) AS leg GROUP BY account_id) AS legs
    ON legs.account_id = account.id
WHERE account.kind IN ('user', 'escrow', 'debt')
  AND (account.balance <> coalesce(legs.total, 0) OR account.last_leg <> coalesce(legs.count, 0))
ORDER BY account.id LIMIT 1000
"""  # nosec B608 - put together from this file's own text

WRONG_STATEMENT_LINES = f"""
SELECT transfer_id, account.owner_id, leg.balance_after, leg.running FROM (
    SELECT *, sum(amount) OVER (PARTITION BY account_id ORDER BY leg) AS running FROM ({_LEGS}) AS every_leg) AS leg
JOIN ledger_account account ON account.id = leg.account_id AND account.kind IN ('user', 'escrow', 'debt')
WHERE leg.balance_after IS DISTINCT FROM leg.running
ORDER BY account.id, leg.leg LIMIT 1000
"""  # nosec B608
