"""What reconciliation asks of the ledger (PostgreSQL)."""

RECHARGE_CREDITS = """
SELECT transfer.transfer_id, transfer.cause_id, buyer.owner_id, transfer.amount,
    EXISTS (SELECT FROM ledger_transfer back WHERE back.reverses_transfer_id = transfer.transfer_id),
    transfer.created_at
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

# What went into escrow and was not ended: what the coins there are held for.
_OPEN_HOLDS = """
SELECT hold.credit_account_id AS account_id, hold.kind, hold.amount
FROM ledger_transfer hold JOIN ledger_account escrow ON escrow.id = hold.credit_account_id AND escrow.kind = 'escrow'
WHERE NOT EXISTS (SELECT FROM ledger_transfer ended WHERE ended.closes_transfer_id = hold.transfer_id)
"""

COUNT_OPEN_HOLDS = f"SELECT count(*) FROM ({_OPEN_HOLDS}) AS hold"  # nosec B608

WRONG_ESCROWS = f"""
SELECT 'escrow/' || account.owner_id || '/' || account.asset,
    'stored balance ' || account.balance || ', held: ' || coalesce(held.what, 'nothing')
FROM ledger_account account
LEFT JOIN (
    SELECT account_id, sum(total) AS total, string_agg(total || ' by ' || kind, ', ' ORDER BY kind) AS what
    FROM (SELECT account_id, kind, sum(amount) AS total FROM ({_OPEN_HOLDS}) AS hold GROUP BY account_id, kind) AS kinds
    GROUP BY account_id) AS held ON held.account_id = account.id
WHERE account.kind = 'escrow' AND account.balance <> coalesce(held.total, 0)
ORDER BY account.id LIMIT 1000
"""  # nosec B608

ASSETS_NOT_CONSERVED = f"""
SELECT account.asset, 'all its legs add up to ' || sum(leg.amount)
FROM ({_LEGS}) AS leg JOIN ledger_account account ON account.id = leg.account_id
GROUP BY account.asset HAVING sum(leg.amount) <> 0
"""  # nosec B608

DEBTS_ABOVE_ZERO = """
SELECT 'debt/' || owner_id || '/' || asset, 'stored balance ' || balance
FROM ledger_account WHERE kind = 'debt' AND balance > 0 ORDER BY id LIMIT 1000
"""

DEBTS_NOT_REPAID = """
SELECT 'debt/' || debt.owner_id || '/' || debt.asset, 'owes ' || -debt.balance || ' and holds ' || account.balance
FROM ledger_account debt
JOIN ledger_account account ON (account.kind, account.owner_id, account.asset) = ('user', debt.owner_id, debt.asset)
WHERE debt.kind = 'debt' AND debt.balance < 0 AND account.balance > 0 ORDER BY debt.id LIMIT 1000
"""

# Transfers that are posted together or not at all: (kind, what it is called when one is missing, how many they are).
HALF_POSTED = """
WITH part (kind, name, parts) AS (VALUES
    ('gift_settle', 'gift_half_settled', 2), ('gift_income', 'gift_half_settled', 2),
    ('undo_gift_income', 'gift_half_undone', 3), ('undo_gift_settle', 'gift_half_undone', 3),
    ('undo_gift_charge', 'gift_half_undone', 3),
    ('refund_unhold', 'refund_half_taken', 2), ('refund', 'refund_half_taken', 2))
SELECT part.name, transfer.cause_id, 'posted of its ' || part.parts || ' transfers: '
    || string_agg(transfer.kind, ', ' ORDER BY transfer.kind)
FROM ledger_transfer transfer JOIN part USING (kind)
GROUP BY part.name, part.parts, transfer.cause_id HAVING count(*) <> part.parts
ORDER BY part.name, transfer.cause_id LIMIT 1000
"""

# Every gift that was ever charged, what became of the coins, and the host's income.
GIFTS = """
SELECT charge.cause_id, sender.owner_id, charge.amount, charge.created_at,
    CASE WHEN undo.transfer_id IS NOT NULL THEN 'reversed' WHEN closer.transfer_id IS NULL THEN 'held'
        WHEN closer.kind = 'gift_settle' THEN 'settled' ELSE 'refunded' END,
    host.owner_id, income.amount
FROM ledger_transfer charge
JOIN ledger_account sender ON sender.id = charge.debit_account_id
LEFT JOIN ledger_transfer closer ON closer.closes_transfer_id = charge.transfer_id
LEFT JOIN ledger_transfer undo ON undo.reverses_transfer_id = charge.transfer_id AND undo.kind = 'undo_gift_charge'
LEFT JOIN ledger_transfer income ON income.kind = 'gift_income' AND income.cause_id = charge.cause_id
LEFT JOIN ledger_account host ON host.id = income.credit_account_id
WHERE charge.kind = 'gift_charge'
"""
