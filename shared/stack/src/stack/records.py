"""The record that a journey names, read back from the message log itself."""

from typing import Any

from stack.answers import answer_of
from stack.errors import Failure
from stack.layout import System
from stack.processes import record_command

READ_SECONDS_MAX = 60


def read_back(system: System, hops: list[Any]) -> str:
    """Says what stands there. Raises Failure if it is another event than the one that was sent."""
    details = {hop["name"]: hop["details"] for hop in hops}
    place = {name: details["sent_to_log"][name] for name in ("topic", "partition", "offset")}
    event_id = details["outbox_written"]["event_id"]
    _, record = answer_of(record_command(system, **place), seconds_max=READ_SECONDS_MAX)
    where = f"{place['topic']}, partition {place['partition']}, offset {place['offset']}"
    if record["headers"]["ce_id"] != event_id:
        raise Failure(f"{where} holds event {record['headers']['ce_id']}, not {event_id}")
    return f"read back from {record['log']}, {where}: event {event_id} of key {record['key']}\n  {record['body']}"
