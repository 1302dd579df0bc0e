"""A run, a feed and balances as a terminal shows them. Every time is a stored one."""

from collections.abc import Iterator
from typing import Any, TypeAlias

from stack.demo_gift_stage import Balances
from stack.tables import details_text, table

Hop: TypeAlias = tuple[str, str, str, dict[str, Any]]
"""(at, service, what happened, details)"""


def hops_text(run: Any) -> str:
    """What became of a run so far, side by side of its steps."""
    rows = [[at, service, what, details_text(details)] for at, service, what, details in _hops(run)]
    return table(["at (stored)", "service", "what happened", "details"], rows)


def standing_text(run: Any) -> str:
    """Where an unfinished run stands, and what it waits for."""
    waiting = [_waiting(side) for side in run["steps"] if side["state"] == "attempted"]
    times = f"looks again at {run['next_due_at']}"
    if run["deadline_at"]:
        times += f"; gives up at {run['deadline_at']}"
    return f"run {run['state']}: waits for {', '.join(waiting)}\n{times}"


def feed_text(events: list[Any]) -> str:
    if not events:
        return "nothing of this gift"
    return ", ".join(f"{event['event_id']} {event['kind']}{_said(event)}" for event in events)


def balances_text(before: Balances, after: Balances) -> str:
    """Those that changed, and the sender's, who is first."""
    shown = [of for number, of in enumerate(before) if not number or before[of] != after[of]]
    rows = [[*of, *map(str, before[of]), *map(str, after[of])] for of in shown]
    return table(["owner", "asset", "before", "(held)", "after", "(held)"], rows)


def _hops(run: Any) -> Iterator[Hop]:
    yield run["created_at"], "order", "run_started", {"type": run["type"], "version": run["version"]}
    for side in run["steps"]:
        yield from _side_hops(side)
    if run["finished_at"]:
        yield run["finished_at"], "order", f"run_{run['state']}", _given(reason=run["reason"])


def _side_hops(side: Any) -> Iterator[Hop]:
    name = f"{side['step']}" if side["side"] == "do" else f"undo_{side['step']}"
    for command in side["commands"]:
        yield command["written_at"], "order", f"{name}_asked", {"command": command["type"]}
        if command["sent_at"]:
            yield command["sent_at"], "order", "sent_to_log", {**_place(command), "sent_by": command["sent_by"]}
    for reply in side["replies"]:
        there = reply["participant"]
        yield there["received_at"], "account", "command_received", _place(there, "cause_")
        yield there["answered_at"], "account", reply["outcome"], _ids(there["result"])
        yield reply["received_at"], "order", "reply_received", _place(reply)
    if side["settled_at"]:
        result = {} if side["replies"] else side["result"]
        yield side["settled_at"], "order", f"{name}_{side['state']}", _given(code=side["code"], **result)


def _place(told: Any, prefix: str = "") -> dict[str, Any]:
    return {name: told[f"{prefix}{name}"] for name in ("topic", "partition", "offset")}


def _ids(result: Any) -> dict[str, Any]:
    """Transfers by the beginnings of their ids: a table has to fit a screen."""
    ids = (result or {}).get("transfer_ids", [])
    return {"transfer_ids": [f"{transfer_id[:8]}..." for transfer_id in ids]} if ids else {}


def _given(**details: Any) -> dict[str, Any]:
    return {name: value for name, value in details.items() if value is not None}


def _waiting(side: Any) -> str:
    sent = [command for command in side["commands"] if command["sent_at"]]
    return f"the answer to {side['step']} (asked {side['asked']} time(s), {len(sent)} sent)"


def _said(event: Any) -> str:
    return f" {event['comment']!r}" if event["kind"] == "comment" else ""
