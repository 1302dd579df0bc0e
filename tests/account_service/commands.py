"""What a run asks of this service, the answer it gets, and what is seen of the money afterwards."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid5

from account_service.ledger.models import Account, Transfer
from contracts import (
    AccountReply,
    ChargeGift,
    HoldRefund,
    RefundGift,
    ReleaseRefund,
    ReverseGift,
    SettleGift,
    TakeRefund,
)
from flextx.inbox.models import DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.saga.messages import Command, Side, command_id
from flextx.testing import deliver

NAMESPACE = UUID(int=7)


@dataclass(frozen=True)
class Gift:
    """100 coins of u-1's, 70 litchi for h-1, unless said otherwise. `undoing`: the run that takes it back."""

    gift_id: str = "g-1"
    sender_id: str = "u-1"
    host_id: str = "h-1"
    coins: int = 100
    litchi: int = 70
    undoing: int = 1

    def charge(self) -> ChargeGift:
        return ChargeGift(**self._fields("charge", Side.DO))

    def refund(self) -> RefundGift:
        return RefundGift(**self._fields("charge", Side.UNDO))

    def settle(self) -> SettleGift:
        return SettleGift(**self._fields("settle", Side.DO))

    def reverse(self, *, to_debt: bool = False) -> ReverseGift:
        return ReverseGift(**self._fields(f"reverse-{self.undoing}", Side.DO), to_debt=to_debt)

    @property
    def run_id(self) -> UUID:
        return uuid5(NAMESPACE, self.gift_id)

    def _fields(self, step: str, side: Side) -> dict[str, Any]:
        business = {name: getattr(self, name) for name in ("gift_id", "sender_id", "host_id", "coins", "litchi")}
        return addressed(self.run_id, step, side, self.sender_id) | business


@dataclass(frozen=True)
class Refund:
    """Of an order of u-1's. `attempt`: which run it is."""

    order_no: str
    owner_id: str = "u-1"
    coins: int = 60
    attempt: int = 1

    def hold(self, *, by_owner: bool = False, to_debt: bool = False) -> HoldRefund:
        return HoldRefund(**self._fields("hold", Side.DO), by_owner=by_owner, to_debt=to_debt)

    def release(self) -> ReleaseRefund:
        return ReleaseRefund(**self._fields("hold", Side.UNDO))

    def take(self) -> TakeRefund:
        return TakeRefund(**self._fields("take", Side.DO))

    @property
    def run_id(self) -> UUID:
        return uuid5(NAMESPACE, f"{self.order_no}:{self.attempt}")

    @property
    def again(self) -> "Refund":
        return replace(self, attempt=self.attempt + 1)

    def _fields(self, step: str, side: Side) -> dict[str, Any]:
        business = {"order_no": self.order_no, "owner_id": self.owner_id, "coins": self.coins}
        return addressed(self.run_id, step, side, self.owner_id) | business


def addressed(run_id: UUID, step: str, side: Side, initiator: str) -> dict[str, Any]:
    address = {"run_id": run_id, "step": step, "side": side, "command_id": command_id(run_id, step, side)}
    return address | {"initiator": initiator}


def ask(command: Command) -> AccountReply:
    """Hand the command in; the reply to it, which must be there."""
    before = OutboxMessage.objects.count()
    deliver(command, key=str(command.run_id))
    assert OutboxMessage.objects.count() == before + 1, DivertedRecord.objects.values_list("last_error", flat=True)
    row = OutboxMessage.objects.filter(key=str(command.run_id)).order_by("-sequence")[0]
    reply = AccountReply.model_validate_json(bytes(row.body))
    assert (reply.command_id, reply.step, reply.side) == (command.command_id, command.step, command.side)
    return reply


def applied(*commands: Command) -> list[Transfer]:
    """Hand them in; each is applied. The transfers of the last, in the order its reply names them."""
    for command in commands:
        reply = ask(command)
        assert (reply.outcome, reply.duplicate) == ("applied", False), (reply.code, reply.detail)
    return [Transfer.objects.get(pk=transfer_id) for transfer_id in reply.result["transfer_ids"]]


def goes_aside(command: Command) -> str:
    """Hand the command in; it is answered by nothing. Why it was put aside."""
    replies = OutboxMessage.objects.count()
    deliver(command, key=str(command.run_id))
    assert OutboxMessage.objects.count() == replies
    return f"{DivertedRecord.objects.latest('id').state}: {DivertedRecord.objects.latest('id').reason}"


def ledger() -> list[Any]:
    """Every row that money is made of: equal before and after means that nothing moved."""
    return [list(Account.objects.order_by("pk").values()), list(Transfer.objects.order_by("pk").values())]


def balances() -> dict[str, int]:
    """kind/owner/asset -> balance, of every owner's account that is not empty."""
    return {f"{row.kind}/{row.owner_id}/{row.asset}": row.balance for row in Account.objects.exclude(balance=0)}


def moved(transfers: list[Transfer]) -> list[tuple[str, int, str, str]]:
    """(kind, amount, from, to) of each."""
    return [(each.kind, each.amount, _name(each.debit_account), _name(each.credit_account)) for each in transfers]


def _name(account: Account) -> str:
    return f"{account.kind}/{account.owner_id}"
