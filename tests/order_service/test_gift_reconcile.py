"""Reconciliation names each planted difference between gifts, their runs and the rooms' feeds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from contracts import ChargeGift
from flextx.saga.models import Run
from flextx.testing import expect_saga
from order_service.gifts.models import Gift
from order_service.rooms.models import FeedEvent
from tests.order_service.gift_stories import has_sent, run_of, sent
from tests.order_service.test_reconcile import reconcile

pytestmark = pytest.mark.usefixtures("rooms", "gifts_on_sale")


def refused() -> Gift:
    gift = has_sent()
    expect_saga(run_of(gift), path=[(ChargeGift, "refused")], ends="refused")
    return gift


def test_gifts_of_every_kind_have_no_difference() -> None:
    sent()
    refused()
    has_sent()
    assert reconcile() == (0, {"service": "order-service", "checked": 3, "in_flight": 1, "differences": []})


def of_run(**fields: str) -> Callable[[Gift], object]:
    return lambda gift: Run.objects.filter(run_id=gift.run_id).update(**fields)


def never_show(gift: Gift) -> None:
    FeedEvent.objects.filter(gift_id=gift.gift_id).delete()


def show(kind: str) -> Callable[[Gift], None]:
    def plant(gift: Gift) -> None:
        FeedEvent.objects.create(room_id="room-1", seq=90, kind=kind, gift_id=gift.gift_id, data={})

    return plant


def show_nobodys(gift: Gift) -> None:
    show("comment")(Gift(gift_id="G-nobodys"))


PLANTED: list[tuple[Callable[[], Gift], Callable[[Gift], object], str]] = [
    (sent, of_run(state="undone", open_key=None), "gift_differs_from_run"),
    (sent, never_show, "paid_and_not_shown"),
    (sent, show("retracted"), "retracted_and_not_undone"),
    (refused, show("effect"), "shown_and_not_paid"),
    (refused, show_nobodys, "shown_without_gift"),
]


@pytest.mark.parametrize(("make", "plant", "name"), PLANTED)
def test_a_planted_difference_is_named(make: Callable[[], Gift], plant: Callable[[Gift], object], name: str) -> None:
    """Fault tried: each comparison left out, one by one."""
    gift = make()
    plant(gift)

    code, said = reconcile()

    found = [(one["class"], one["id"]) for one in said["differences"]]
    wanted = "G-nobodys" if name == "shown_without_gift" else gift.gift_id
    assert (code, found) == (1, [(name, wanted)])


def test_a_run_that_nobody_takes_up_is_named() -> None:
    """Fault tried: compare_overdue_runs left out."""
    gift, young = has_sent(), has_sent()
    Run.objects.filter(run_id=gift.run_id).update(next_due_at=Now() - timedelta(seconds=61))
    Run.objects.filter(run_id=young.run_id).update(next_due_at=Now() - timedelta(seconds=50))

    code, said = reconcile()

    assert (code, [(one["class"], one["id"]) for one in said["differences"]]) == (
        1,
        [("overdue_run", str(gift.run_id))],
    )


def test_every_comparison_was_planted() -> None:
    from order_service.gifts.reconcile import _COMPARISONS

    assert {name for _, _, name in PLANTED} == set(_COMPARISONS)
