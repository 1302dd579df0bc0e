"""Which containers carried a record: who sent it is stored with it; who handled it, Kafka's group knows.

A consumer's name is not stored, so its partition is looked up before the record was sent and after it was handled: who
held it at both times handled it. If that changed in between, the answer says so.
"""

import time
from collections.abc import Mapping
from typing import Any

from stack.containers import Containers
from stack.errors import Failure

SETTLED_SECONDS_MAX = 90
GROUPS = {"order-service", "account-service"}
SENT_BY = """
SELECT sent_by FROM flextx_outbox_outboxmessage
WHERE topic = :'topic' AND "partition" = :partition AND "offset" = :offset
"""
Holders = Mapping[tuple[str, str, str], tuple[str, str]]
"""(group, topic, partition) -> (the consumer's name, its id, which is new after each start)"""


def settled_holders(containers: Containers) -> Holders:
    """Just started, the consumers are still dividing the partitions."""
    deadline = time.monotonic() + SETTLED_SECONDS_MAX
    while _groups(holders := current_holders(containers)) != GROUPS:
        if time.monotonic() > deadline:
            raise Failure(f"the consumers had not divided the partitions after {SETTLED_SECONDS_MAX} s: {holders}")
        time.sleep(1)
    return holders


def _groups(holders: Holders) -> set[str]:
    return {group for group, _, _ in holders}


def current_holders(containers: Containers) -> Holders:
    told = containers.kafka("kafka-consumer-groups.sh", "--describe", "--all-groups", "--members", "--verbose")
    return assignments(told)


def assignments(told: str) -> Holders:
    """Kafka's table of members, such as `account-service ... account-consumer-1 ... order.events:0,1,2`."""
    found, columns = {}, list[str]()
    for words in map(str.split, told.splitlines()):
        if words[:1] == ["GROUP"]:
            columns = words
        elif len(words) == len(columns) and words:
            row = dict(zip(columns, words, strict=True))
            for topic, colon, partitions in (part.rpartition(":") for part in row["CURRENT-ASSIGNMENT"].split(";")):
                for partition in partitions.split(",") if colon else ():  # "-": a member without any
                    found[row["GROUP"], topic, partition] = (row["GROUP-INSTANCE-ID"], row["CONSUMER-ID"])
    return found


def sender(containers: Containers, database: str, where: Mapping[str, Any]) -> str:
    """The relay that took the record at topic, partition and offset `where` to the log."""
    place = {name: where[name] for name in ("topic", "partition", "offset")}
    ((sent_by,),) = containers.query(database, SENT_BY, **place)
    return sent_by


def handler(group: str, where: Mapping[str, Any], before: Holders, after: Holders) -> str:
    """The consumer of `group` that took the record in."""
    partition = (group, str(where["topic"]), str(where["partition"]))
    first, last = before.get(partition), after.get(partition)
    if first is not None and first == last:
        return first[0]
    return f"changed hands meanwhile: {first and first[0]} -> {last and last[0]}"
