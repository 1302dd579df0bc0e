"""What only a person or a defect leads to, so that the crash points on that way are reached too."""

from __future__ import annotations

import secrets
from uuid import uuid4

from tests.system.gifts import insist_on, operate, recharge, run_now
from tests.system.world import World, wait_for

SECONDS = 90
_POLICY = (
    '{"tries_max": 1, "retry_first_seconds": 1, "retry_seconds_max": 1, "timeout_seconds": 2, "deadline_seconds": 9}'
)
_JOB = (
    "INSERT INTO flextx_recovery_job (name, payload, policy, state, tries, epoch, due_at, last_error)"
    " VALUES (%s, '{}', %s, 'waiting', 0, 0, now(), '')"
)
_RUN = (
    "INSERT INTO flextx_saga_run (run_id, saga, version, state, business_key, open_key, initiator, data, traceparent,"
    " step_number, side, reason, detail, parked_reason, last_error, command_sequence, epoch, claims, next_due_at,"
    " finished_at) VALUES (%s, 'nobodys', 1, %s, %s, %s, 'u-1', '{}', '', 0, 'do', '', '', '', '', 0, 0, 0, now(),"
    " CASE WHEN %s = 'done' THEN now() END)"
)
_SKIPPED = (
    "INSERT INTO flextx_saga_stepside (run_id, number, name, kind, side, state, command_id, asked, tries, code, detail,"
    " last_error, result, by_hand, deadline_at, settled_at)"
    " VALUES (%s, 0, 'a step', 'pivot', 'do', 'skipped', gen_random_uuid(), 0, 1, '', '', '', '{}', true, now(), now())"
)


def a_job_is_parked_and_put_away(world: World) -> None:
    """Nobody can do it: its one try fails, and an operator skips it."""
    name = f"nobodys-{secrets.token_hex(6)}"
    world.rows("order", _JOB, (name, _POLICY))
    query = "SELECT id FROM flextx_recovery_job WHERE name = %s AND state = 'parked'"
    ((number,),) = wait_for(lambda: world.rows("order", query, (name,)), bool, seconds=SECONDS, what="parked")
    # After an answer was lost a repeat finds nothing parked: it was done.
    wait_for(
        lambda: answer_of(world, f"/parked/job-{number}/skip") in (200, 404), bool, seconds=SECONDS, what="skipped"
    )


def a_run_nobody_declared_is_taken_up(world: World) -> None:
    """It fails each time; once it has been seen to, it is taken out again."""
    run_id = _plant(world, "running")
    query = "SELECT 1 FROM flextx_saga_run WHERE run_id = %s AND last_error <> ''"
    wait_for(lambda: world.rows("order", query, (run_id,)), bool, seconds=SECONDS, what="failed")
    world.rows("order", "DELETE FROM flextx_saga_run WHERE run_id = %s", (run_id,))


def a_skipped_step_is_made_good(world: World) -> None:
    run_id = _plant(world, "done")
    world.rows("order", _SKIPPED, (run_id,))
    # A repeat after a lost answer finds it resolved.
    wait_for(lambda: answer_of(world, f"/runs/{run_id}/resolve") in (200, 409), bool, seconds=SECONDS, what="resolved")


def a_large_refund_is_refused_by_a_second_person(world: World, owner: str) -> None:
    order = recharge(world, owner, "coins-3000")
    run_id = insist_on(world, f"/orders/{order['order_no']}/refund", 202)["run_id"]
    wait_for(lambda: run_now(world, run_id)["state"], lambda state: state == "waiting", seconds=SECONDS, what="waiting")
    decide = f"/runs/{run_id}/refuse"
    wait_for(lambda: answer_of(world, decide, "op-2") in (200, 409), bool, seconds=SECONDS, what="decided")
    query = "SELECT status FROM recharge_order WHERE order_no = %s"
    wait_for(
        lambda: world.rows("order", query, (order["order_no"],)),
        lambda rows: rows == [("credited",)],
        seconds=SECONDS,
        what="as it was",
    )


def _plant(world: World, state: str) -> str:
    run_id = str(uuid4())
    world.rows("order", _RUN, (run_id, state, run_id, run_id, state))
    return run_id


def answer_of(world: World, path: str, who: str = "op-1") -> int:
    try:
        return operate(world, path, who)[0]
    except Exception:  # the web process died under it: whatever the client's library makes of that
        return 0
