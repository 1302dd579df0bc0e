"""`manage flextx replay`: a range of a topic once more, through the same inbox."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

from flextx.inbox.replay import replay
from flextx.operate.actions import record_action
from flextx.operate.ranges import NoRange, add_range_arguments, moment_of, subject_of
from flextx.transports.choose import transport
from flextx.transports.protocol import Transport

RECORDS_MAX = 100_000


def add_arguments(what: Any) -> None:
    """`what`: the subparsers of `manage flextx`."""
    parser = what.add_parser("replay", help="handle a range of a topic again; what was handled before is absorbed")
    add_range_arguments(parser)
    parser.add_argument("--partition", type=int, help="needed with offsets; with times all are read without it")


def answer(options: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """One object a partition. Raises NoRange, NotInTheLog. Audited before it begins, and again with what it did."""
    log = transport()
    ranges = _ranges(log, options)
    asked = sum(end - start for start, end in ranges.values())
    if asked > RECORDS_MAX:
        raise NoRange(f"That is {asked} records, and at most {RECORDS_MAX} are read at once: take a shorter range.")
    about = {"topic": options["topic"], "from": options["start"], "to": options["end"], "records": asked}
    action = record_action(
        subject=subject_of(options),
        action="replay",
        who=options["who"],
        why=options["reason"],
        before=about,
        after=None,
    )
    done = []
    for partition, (start, end) in sorted(ranges.items()):
        done.append(asdict(replay(log, topic=options["topic"], partition=partition, start=start, end=end)))
        yield done[-1]
    action.after = done
    action.save()


def _ranges(log: Transport, options: dict[str, Any]) -> dict[int, tuple[int, int]]:
    topic, partition = options["topic"], options["partition"]
    if options["start"].isdecimal() and options["end"].isdecimal():
        if partition is None:
            raise NoRange()
        return {partition: (int(options["start"]), int(options["end"]))}
    starts = log.offsets_at(topic, moment_of(options["start"]))
    ends = log.offsets_at(topic, moment_of(options["end"]))
    return {
        number: (start, max(start, ends[number]))
        for number, start in starts.items()
        if partition in (None, number) and start < ends[number]
    }
