"""What the shop does with what it hears; a Fault row says what goes wrong."""

import os
import signal

from django.db import OperationalError

from flextx.errors import Refusal
from flextx.inbox.registry import Delivery, each, handles
from tests.flextx.shop.events import ThingMade, ThingSold, ThingWanted
from tests.flextx.shop.models import Fault, Handled, Shelved
from tests.flextx.shop.saga import SELL, start
from tests.flextx.shop.services import make


class NotOnSale(Refusal):
    """This thing is not sold here."""

    code = "not_on_sale"


@handles(ThingMade)
def shelve(deliveries: list[Delivery[ThingMade]]) -> None:
    events = [delivery.event for delivery in deliveries]
    Handled.objects.bulk_create([Handled(name=event.name, number=event.number) for event in events])
    Shelved.objects.bulk_create(
        [Shelved(name=event.name, number=event.number) for event in events], ignore_conflicts=True
    )
    for event in events:
        _go_wrong(event)


def _go_wrong(event: ThingMade) -> None:
    fault = Fault.objects.filter(name=event.name).first()
    if fault is None or fault.number not in (None, event.number):
        return
    if fault.kind == Fault.Kind.DEFECT:
        raise RuntimeError(f"a defect with {event.name}")
    if fault.kind == Fault.Kind.REFUSAL:
        raise NotOnSale
    if fault.kind == Fault.Kind.OUTAGE:
        raise OperationalError("an outage")
    if fault.kind == Fault.Kind.CONSTRAINT:
        Shelved.objects.create(name=event.name, number=event.number)
    if fault.kind == Fault.Kind.FREEZE:
        os.kill(os.getpid(), signal.SIGSTOP)
    if fault.kind == Fault.Kind.DEATH:
        os.kill(os.getpid(), signal.SIGKILL)


@handles(ThingWanted)
@each
def make_what_is_wanted(delivery: Delivery[ThingWanted]) -> None:
    make(delivery.event.name)


@handles(ThingSold)
@each
def sell(delivery: Delivery[ThingSold]) -> None:
    start(SELL, delivery.event.name)
