"""The gifts' comparisons (PostgreSQL). Each gives (gift_id, detail)."""

# What a gift says of itself against the runs that send it and take it back.
STATUS_DIFFERS_FROM_RUN = """
SELECT g.gift_id, 'the gift is ' || g.status || ', its run ' || coalesce(r.state, 'missing')
    || coalesce(', the run that undoes it ' || u.state, '')
FROM gifts_gift g
LEFT JOIN flextx_saga_run r ON r.run_id = g.run_id
LEFT JOIN flextx_saga_run u ON u.run_id = g.undo_run_id
WHERE NOT coalesce(CASE g.status
    WHEN 'sending' THEN r.state IN ('running', 'waiting', 'undoing', 'parked')
    WHEN 'refused' THEN r.state = 'refused'
    WHEN 'sent' THEN r.state = 'done' AND coalesce(u.state, 'refused') IN ('refused', 'undone')
    WHEN 'undoing' THEN r.state = 'done' AND u.state IN ('running', 'waiting', 'undoing', 'parked')
    WHEN 'undone' THEN r.state = 'undone' OR (r.state = 'done' AND u.state = 'done')
END, false)
ORDER BY g.gift_id LIMIT 1000
"""

# An effect is shown if and only if the money moved and was not given back.
SHOWN_AND_NOT_PAID = """
SELECT g.gift_id, 'its effect is shown in ' || e.room_id || ', the gift is ' || g.status
FROM gifts_gift g JOIN rooms_feedevent e ON e.gift_id = g.gift_id AND e.kind = 'effect'
WHERE g.status IN ('refused', 'undone')
  AND NOT EXISTS (SELECT FROM rooms_feedevent x WHERE x.gift_id = g.gift_id AND x.kind = 'retracted')
ORDER BY g.gift_id LIMIT 1000
"""

PAID_AND_NOT_SHOWN = """
SELECT g.gift_id, 'the gift is ' || g.status || ', but its effect was never shown'
FROM gifts_gift g
WHERE g.status IN ('sent', 'undoing')
  AND NOT EXISTS (SELECT FROM rooms_feedevent e WHERE e.gift_id = g.gift_id AND e.kind = 'effect')
ORDER BY g.gift_id LIMIT 1000
"""

RETRACTED_AND_NOT_UNDONE = """
SELECT g.gift_id, 'its effect was retracted, the gift is ' || g.status
FROM gifts_gift g JOIN rooms_feedevent e ON e.gift_id = g.gift_id AND e.kind = 'retracted'
WHERE g.status NOT IN ('undoing', 'undone')
ORDER BY g.gift_id LIMIT 1000
"""

SHOWN_WITHOUT_GIFT = """
SELECT e.gift_id, e.kind || ' in ' || e.room_id || ' of a gift that does not exist'
FROM rooms_feedevent e WHERE NOT EXISTS (SELECT FROM gifts_gift g WHERE g.gift_id = e.gift_id)
ORDER BY e.gift_id LIMIT 1000
"""

COUNT_GIFTS = "SELECT count(*) FROM gifts_gift"

COUNT_IN_FLIGHT = "SELECT count(*) FROM gifts_gift WHERE status IN ('sending', 'undoing')"
