"""Vendor SQL (PostgreSQL)."""

# Held to the end of the transaction; whoever comes second is told so at once instead of waiting.
TRY_LOCK = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
