"""Who takes part in the stories, what reaches the ledger, and what can be seen of it afterwards."""

import itertools
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db import connection, models, transaction
from uuid_utils.compat import uuid7

from account_service.ledger.locks import AccountKey
from account_service.ledger.models import Account, FreezeMove, Owner, Transfer
from account_service.ledger.requests import TransferRequest
from account_service.ledger.services import recharge_transfer
from account_service.ledger.transfers import post_transfers
from contracts import ORDER_EVENTS, OrderCompleted
from flextx.envelope import Envelope
from flextx.inbox.models import DivertedKey, DivertedRecord, InboxMessage, InboxPosition
from flextx.inbox.position import start_position
from flextx.inbox.process import process_batch
from flextx.outbox.models import OutboxMessage
from flextx.participant.models import Barrier, ParticipantRun
from flextx.saga.messages import Command
from flextx.tracing import new_traceparent
from flextx.transports.protocol import Batch, Record
from tests.support.callers import Caller

CONSUMER = "account-service"
LOG_ID = "the-log"
_numbers = itertools.count(1)
_offsets = itertools.count()


def order_of(owner_id: str = "u-1", coins: int = 60, **changes: Any) -> OrderCompleted:
    """A completed order, each of its own number unless one is given."""
    number = next(_numbers)
    told = {
        "order_no": f"R{number}",
        "owner_id": owner_id,
        "product_id": "coins",
        "coins": coins,
        "amount_minor": 10 * coins,
        "currency": "CNY",
        "channel": "sandbox",
        "trade_no": f"t-{number}",
        "completed_at": datetime(2026, 11, 21, 8, tzinfo=UTC),
    }
    return OrderCompleted.model_validate(told | changes)


def record_of(event: OrderCompleted | Command, *, event_id: UUID | None = None, partition: int = 0) -> Record:
    """As the order service's relay would have sent it, at the next offset."""
    envelope = Envelope(
        event_id=event_id or uuid7(),
        event_type=event.event_type,
        event_version=event.event_version,
        source="order-service",
        occurred_at=datetime(2026, 11, 21, 8, 0, 1, tzinfo=UTC),
        sequence=1,
        traceparent=new_traceparent(),
    )
    key = str(event.run_id) if isinstance(event, Command) else event.order_no
    return Record(event.topic, partition, next(_offsets), key, envelope.headers(), event.body())


def deliver(*records: Record) -> None:
    """What a consumer does with a batch of one partition that it has read."""
    batch = Batch(ORDER_EVENTS, records[0].partition, 0, records)
    start_position(CONSUMER, LOG_ID, batch.topic, batch.partition, 0)
    assert process_batch(batch, consumer=CONSUMER, log_id=LOG_ID) == batch.next_offset


def credit(owner_id: str = "u-1", coins: int = 60) -> Transfer:
    """One recharge, all the way into the ledger."""
    event = order_of(owner_id, coins)
    deliver(record_of(event))
    return Transfer.objects.get(transfer_id=recharge_transfer(event).transfer_id)


def spend(coins: int, cause_id: str = "g-1", *, into: str = "sink") -> None:
    """Coins of u-1 go, or into escrow; past everything but the ledger itself."""
    target = (into, "u-1" if into == "escrow" else "x", "COIN")
    _post(TransferRequest("gift", cause_id, coins, debit=("user", "u-1", "COIN"), credit=target))


def send_back(account: AccountKey, amount: int, *, to_debt: bool = False) -> None:
    """So much of it is gone, to where it came from."""
    issuer = ("issuer", "system", account[2])
    _post(TransferRequest("gift", f"x-{next(_numbers)}", amount, debit=account, credit=issuer, to_debt=to_debt))


def _post(request: TransferRequest) -> None:
    with transaction.atomic():
        post_transfers([request])


def forget_what_was_read() -> None:
    """As after a restore, or on purpose: the inbox is empty and every partition is read from its beginning."""
    InboxMessage.objects.all().delete()
    InboxPosition.objects.all().delete()


def balance_of(owner_id: str) -> int:
    return Account.objects.get(kind="user", owner_id=owner_id, asset="COIN").balance


def without_triggers(statement: str, params: list[Any] | None = None) -> None:
    """What only somebody with the database's own rights could do: past triggers and foreign keys."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(statement, params)
        cursor.execute("SET session_replication_role = DEFAULT")


OWNER = Caller("u-1")
STRANGER = Caller("u-2")
OPERATOR = Caller("op-1", "operator")
SERVICE = Caller("order-service", "service")


_STORED: tuple[type[models.Model], ...] = (
    *(Account, Transfer, OutboxMessage, InboxMessage),
    *(DivertedKey, DivertedRecord, ParticipantRun, Barrier, Owner, FreezeMove),
)


def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row the service holds, positions apart: equal before and after means nothing changed."""
    return {model.__name__: list(model._default_manager.order_by("pk").values()) for model in _STORED}
