"""Commands handed in by several consumers at once, each with a partition and a connection of its own."""

from contracts import ACCOUNT_COMMANDS
from flextx.inbox.position import start_position
from flextx.inbox.process import process_batch
from flextx.saga.messages import Command
from flextx.testing.delivery import LOG_ID
from flextx.transports.protocol import Batch
from tests.account_service.stories import CONSUMER, record_of


def hand_in(*commands: Command, consumer: int = 0) -> None:
    """What one of several consumers does with a batch of them. Partition 0 is left to what a story does in between."""
    partition = consumer + 1
    records = tuple(record_of(command, partition=partition) for command in commands)
    start_position(CONSUMER, LOG_ID, ACCOUNT_COMMANDS, partition, 0)
    assert process_batch(Batch(ACCOUNT_COMMANDS, partition, 0, records), consumer=CONSUMER, log_id=LOG_ID)
