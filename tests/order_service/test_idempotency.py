"""One key, one answer: what is kept for whoever repeats a request, for whom, and for how long."""

from datetime import timedelta

import pytest
from django.db.models import F
from pytest_django import Settings

from flextx.idempotency.models import StoredAnswer
from flextx.idempotency.pruning import prune_answers
from order_service.gifts.models import GiftProduct
from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, OPERATOR, STRANGER, has_paid
from tests.support.callers import Answer

KEY = {"Idempotency-Key": "k-1"}
GIFT = {"room_id": "room-1", "gift_product_id": "rose", "count": 1, "comment": ""}


def gives(**changes: object) -> Answer:
    return BUYER.post("/api/v1/gifts", GIFT | changes, **KEY)


def test_the_first_answer_comes_again_although_the_order_has_moved() -> None:
    first = BUYER.places(key="k-1")
    has_paid(Order.objects.get())

    again = BUYER.places(key="k-1")

    assert (again.status, again.content) == (201, first.content)
    assert "Idempotent-Replayed" not in first.headers and again.headers["Idempotent-Replayed"] == "true"
    assert BUYER.get(f"/api/v1/orders/{first.json(201)['order_no']}").json()["status"] == "completed"


def test_the_same_body_written_otherwise_is_the_same_request() -> None:
    """Fault tried: the fingerprint made without `sort_keys`."""
    first = BUYER.post("/api/v1/orders", b'{"product_id":"coins-60","channel":"sandbox"}', **KEY)
    again = BUYER.post("/api/v1/orders", b'{ "channel": "sandbox", "product_id": "coins-60" }', **KEY)

    assert again.json(201) == first.json(201)
    assert Order.objects.count() == 1


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
def test_what_can_be_put_right_is_not_kept(settings: Settings) -> None:
    """Fault tried: 400, 404 and 429 stored."""
    GiftProduct.objects.filter(gift_product_id="rose").update(on_sale=False)
    settings.OPEN_ORDERS_MAX = 0
    assert (gives(count=0).status, gives().status, gives(room_id="nowhere").status) == (400, 404, 404)
    assert BUYER.places(key="k-2").status == 429
    assert OPERATOR.places(key="k-3").status == 403
    assert StoredAnswer.objects.count() == 0

    settings.OPEN_ORDERS_MAX = 1
    GiftProduct.objects.update(on_sale=True)
    assert (gives().status, BUYER.places(key="k-2").status) == (202, 201)


@pytest.mark.usefixtures("rooms", "gifts_on_sale")
def test_a_key_is_its_callers_and_its_calls() -> None:
    """Fault tried: the caller left out of the scope."""
    answers = [BUYER.places(key="k-1"), STRANGER.places(key="k-1"), gives()]

    assert [answer.status for answer in answers] == [201, 201, 202]
    assert StoredAnswer.objects.count() == 3


def test_an_undo_list_has_one_answer_too() -> None:
    body = {"operations": [{"gift_id": "G1"}], "reason": "why"}
    first, again = (OPERATOR.post("/api/v1/undo-lists", body, **KEY) for _ in range(2))

    assert (first.status, again.content) == (202, first.content)
    OPERATOR.post("/api/v1/undo-lists", body | {"reason": "other"}, **KEY).refuses(422, "idempotency_key_reused")


def test_an_old_answer_goes_and_the_key_still_makes_no_second_order() -> None:
    """Fault tried: `__gt` instead of `__lt` in prune_answers."""
    first = BUYER.places(key="k-1").json(201)
    BUYER.places(key="k-2").json(201)
    StoredAnswer.objects.filter(key="k-1").update(created_at=F("created_at") - timedelta(hours=24, minutes=1))

    assert (prune_answers(), prune_answers()) == (1, 0)
    assert list(StoredAnswer.objects.values_list("key", flat=True)) == ["k-2"]
    assert BUYER.places(key="k-1").json(201)["order_no"] == first["order_no"]
    BUYER.places("coins-600", key="k-1").refuses(422, "idempotency_key_reused")
    assert Order.objects.count() == 2


def test_another_body_does_not_take_the_place_of_a_pruned_answer() -> None:
    """Fault tried: the refusal of the other body stored under the key."""
    first = BUYER.places(key="k-1").json(201)
    StoredAnswer.objects.all().delete()

    BUYER.places("coins-600", key="k-1").refuses(422, "idempotency_key_reused")

    assert BUYER.places(key="k-1").json(201)["order_no"] == first["order_no"]


def test_no_more_answers_go_at_once_than_asked_for() -> None:
    for number in range(3):
        BUYER.places(key=f"k-{number}").json(201)
    StoredAnswer.objects.update(created_at=F("created_at") - timedelta(days=2))

    assert [prune_answers(limit=2), prune_answers(limit=2)] == [2, 1]
