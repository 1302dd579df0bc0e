"""The relay's statements (PostgreSQL): flat, one round trip each."""

# The head of each key in the relay's buckets: at most one record of a key is under way, and what waits or is parked
# holds back its own key only.
NEXT_HEADS = """
SELECT m.id, m.event_id, m.topic, m.key, m.sequence, m.bucket, m.event_type, m.event_version, m.source, m.occurred_at,
    m.traceparent, m.causation_id, m.body, m.failures
FROM flextx_outbox_outboxmessage m
WHERE m.state = 'pending' AND m.bucket = ANY(%(buckets)s) AND m.due_at <= clock_timestamp()
  AND m.deaths >= %(deaths_from)s AND m.deaths < %(deaths_below)s
  AND NOT EXISTS (
      SELECT FROM flextx_outbox_outboxmessage earlier
      WHERE earlier.topic = m.topic AND earlier.key = m.key
        AND earlier.sequence < m.sequence AND earlier.state IN ('pending', 'parked'))
ORDER BY m.id LIMIT %(limit)s
"""

# Written down before anything is sent, so that a death is counted for what was under way. One row a relay instead of
# one update a message: this is most of what makes the relay fast.
NOTE_WAVE = """
INSERT INTO flextx_outbox_wave (member, message_ids) VALUES (%(member)s, %(message_ids)s::jsonb)
ON CONFLICT (member) DO UPDATE SET message_ids = EXCLUDED.message_ids
"""

FORGET_WAVE = "DELETE FROM flextx_outbox_wave WHERE member = %(member)s"

# What was under way when its relay died, or was taken for dead.
COUNT_DEATHS = """
WITH dead AS (
    DELETE FROM flextx_outbox_wave wave
    WHERE (%(just_started)s AND wave.member = %(member)s)
       OR NOT EXISTS (SELECT FROM flextx_outbox_member alive WHERE alive.member = wave.member)
    RETURNING message_ids)
UPDATE flextx_outbox_outboxmessage SET deaths = deaths + 1
WHERE state = 'pending' AND id IN (SELECT jsonb_array_elements_text(message_ids)::bigint FROM dead)
"""

# Under way in more deaths than this, the last time alone: it is what kills its relay.
PARK_KILLERS = """
UPDATE flextx_outbox_outboxmessage
SET state = 'parked', parked_at = clock_timestamp(), last_error = 'its relay died each time it was sent, at last alone'
WHERE state = 'pending' AND bucket = ANY(%(buckets)s) AND deaths > %(deaths_max)s
"""

MARK_SENT = """
UPDATE flextx_outbox_outboxmessage m
SET state = 'sent', sent_at = clock_timestamp(), partition = sent.partition, "offset" = sent.record_offset,
    sent_by = %(member)s, last_error = ''
FROM unnest(%(ids)s::bigint[], %(partitions)s::int[], %(offsets)s::bigint[]) AS sent (id, partition, record_offset)
WHERE m.id = sent.id AND m.state = 'pending'
"""

MARK_REFUSED = """
UPDATE flextx_outbox_outboxmessage
SET failures = failures + 1, last_error = %(error)s,
    due_at = clock_timestamp() + make_interval(secs => %(wait_seconds)s),
    state = CASE WHEN failures + 1 >= %(attempts_max)s THEN 'parked' ELSE 'pending' END,
    parked_at = CASE WHEN failures + 1 >= %(attempts_max)s THEN clock_timestamp() END
WHERE id = %(id)s AND state = 'pending'
"""

HAS_WORK = """
SELECT EXISTS (
    SELECT FROM flextx_outbox_outboxmessage m
    WHERE m.state = 'pending' AND m.bucket = ANY(%(buckets)s) AND m.due_at <= clock_timestamp()
      AND NOT EXISTS (
          SELECT FROM flextx_outbox_outboxmessage earlier
          WHERE earlier.topic = m.topic AND earlier.key = m.key
            AND earlier.sequence < m.sequence AND earlier.state IN ('pending', 'parked')))
"""
