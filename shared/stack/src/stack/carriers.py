"""Which containers carried a record: who held its key when it was sent, and its partition when it was handled.

Neither is stored with the record, so both are looked up before it was sent and after it was handled: who held the key
and the partition at both times, carried it. If that changed in between, the answer says so.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from stack.containers import Containers
from stack.errors import Failure

SETTLED_SECONDS_MAX = 90
# A relay that takes a bucket over does so under a new epoch.
BUCKETS = "SELECT resource, coalesce(owner, ''), epoch FROM flextx_outbox_lease WHERE scope = 'outbox'"
BUCKET_OF = """
SELECT bucket FROM flextx_outbox_outboxmessage
WHERE topic = :'topic' AND "partition" = :partition AND "offset" = :offset
"""
Holder = tuple[str, str]
"""Its name, and what changes when it takes over anew."""
SERVICES = ("order_service", "account_service")


@dataclass(frozen=True)
class Holders:
    """Of keys, (database, bucket) -> (relay, epoch); of partitions, (group, topic, partition) -> (consumer, member)."""

    buckets: Mapping[tuple[str, str], Holder]
    partitions: Mapping[tuple[str, str, str], Holder]

    @property
    def complete(self) -> bool:
        groups = {group for group, _, _ in self.partitions}
        owned = self.buckets and all(relay for relay, _ in self.buckets.values())
        return bool(owned) and len(groups) == len(SERVICES) == len({database for database, _ in self.buckets})


def settled_holders(containers: Containers) -> Holders:
    """Just started, relays and consumers are still dividing the work."""
    deadline = time.monotonic() + SETTLED_SECONDS_MAX
    while not (holders := current_holders(containers)).complete:
        if time.monotonic() > deadline:
            raise Failure(f"relays and consumers had not divided the work after {SETTLED_SECONDS_MAX} s: {holders}")
        time.sleep(1)
    return holders


def current_holders(containers: Containers) -> Holders:
    buckets = {
        (service, bucket): (relay, epoch)
        for service in SERVICES
        for bucket, relay, epoch in containers.query(service, BUCKETS)
    }
    told = containers.kafka("kafka-consumer-groups.sh", "--describe", "--all-groups", "--members", "--verbose")
    return Holders(buckets, assignments(told))


def assignments(told: str) -> dict[tuple[str, str, str], Holder]:
    """Kafka's table of members, such as `account-service ... account-consumer-1 ... order.events:0,1,2`."""
    found, columns = {}, list[str]()
    for words in map(str.split, told.splitlines()):
        if words[:1] == ["GROUP"]:
            columns = words
        elif len(words) == len(columns) and words:
            row = dict(zip(columns, words, strict=True))
            for topic, _, partitions in (part.rpartition(":") for part in row["CURRENT-ASSIGNMENT"].split(";")):
                for partition in partitions.split(","):
                    found[row["GROUP"], topic, partition] = (row["GROUP-INSTANCE-ID"], row["CONSUMER-ID"])
    return found


def sender(containers: Containers, service: str, where: Mapping[str, Any], before: Holders, after: Holders) -> str:
    """The relay that took the record at topic, partition and offset `where` to the log."""
    ((bucket,),) = containers.query(service, BUCKET_OF, **where)
    return _held_throughout(before.buckets, after.buckets, (service, bucket))


def handler(group: str, where: Mapping[str, Any], before: Holders, after: Holders) -> str:
    """The consumer of `group` that took the record in."""
    partition = (group, str(where["topic"]), str(where["partition"]))
    return _held_throughout(before.partitions, after.partitions, partition)


def _held_throughout(before: Mapping[Any, Holder], after: Mapping[Any, Holder], place: tuple[str, ...]) -> str:
    first, last = before.get(place), after.get(place)
    if first is not None and first == last:
        return first[0]
    return f"changed hands meanwhile: {first and first[0]} -> {last and last[0]}"
