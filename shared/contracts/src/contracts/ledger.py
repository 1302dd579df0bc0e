"""What the account service tells."""

from typing import ClassVar
from uuid import UUID

from contracts.fields import Amount, Asset, Id, Moment, Offset, Partition
from contracts.topics import ACCOUNT_EVENTS
from flextx.event import Event


class CoinsCredited(Event):
    """The coins of a recharge order are on its owner's account. Key: order_no.

    Carries the account service's part of the journey, so that the order service answers "where is my money?" from
    its own rows: which record was received (`cause_*`), when, and which transfers were posted.
    """

    topic: ClassVar = ACCOUNT_EVENTS
    event_type: ClassVar = "CoinsCredited"
    event_version: ClassVar = 1

    order_no: Id
    owner_id: Id
    asset: Asset
    coins: Amount
    transfer_ids: tuple[UUID, ...]
    consumer: Id
    cause_event_id: UUID
    cause_topic: Id
    cause_partition: Partition
    cause_offset: Offset
    received_at: Moment
    credited_at: Moment
