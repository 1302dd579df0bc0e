"""Who sees which orders, page by page."""

from datetime import timedelta
from urllib.parse import quote, urlsplit

import pytest

from flextx.envelope import rfc3339
from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, OPERATOR, SERVICE, STRANGER, Person, has_paid
from tests.support.callers import get

ORDERS = "/api/v1/orders"


def numbers(who: Person, query: str = "") -> list[str]:
    return [order["order_no"] for order in who.get(f"{ORDERS}{query}").json()["results"]]


def test_the_owner_an_operator_and_a_service_see_an_order() -> None:
    told = BUYER.places().json(201)

    for who in (BUYER, OPERATOR, SERVICE):
        assert who.get(f"{ORDERS}/{told['order_no']}").json() == told


@pytest.mark.parametrize("path", ["", "/journey"])
def test_somebody_elses_order_is_not_found_exactly_like_none(path: str) -> None:
    """Fault tried: `may_see` not asked in order_for."""
    order = BUYER.has_ordered()

    theirs = STRANGER.get(f"{ORDERS}/{order.order_no}{path}").refuses(404, "not_found")
    none = STRANGER.get(f"{ORDERS}/R{'0' * 32}{path}").refuses(404, "not_found")

    assert theirs | {"request_id": ""} == none | {"request_id": ""}


def test_a_list_holds_ones_own_orders_newest_first() -> None:
    """Fault tried: `filter(owner_id=...)` left out of own_orders; and `order_by("owner_seq")`."""
    mine = [BUYER.has_ordered().order_no for _ in range(3)]
    STRANGER.has_ordered()

    page = BUYER.get(ORDERS).json()

    assert [order["order_no"] for order in page["results"]] == mine[::-1]
    assert page["next"] is None
    assert page["results"][0] == BUYER.get(f"{ORDERS}/{mine[2]}").json()


@pytest.mark.parametrize("who", [BUYER, OPERATOR])
def test_pages_hold_every_order_once(who: Person) -> None:
    """Fault tried: `__lte` instead of `__lt` against the cursor."""
    expected = [BUYER.has_ordered().order_no for _ in range(5)][::-1]
    seen, url, pages = [], f"{ORDERS}?limit=2", 0

    while url:
        page = who.get(url).json()
        seen += [order["order_no"] for order in page["results"]]
        pages += 1
        if pages == 1:
            BUYER.has_ordered()  # newer than what is being read: it moves no page
        parts = urlsplit(page["next"] or "")
        url = f"{parts.path}?{parts.query}" if page["next"] else ""

    assert (seen, pages) == (expected, 3)


def test_operators_and_services_see_all_and_can_choose() -> None:
    """Fault tried: `completed_before` not handed on to all_orders; `status` likewise."""
    first, second, third = BUYER.has_ordered(), STRANGER.has_ordered(), BUYER.has_ordered()
    has_paid(first)
    has_paid(second)
    assert first.completed_at and second.completed_at and first.completed_at < second.completed_at

    for who in (OPERATOR, SERVICE):
        assert numbers(who) == [third.order_no, second.order_no, first.order_no]
        assert numbers(who, "?status=pending") == [third.order_no]
        assert numbers(who, "?status=completed") == [second.order_no, first.order_no]
        before_second = quote(rfc3339(second.completed_at))
        assert numbers(who, f"?completed_before={before_second}") == [first.order_no]
        after_second = quote(rfc3339(second.completed_at + timedelta(microseconds=1)))
        assert numbers(who, f"?completed_before={after_second}") == [second.order_no, first.order_no]


def test_a_user_sees_only_own_orders_whatever_is_asked() -> None:
    order = STRANGER.has_ordered()
    has_paid(order)

    assert numbers(BUYER, "?status=completed&completed_before=2100-01-01T00:00:00Z") == []
    assert numbers(STRANGER, "?status=completed") == [order.order_no]


@pytest.mark.parametrize("path", [ORDERS, f"{ORDERS}/R1", f"{ORDERS}/R1/journey", "/api/v1/incidents"])
def test_without_a_token_nothing_is_seen(path: str) -> None:
    get(path).refuses(401, "not_authenticated")
    get(path, Authorization="Bearer x.y.z").refuses(401, "authentication_failed")


@pytest.mark.parametrize(
    ("method", "path", "who"),
    [
        ("post", f"{ORDERS}/R1/complete", BUYER),
        ("post", f"{ORDERS}/R1/complete", SERVICE),
        ("get", "/api/v1/incidents", BUYER),
        ("get", "/api/v1/incidents", SERVICE),
        ("get", f"{ORDERS}/R1/journey", SERVICE),
    ],
)
def test_another_scope_is_forbidden(method: str, path: str, who: Person) -> None:
    """Fault tried: "user" added to the scopes of CompleteOrderView and of IncidentsView."""
    answer = who.post(path, {}) if method == "post" else who.get(path)

    answer.refuses(403, "permission_denied")


def test_the_number_that_orders_ones_list_is_no_time() -> None:
    """Fault tried: `order_by("-created_at")` in own_orders: a clock that was set back would reorder pages."""
    first, second = BUYER.has_ordered(), BUYER.has_ordered()
    Order.objects.filter(pk=first.pk).update(created_at=second.created_at + timedelta(minutes=1))

    assert numbers(BUYER) == [second.order_no, first.order_no]
