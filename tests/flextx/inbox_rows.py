"""What the stories ask of the inbox and of the handlers' tables."""

from collections.abc import Iterator
from contextlib import contextmanager

from flextx.inbox.consumer import EventConsumer
from flextx.inbox.models import DivertedRecord, InboxPosition
from flextx.testing import running, wait_until
from flextx.transports.choose import transport
from tests.flextx.message_log import tell
from tests.flextx.shop.models import Handled, Shelved

TOPIC = "shop.things"


def a_consumer(name: str = "consumer-1") -> EventConsumer:
    return EventConsumer(name=name, transport=transport())


@contextmanager
def consuming(name: str = "consumer-1") -> Iterator[None]:
    with running(a_consumer(name)) as stop:
        yield
        stop.set()
        tell("NOTIFY log_append")  # it may be waiting for records


def consume_all() -> None:
    """Run a consumer until everything in the log was dealt with."""
    with consuming():
        wait_until(all_read)


def positions() -> dict[int, int]:
    """partition -> the next offset the shop wants"""
    return {row.partition: row.next_offset for row in InboxPosition.objects.filter(consumer="shop", topic=TOPIC)}


def all_read() -> bool:
    ends = {partition: end for (_, partition), end in transport().end_offsets([TOPIC]).items()}
    return positions() == ends


def handled() -> list[tuple[str, int]]:
    """(name, number) of every run of the handler, in the order of the runs."""
    return [(row.name, row.number) for row in Handled.objects.order_by("id")]


def shelved() -> list[tuple[str, int]]:
    return sorted((row.name, row.number) for row in Shelved.objects.all())


def aside() -> dict[str, str]:
    """key@offset -> state"""
    return {f"{row.key}@{row.offset}": row.state for row in DivertedRecord.objects.all()}
