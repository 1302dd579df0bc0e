"""The ledger's statements that Django cannot express (PostgreSQL)."""

# Whoever posts, by code or by hand: what was posted stays.
APPEND_ONLY = """
CREATE FUNCTION ledger_transfer_is_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'transfers are never changed or deleted: post a reversal instead'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER ledger_transfer_append_only BEFORE UPDATE OR DELETE ON ledger_transfer
    FOR EACH ROW EXECUTE FUNCTION ledger_transfer_is_append_only();
CREATE TRIGGER ledger_transfer_no_truncate BEFORE TRUNCATE ON ledger_transfer
    FOR EACH STATEMENT EXECUTE FUNCTION ledger_transfer_is_append_only();
"""

# A leg has its account's asset; a reversal has its original's asset and amount, and its accounts the other way round.
SAME_ASSET_AND_EQUAL_REVERSAL = """
ALTER TABLE ledger_transfer
    ADD CONSTRAINT transfer_debit_same_asset
        FOREIGN KEY (debit_account_id, asset) REFERENCES ledger_account (id, asset),
    ADD CONSTRAINT transfer_credit_same_asset
        FOREIGN KEY (credit_account_id, asset) REFERENCES ledger_account (id, asset),
    ADD CONSTRAINT transfer_equal_reversal
        FOREIGN KEY (reverses_transfer_id, asset, amount, debit_account_id, credit_account_id)
        REFERENCES ledger_transfer (transfer_id, asset, amount, credit_account_id, debit_account_id),
    ADD CONSTRAINT transfer_closes_an_existing
        FOREIGN KEY (closes_transfer_id) REFERENCES ledger_transfer (transfer_id);
"""

UPDATE_BALANCES = """
UPDATE ledger_account account
SET balance = new.balance, last_leg = new.last_leg, updated_at = clock_timestamp()
FROM unnest(%(ids)s::bigint[], %(balances)s::bigint[], %(last_legs)s::bigint[]) AS new (id, balance, last_leg)
WHERE account.id = new.id
"""

RECHARGE_CREDITS = """
SELECT transfer.transfer_id, transfer.cause_id, buyer.owner_id, transfer.amount
FROM ledger_transfer transfer JOIN ledger_account buyer ON buyer.id = transfer.credit_account_id
WHERE transfer.kind = 'recharge'
"""

COUNT_BALANCES = "SELECT count(*) FROM ledger_account WHERE kind IN ('user', 'escrow')"

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
WHERE account.kind IN ('user', 'escrow')
  AND (account.balance <> coalesce(legs.total, 0) OR account.last_leg <> coalesce(legs.count, 0))
ORDER BY account.id LIMIT 1000
"""  # nosec B608 - put together from this file's own text

WRONG_STATEMENT_LINES = f"""
SELECT transfer_id, account.owner_id, leg.balance_after, leg.running FROM (
    SELECT *, sum(amount) OVER (PARTITION BY account_id ORDER BY leg) AS running FROM ({_LEGS}) AS every_leg) AS leg
JOIN ledger_account account ON account.id = leg.account_id AND account.kind IN ('user', 'escrow')
WHERE leg.balance_after IS DISTINCT FROM leg.running
ORDER BY account.id, leg.leg LIMIT 1000
"""  # nosec B608
