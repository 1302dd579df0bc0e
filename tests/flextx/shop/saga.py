"""The shop's sagas: one with a step of its own as the point of no return, one with an outside party, one remote."""

import os
from typing import Any
from uuid import UUID

from flextx.outcome import Outcome
from flextx.policy import Policy
from flextx.saga.declaration import Outside, OutsideAnswer, Person, Saga, Step
from flextx.saga.models import Run
from flextx.saga.starting import start_run
from flextx.transactions import atomic
from tests.flextx.shop.commands import BookSale, ReleaseThing, ReserveThing, ShipThing
from tests.flextx.shop.effects import effect, fault_of, go_wrong
from tests.flextx.shop.models import Call, Thing

# Few tries, far apart: a story moves the due times, so that no slow machine takes one try more than it meant.
QUICK = Policy(tries_max=3, retry_first_seconds=30, retry_seconds_max=30, timeout_seconds=2)
DECLARED = os.environ.get("SHOP_SELL_VERSIONS", "1").split(",")


def _local(what: str) -> Any:
    return lambda run: effect(run.run_id, run.data["thing"], what)


def hand_over(run: Run) -> dict[str, str]:
    """Under the lock of the shelf it comes from, which many runs share."""
    Thing.objects.select_for_update().filter(name=run.data.get("shelf")).first()
    effect(run.run_id, run.data["thing"], "do hand_over")
    return {"handed": "over"}


def pay(run: Run) -> OutsideAnswer:
    """The outside party: it remembers each number, and answers as the Fault row says."""
    kind = fault_of(run.data["thing"], "call")
    Call.objects.create(run_id=run.run_id, answer=kind)
    if kind == "unknown":
        return OutsideAnswer(Outcome.UNKNOWN, code="timeout")
    if kind == "refusal":
        return OutsideAnswer(Outcome.REFUSED, code="no_money", detail="The card is empty.")
    go_wrong(kind)
    return OutsideAnswer(Outcome.OK, result={"paid": True})


_RESERVE = Step("reserve", do=ReserveThing, undo=ReleaseThing, policy=QUICK)
_WRAP = Step("wrap", do=_local("do wrap"), undo=_local("undo wrap"), policy=QUICK)
_LABEL = Step("label", do=_local("do label"), undo=_local("undo label"), policy=QUICK)
_HAND_OVER = Step("hand_over", do=hand_over, policy=QUICK)
_BOOK = Step("book", do=BookSale, policy=QUICK)

# As a deployment has them: a process knows the versions that its code still declares.
if "1" in DECLARED:
    SELL = Saga("sell", _RESERVE, _WRAP, _HAND_OVER, _BOOK, lock_field="shelf")
if "2" in DECLARED:  # one step inserted, one removed
    SELL = Saga("sell", _RESERVE, _LABEL, _HAND_OVER, _BOOK, version=2, lock_field="shelf")
BUY = Saga(
    "buy",
    Step("approve", do=Person(), only_if="needs_approval", policy=Policy(deadline_seconds=48 * 3600)),
    _RESERVE,
    Step("pay", do=Outside(pay), policy=QUICK),
    _BOOK,
)
SHIP = Saga("ship", _RESERVE, Step("ship", do=ShipThing, policy=QUICK))


@atomic("shop.start")
def start(saga: Saga, thing: str, **data: Any) -> UUID:
    """A run for this thing, started by u-1; the id of the one there is already if it is open or done."""
    given = {"thing": thing, "needs_approval": False} | data
    run, _ = start_run(saga, business_key=thing, data=given, initiator="u-1")
    return run.run_id
