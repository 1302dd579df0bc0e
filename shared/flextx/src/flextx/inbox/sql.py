"""The inbox's statements (PostgreSQL)."""

# Insert, don't check first: a row that comes back is new, one that does not was seen before.
TAKE_IN = """
INSERT INTO flextx_inbox_inboxmessage (consumer, event_id, event_type, event_version, topic, partition, "offset", key,
    sequence, causation_id)
SELECT %(consumer)s, * FROM unnest(%(event_ids)s::uuid[], %(event_types)s::text[], %(event_versions)s::int[],
    %(topics)s::text[], %(partitions)s::int[], %(offsets)s::bigint[], %(keys)s::text[], %(sequences)s::bigint[],
    %(causation_ids)s::uuid[])
ON CONFLICT (consumer, event_id) DO NOTHING
RETURNING event_id, received_at
"""

COUNT_SKIPPED = """
INSERT INTO flextx_inbox_skippedtype (consumer, event_type, skipped) VALUES (%(consumer)s, %(event_type)s, %(skipped)s)
ON CONFLICT (consumer, event_type)
DO UPDATE SET skipped = flextx_inbox_skippedtype.skipped + EXCLUDED.skipped, last_at = clock_timestamp()
"""

PRUNE_INBOX = """
DELETE FROM flextx_inbox_inboxmessage WHERE (consumer, event_id) IN (
    SELECT consumer, event_id FROM flextx_inbox_inboxmessage WHERE received_at < %(before)s
    ORDER BY received_at LIMIT %(limit)s FOR UPDATE SKIP LOCKED)
"""

KNOW_POSITION = """
INSERT INTO flextx_inbox_inboxposition (consumer, topic, partition, log_id, next_offset)
VALUES (%(consumer)s, %(topic)s, %(partition)s, %(log_id)s, %(next_offset)s) ON CONFLICT DO NOTHING
"""

LOCK_POSITION = """
SELECT log_id, next_offset FROM flextx_inbox_inboxposition
WHERE consumer = %(consumer)s AND topic = %(topic)s AND partition = %(partition)s FOR UPDATE
"""

ADVANCE_POSITION = """
UPDATE flextx_inbox_inboxposition
SET next_offset = %(next_offset)s, updated_at = clock_timestamp(), trying_by = '', deaths = 0
WHERE consumer = %(consumer)s AND topic = %(topic)s AND partition = %(partition)s
"""

# Not waited for on disk: it has to outlive this process, not the database.
NOTE_UNDER_WAY = """
UPDATE flextx_inbox_inboxposition SET trying_by = %(member)s, trying_until = %(until)s
WHERE consumer = %(consumer)s AND topic = %(topic)s AND partition = %(partition)s AND trying_by IN ('', %(member)s)
RETURNING next_offset < alone_until, deaths, set_config('synchronous_commit', 'off', true)
"""

# Whoever had the batch under way is gone. After so many deaths what it held is done one by one, and the count begins
# anew: from then on it is about the next record alone.
COUNT_DEATH = """
UPDATE flextx_inbox_inboxposition
SET trying_by = '',
    deaths = CASE WHEN next_offset < alone_until OR deaths + 1 < %(deaths_max)s THEN deaths + 1 ELSE 0 END,
    alone_until = CASE WHEN next_offset < alone_until OR deaths + 1 < %(deaths_max)s THEN alone_until
                       ELSE trying_until END
WHERE consumer = %(consumer)s AND topic = %(topic)s AND partition = %(partition)s
  AND trying_by NOT IN ('', %(member)s)
RETURNING deaths
"""

FORGET_UNDER_WAY = """
UPDATE flextx_inbox_inboxposition SET trying_by = '' WHERE consumer = %(consumer)s AND trying_by = %(member)s
"""

FORGET_KEYS_UNDER_WAY = """
UPDATE flextx_inbox_divertedkey SET trying_by = '' WHERE consumer = %(consumer)s AND trying_by = %(member)s
"""

DIVERT_KEY = """
INSERT INTO flextx_inbox_divertedkey (consumer, key, due_at)
VALUES (%(consumer)s, %(key)s, clock_timestamp() + make_interval(secs => %(wait_seconds)s))
ON CONFLICT (consumer, key) DO NOTHING
"""

# Noted down before anything is tried, and due again for others only later: a record that kills is found here too.
CLAIM_DUE_KEY = """
UPDATE flextx_inbox_divertedkey claimed
SET due_at = clock_timestamp() + make_interval(secs => %(lease_seconds)s), trying_by = %(member)s,
    deaths = CASE WHEN claimed.trying_by IN ('', %(member)s) THEN claimed.deaths ELSE claimed.deaths + 1 END
FROM (
    SELECT consumer, key FROM flextx_inbox_divertedkey
    WHERE consumer = %(consumer)s AND due_at <= clock_timestamp()
    ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
WHERE claimed.consumer = due.consumer AND claimed.key = due.key
RETURNING claimed.key, claimed.deaths
"""

POSTPONE_KEY = """
UPDATE flextx_inbox_divertedkey
SET due_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s), trying_by = '', deaths = 0
WHERE consumer = %(consumer)s AND key = %(key)s
"""
