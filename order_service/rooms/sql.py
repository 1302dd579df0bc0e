"""The feed's statement for PostgreSQL."""

# The index (room, seq) is entered once for each room asked about, however long the others' feeds are.
NEWS = """
SELECT e.* FROM unnest(%s::text[], %s::bigint[]) AS asked (room_id, position)
CROSS JOIN LATERAL (
    SELECT * FROM rooms_feedevent f WHERE f.room_id = asked.room_id AND f.seq > asked.position
    ORDER BY f.seq LIMIT %s
) e
ORDER BY e.room_id, e.seq
"""
