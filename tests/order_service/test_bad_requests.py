"""Whatever is sent, the answer is a refusal that says so, never a fault of ours; and nothing changes."""

import json

import pytest

from order_service.recharge.models import Order
from tests.order_service.stories import BUYER, OPERATOR, Person, everything
from tests.support.callers import get, post

ORDERS = "/api/v1/orders"
DEEP = b"[" * 50_000
KEY = {"Idempotency-Key": "k-1"}


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"{", b"[]", b"null", b"5", b'"text"', b"\xff\xfe", b'{"product_id":NaN,"channel":"sandbox"}'),
        *(DEEP, b'{"product_id":' + DEEP, b'{"a":' * 12_000, b'{"product_id":' + b"9" * 5000 + b"}"),
        *(b'{"channel":"sandbox"}', b'{"product_id":"coins-60"}', b'{"product_id":null,"channel":"sandbox"}'),
        *(b'{"product_id":[],"channel":"sandbox"}', b'{"product_id":{},"channel":"sandbox"}'),
        *(b'{"product_id":true,"channel":"sandbox"}', b'{"product_id":7,"channel":"sandbox"}'),
        *(b'{"product_id":"coins-60","channel":"cash"}', b'{"product_id":"coins-60","channel":["sandbox"]}'),
        *(b'{"product_id":"coins-60","channel":{}}', b'{"product_id":"coins-60","channel":"\\u0000"}'),
        *(b'{"product_id":"\\u0000","channel":"sandbox"}', b'{"product_id":"\\ud800","channel":"sandbox"}'),
        *(
            b'{"product_id":"coins-60","channel":"\\ud800"}',
            b'{"product_id":"' + b"x" * 101 + b'","channel":"sandbox"}',
        ),
    ],
)
def test_a_body_that_is_no_order_is_refused(body: bytes) -> None:
    """Fault tried: RecursionError not caught in ObjectParser; surrogates let through to the answer."""
    before = everything()

    problem = BUYER.post(ORDERS, body, **KEY).json(400)

    assert (problem["status"], problem["code"] in ("invalid", "parse_error", "unknown_product")) == (400, True)
    assert problem["request_id"]
    assert everything() == before


def test_each_wrong_field_is_named() -> None:
    problem = BUYER.post(ORDERS, {"channel": "cash"}, **KEY).refuses(400, "invalid")

    assert [(error["field"], error["code"]) for error in problem["errors"]] == [
        ("product_id", "required"),
        ("channel", "invalid_choice"),
    ]


def test_a_body_over_the_limit_is_refused() -> None:
    body = json.dumps({"product_id": "x" * 70_000, "channel": "sandbox"}).encode()

    assert BUYER.post(ORDERS, body, **KEY).status in (400, 413)
    assert Order.objects.count() == 0


@pytest.mark.parametrize(
    "query",
    [
        *("cursor=0", "cursor=-1", "cursor=x", "cursor=1.5", "cursor=%00", "cursor=9999999999999999999"),
        *("limit=0", "limit=201", "limit=x", "status=paid", "status=%00", "status=%ED%A0%80"),
        *("completed_before=yesterday", "completed_before=9999-12-31T23:59:59-23:59", "cursor=" + "9" * 1001),
    ],
)
@pytest.mark.parametrize("who", [BUYER, OPERATOR])
def test_a_query_that_asks_for_no_list_is_refused(query: str, who: Person) -> None:
    who.get(f"{ORDERS}?{query}").refuses(400, "invalid")


@pytest.mark.parametrize(
    "order_no", ["%00", "R%00", "%ED%A0%80", "R" * 3000, "%F0%9F%92%B0", "..%2F..", "'%20OR%201=1--"]
)
@pytest.mark.parametrize("path", ["", "/journey"])
def test_a_number_that_is_no_orders_is_not_found(order_no: str, path: str) -> None:
    BUYER.get(f"{ORDERS}/{order_no}{path}").refuses(404, "not_found")


@pytest.mark.parametrize(
    ("method", "path"), [("post", "products"), ("post", "orders/R1"), ("get", "orders/R1/complete")]
)
def test_another_method_is_not_allowed(method: str, path: str) -> None:
    answer = OPERATOR.post(f"/api/v1/{path}", {}) if method == "post" else OPERATOR.get(f"/api/v1/{path}")

    answer.refuses(405, "method_not_allowed")
    assert answer.headers["Allow"]


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "application/xml", "x"])
def test_another_kind_of_body_is_not_taken(content_type: str) -> None:
    headers = BUYER.authorization | KEY
    raw = b'{"product_id":"coins-60","channel":"sandbox"}'

    post(ORDERS, raw, content_type=content_type, **headers).refuses(415, "unsupported_media_type")
    assert Order.objects.count() == 0


@pytest.mark.parametrize("path", ["/", "/api", "/api/v1/", "/api/v1/order", f"{ORDERS}/", f"{ORDERS}/R1/x", "/%00"])
def test_an_address_that_is_none_is_a_problem_too(path: str) -> None:
    get(path).refuses(404, "not_found")


def test_a_given_request_id_comes_back_and_a_strange_one_does_not() -> None:
    assert get("/nowhere", **{"X-Request-Id": "abc-1"}).refuses(404, "not_found")["request_id"] == "abc-1"
    strange = get("/nowhere", **{"X-Request-Id": "a b<script>"})
    assert strange.refuses(404, "not_found")["request_id"] == strange.headers["X-Request-Id"] != "a b<script>"


def test_an_owner_with_the_longest_name_is_served() -> None:
    order = Person("u" * 100).has_ordered()

    assert order.owner_id == "u" * 100
