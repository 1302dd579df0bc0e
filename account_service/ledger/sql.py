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

# What ends a hold takes the whole of it, out of the account that it went to.
WHOLE_HOLD_CLOSED = """
ALTER TABLE ledger_transfer
    ADD CONSTRAINT transfer_closes_the_whole_hold
        FOREIGN KEY (closes_transfer_id, asset, amount, debit_account_id)
        REFERENCES ledger_transfer (transfer_id, asset, amount, credit_account_id);
"""

SHARE_OWNER = "SELECT * FROM ledger_owner WHERE owner_id = %s FOR SHARE"
