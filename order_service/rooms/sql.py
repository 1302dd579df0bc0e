"""The rooms' statements for PostgreSQL."""

SHARE_ROOM = "SELECT * FROM rooms_room WHERE room_id = %s FOR SHARE"

# Held to the transaction's end, and given in the order in which it was asked for.
TAKE_TURN = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"
TAKE_TURN_SHARED = "SELECT pg_advisory_xact_lock_shared(hashtextextended(%s, 0))"

# The index (room, seq) is entered once for each room asked about, however long the others' feeds are.
NEWS = """
SELECT e.* FROM unnest(%s::text[], %s::bigint[]) AS asked (room_id, position)
CROSS JOIN LATERAL (
    SELECT * FROM rooms_feedevent f WHERE f.room_id = asked.room_id AND f.seq > asked.position
    ORDER BY f.seq LIMIT %s
) e
ORDER BY e.room_id, e.seq
"""
