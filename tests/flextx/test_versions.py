"""Consumers are deployed first; when one was not, what it does not know waits for it."""

import pytest

from flextx.inbox import registry
from flextx.inbox.models import DivertedKey, DivertedRecord, SkippedType
from flextx.inbox.registry import Delivery, handles
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made, outgoing
from tests.flextx.inbox_rows import aside, consume_all, consuming, handled
from tests.flextx.operators import OPERATOR
from tests.flextx.shop.events import ThingMadeInColour, ThingPainted
from tests.flextx.shop.models import Handled

pytestmark = pytest.mark.usefixtures("shop", "doors_open")
KEY, OTHER = keys_of_partition(0, 2)


def test_a_newer_version_waits_for_the_deployment_that_knows_it() -> None:
    """Fault tried: an unknown version passed like an unknown type; the retry that reads the old routes' answer."""
    append(made(KEY, 1), outgoing(ThingMadeInColour(name=KEY, number=2, colour="red"), KEY, sequence=2), made(KEY, 3))
    append(made(OTHER, 1))
    consume_all()
    assert aside() == {f"{KEY}@1": "parked", f"{KEY}@2": "waiting"} and handled() == [(KEY, 1), (OTHER, 1)]
    parked = DivertedRecord.objects.get(state="parked")
    assert parked.reason == "UnknownVersion"

    route = (ThingMadeInColour.event_type, ThingMadeInColour.event_version)
    handles(ThingMadeInColour)(shelve_in_colour)  # the new deployment
    try:
        OPERATOR.post(f"parked/inbox-{parked.pk}/retry", reason="version 2 is deployed").says(200)
        with consuming():
            wait_until(lambda: not DivertedKey.objects.exists(), seconds=60)
    finally:
        del registry._routes[route]

    assert handled() == [(KEY, 1), (OTHER, 1), (KEY, 2), (KEY, 3)]


def shelve_in_colour(deliveries: list[Delivery[ThingMadeInColour]]) -> None:
    for delivery in deliveries:
        Handled.objects.create(name=delivery.event.name, number=delivery.event.number)


def test_a_type_nobody_handles_is_counted_each_time_and_holds_nothing() -> None:
    """Fault tried: COUNT_SKIPPED that keeps the first count."""
    append(outgoing(ThingPainted(name=KEY), KEY), made(KEY, 1))
    consume_all()
    append(outgoing(ThingPainted(name=KEY), KEY), outgoing(ThingPainted(name=OTHER), OTHER))
    consume_all()

    assert list(SkippedType.objects.values_list("event_type", "skipped")) == [("ThingPainted", 3)]
    assert handled() == [(KEY, 1)] and aside() == {}
