"""The relay's statements (PostgreSQL): flat, one round trip each."""

# The head of each key in the relay's buckets: at most one record of a key is under way, and what waits or is parked
# holds back its own key only.
CLAIM_HEADS = """
UPDATE flextx_outbox_outboxmessage SET attempts = attempts + 1
WHERE id = ANY(ARRAY(
    SELECT m.id FROM flextx_outbox_outboxmessage m
    WHERE m.state = 'pending' AND m.bucket = ANY(%(buckets)s) AND m.due_at <= clock_timestamp()
      AND m.attempts >= %(attempts_from)s AND m.attempts < %(attempts_below)s
      AND NOT EXISTS (
          SELECT FROM flextx_outbox_outboxmessage earlier
          WHERE earlier.topic = m.topic AND earlier.key = m.key
            AND earlier.sequence < m.sequence AND earlier.state <> 'sent')
    ORDER BY m.id LIMIT %(limit)s))
RETURNING id, event_id, topic, key, sequence, bucket, event_type, event_version, source, occurred_at, traceparent,
    causation_id, body, failures
"""

# A message taken up more often than this, the last time alone, killed its relay each time.
PARK_KILLERS = """
UPDATE flextx_outbox_outboxmessage SET state = 'parked',
    last_error = CASE WHEN last_error = '' THEN 'its relay died each time it was sent, at last alone'
        ELSE last_error END
WHERE state = 'pending' AND bucket = ANY(%(buckets)s) AND attempts > %(attempts_max)s AND failures < %(attempts_max)s
"""

MARK_SENT = """
UPDATE flextx_outbox_outboxmessage m
SET state = 'sent', sent_at = clock_timestamp(), partition = sent.partition, "offset" = sent.record_offset,
    last_error = ''
FROM unnest(%(ids)s::bigint[], %(partitions)s::int[], %(offsets)s::bigint[]) AS sent (id, partition, record_offset)
WHERE m.id = sent.id AND m.state = 'pending'
"""

MARK_REFUSED = """
UPDATE flextx_outbox_outboxmessage
SET failures = failures + 1, last_error = %(error)s,
    due_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s),
    state = CASE WHEN failures + 1 >= %(attempts_max)s THEN 'parked' ELSE 'pending' END
WHERE id = %(id)s AND state = 'pending' RETURNING failures, state
"""

# No answer from the log is not the message's fault.
GIVE_BACK = """
UPDATE flextx_outbox_outboxmessage SET attempts = attempts - 1 WHERE id = ANY(%(ids)s) AND state = 'pending'
"""

HAS_WORK = """
SELECT EXISTS (
    SELECT FROM flextx_outbox_outboxmessage m
    WHERE m.state = 'pending' AND m.bucket = ANY(%(buckets)s) AND m.due_at <= clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM flextx_outbox_outboxmessage earlier
          WHERE earlier.topic = m.topic AND earlier.key = m.key
            AND earlier.sequence < m.sequence AND earlier.state <> 'sent'))
"""
