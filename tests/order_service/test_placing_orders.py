"""Buying begins: what is on sale, and how an order comes to be."""

import re
from datetime import datetime, timedelta

import pytest
from pytest_django import Settings

from flextx.envelope import rfc3339
from order_service.recharge.models import Order, Product
from tests.order_service.stories import BUYER, OPERATOR, SERVICE, STRANGER, Person, everything, has_paid
from tests.support.callers import get, post
from tests.support.web_process import WebProcess


def test_everybody_sees_what_is_on_sale_cheapest_first() -> None:
    Product.objects.filter(product_id="coins-600").update(on_sale=False)

    answer = get("/api/v1/products")

    assert answer.json() == [
        {"product_id": "coins-60", "coins": 60, "amount_minor": 600, "currency": "CNY"},
        {"product_id": "coins-3000", "coins": 3000, "amount_minor": 30000, "currency": "CNY"},
    ]


def test_an_order_holds_the_products_terms_and_the_payers_page(channel: WebProcess) -> None:
    told = BUYER.places("coins-600").json(201)

    order = Order.objects.get()
    assert re.fullmatch("R[0-9a-f]{32}", order.order_no)
    assert order.expires_at - order.created_at == timedelta(seconds=1800)
    assert told == {
        "order_no": order.order_no,
        "owner_id": "u-1",
        "product_id": "coins-600",
        "coins": 600,
        "amount_minor": 6000,
        "currency": "CNY",
        "channel": "sandbox",
        "status": "pending",
        "created_at": rfc3339(order.created_at),
        "expires_at": rfc3339(order.expires_at),
        "completed_at": None,
        "credited_at": None,
        "closed_at": None,
        "payment": {"url": f"{channel.url}/pay/{order.order_no}"},
        "payments": [],
        "refund": None,
    }
    assert datetime.fromisoformat(told["created_at"]).utcoffset() == timedelta(0)


def test_a_later_price_changes_no_order() -> None:
    order = BUYER.has_ordered("coins-60")
    Product.objects.filter(product_id="coins-60").update(coins=1, amount_minor=1)

    told = BUYER.get(f"/api/v1/orders/{order.order_no}").json()

    assert (told["coins"], told["amount_minor"]) == (60, 600)


def test_the_same_key_and_body_get_the_first_order_again(channel: WebProcess) -> None:
    """Fault tried: `order = None` instead of looking for the key in create_order."""
    first = BUYER.places(key="k-1").json(201)
    before = everything()

    assert BUYER.places(key="k-1").json(201) == first
    assert everything() == before


def test_the_same_key_with_another_body_is_refused() -> None:
    """Fault tried: the comparison of fingerprints left out of create_order."""
    BUYER.places("coins-60", key="k-1").json(201)
    before = everything()

    BUYER.places("coins-600", key="k-1").refuses(422, "idempotency_key_reused")
    assert everything() == before


def test_a_key_belongs_to_its_owner() -> None:
    mine, theirs = BUYER.places(key="k-1").json(201), STRANGER.places(key="k-1").json(201)

    assert mine["order_no"] != theirs["order_no"]
    assert (mine["owner_id"], theirs["owner_id"]) == ("u-1", "u-2")


@pytest.mark.parametrize("key", [None, "", " ", "with space", "x" * 201, "naïve"])
def test_without_a_proper_key_nothing_is_ordered(key: str | None) -> None:
    """Fault tried: `fullmatch` weakened to `.*` in _idempotency_key."""
    headers = {} if key is None else {"Idempotency-Key": key}

    answer = BUYER.post("/api/v1/orders", {"product_id": "coins-60", "channel": "sandbox"}, **headers)

    answer.refuses(400, "idempotency_key_missing")
    assert Order.objects.count() == 0


@pytest.mark.parametrize("product_id", ["coins-7", "coins-600"])
def test_what_is_not_on_sale_cannot_be_ordered(product_id: str) -> None:
    """Fault tried: `on_sale=True` left out of the product's look-up."""
    Product.objects.filter(product_id="coins-600").update(on_sale=False)
    before = everything()

    BUYER.places(product_id).refuses(404, "unknown_product")
    assert everything() == before


def test_too_many_unpaid_orders_are_refused_until_one_is_paid(settings: Settings) -> None:
    """Fault tried: `>` instead of `>=` against OPEN_ORDERS_MAX."""
    settings.OPEN_ORDERS_MAX = 2
    first = BUYER.has_ordered()
    BUYER.places(key="k-2").json(201)
    before = everything()

    BUYER.places(key="k-3").refuses(429, "too_many_open_orders")
    assert everything() == before
    assert BUYER.places(key="k-2").status == 201  # a repeat opens nothing
    assert STRANGER.places().status == 201
    has_paid(first)
    assert BUYER.places(key="k-3").status == 201


@pytest.mark.parametrize("caller", [OPERATOR, SERVICE])
def test_only_users_order(caller: Person) -> None:
    caller.places().refuses(403, "permission_denied")
    assert Order.objects.count() == 0


def test_without_a_token_nothing_is_ordered() -> None:
    answer = post("/api/v1/orders", b'{"product_id":"coins-60","channel":"sandbox"}', **{"Idempotency-Key": "k-1"})

    answer.refuses(401, "not_authenticated")
    assert answer.headers["WWW-Authenticate"] == "Bearer"
    assert Order.objects.count() == 0
