"""The ledger's gifts against the order service's: what one says and the other does not is named."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.account_service.books import credited, named, reconcile
from tests.account_service.commands import Gift, applied
from tests.account_service.shop import Shop

GIFT = Gift(coins=10, litchi=7)


def held(gift: Gift) -> None:
    applied(gift.charge())


def settled(gift: Gift) -> None:
    applied(gift.charge(), gift.settle())


def refunded(gift: Gift) -> None:
    applied(gift.charge(), gift.refund())


def reversed_(gift: Gift) -> None:
    applied(gift.charge(), gift.settle(), gift.reverse())


def nothing(gift: Gift) -> None:
    """Refused, or not there yet."""


_GOOD = {
    "sending": (nothing, held, refunded, settled),
    "sent": (settled, reversed_),
    "undoing": (settled, reversed_),
    "refused": (nothing,),
    "undone": (refunded, reversed_),
}
_EVERY = (nothing, held, refunded, settled, reversed_)


@pytest.mark.parametrize("booked", _EVERY)
@pytest.mark.parametrize("status", list(_GOOD))
def test_each_status_has_its_place_in_the_ledger(shop: Shop, status: str, booked: object) -> None:
    """Fault tried: each line of _ALLOWED replaced by that of `sending`."""
    credited(shop)
    assert callable(booked)
    booked(GIFT)
    shop.knows_gift(GIFT, status)

    code, said = reconcile()

    wrong = booked not in _GOOD[status] and status != "sending"
    assert (code, named(said)) == ((1, [("gift_differs_from_ledger", "g-1")]) if wrong else (0, []))


def test_a_charge_for_no_gift_is_named(shop: Shop) -> None:
    """Fault tried: what no gift claimed not reported."""
    credited(shop)
    held(GIFT)
    assert named(reconcile()[1]) == [("charge_without_gift", "g-1")]


@pytest.mark.parametrize(
    ("told", "name"),
    [
        (replace(GIFT, coins=11), "gift_charged_wrongly"),
        (replace(GIFT, sender_id="u-2"), "gift_charged_wrongly"),
        (replace(GIFT, litchi=8), "gift_income_wrong"),
        (replace(GIFT, host_id="h-2"), "gift_income_wrong"),
    ],
)
def test_other_amounts_or_people_are_named(shop: Shop, told: Gift, name: str) -> None:
    """Fault tried: each of the four compared fields left out."""
    credited(shop)
    settled(GIFT)
    shop.knows_gift(told)
    assert named(reconcile()[1]) == [(name, "g-1")]
