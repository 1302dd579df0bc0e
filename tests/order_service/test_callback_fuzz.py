"""Whatever comes as a callback: SUCCESS for the genuine one alone, else FAIL, never 500, and never a wrong credit."""

import json
from typing import Any

from hypothesis import HealthCheck, given, seed, settings
from hypothesis import strategies as st

from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Incident, Order, Payment
from tests.order_service.stories import BUYER, CALLBACK, payment_of, signed
from tests.support.callers import Answer, post

FIELDS = tuple(["notify_id", "trade_no", "order_no", "merchant_id", "amount_minor", "currency", "status", "paid_at"])
ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=120),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
LIKELY = st.integers(-10, 1_000) | st.sampled_from(["USD", "PAID", "another", "2026-11-21T08:00:00Z"])
often = settings(
    max_examples=120, deadline=None, database=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


def refused(answer: Answer) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(answer.content)
    assert 400 <= answer.status < 500
    assert (set(told), told["code"]) == ({"code", "message"}, "FAIL")
    return told


def untouched(order: Order) -> bool:
    order.refresh_from_db()
    return (order.status, Payment.objects.count(), OutboxMessage.objects.count()) == ("pending", 0, 0)


@seed(7)
@often
@given(raw=st.binary(max_size=200) | ANYTHING.map(json.dumps).map(str.encode), genuine=st.booleans())
def test_any_body(raw: bytes, genuine: bool) -> None:
    order = Order.objects.first() or BUYER.has_ordered()
    before = Incident.objects.count()

    for _ in range(2):
        refused(post(CALLBACK, raw, **(signed(raw) if genuine else {})))

    assert untouched(order)
    assert Incident.objects.count() <= before + genuine


@seed(7)
@often
@given(field=st.sampled_from(FIELDS), value=LIKELY | ANYTHING)
def test_any_value_of_any_field(field: str, value: Any) -> None:
    """Each is sent unsigned, then signed twice: one incident, or SUCCESS where the value decides nothing.

    Fault tried: the amount not compared.
    """
    order = Order.objects.filter(status="pending").first() or BUYER.has_ordered()
    good = payment_of(order)
    raw = json.dumps(good | {field: value}).encode()
    incidents = Incident.objects.count()
    paid = Payment.objects.count()

    refused(post(CALLBACK, raw))
    assert (Incident.objects.count(), Payment.objects.count()) == (incidents, paid)
    answers = [post(CALLBACK, raw, **signed(raw)) for _ in range(2)]

    order.refresh_from_db()
    if answers[0].status == 200:
        assert value == good[field] or field in ("notify_id", "trade_no", "paid_at")
        assert (order.status, Payment.objects.count(), Incident.objects.count()) == ("completed", paid + 1, incidents)
    else:
        for answer in answers:
            refused(answer)
        assert (order.status, Payment.objects.count()) == ("pending", paid)
        assert Incident.objects.count() in (incidents, incidents + 1)  # a repeat of an earlier example adds none


@seed(7)
@often
@given(name=st.sampled_from(["Timestamp", "Nonce", "Key-Id", "Signature"]), value=st.text(max_size=60))
def test_any_header(name: str, value: str) -> None:
    """Nothing that is not signed so is believed, and it leaves no incident."""
    order = Order.objects.first() or BUYER.has_ordered()
    raw = json.dumps(payment_of(order)).encode()
    headers = signed(raw)
    if headers[f"Sandbox-{name}"] != value:
        refused(post(CALLBACK, raw, **(headers | {f"Sandbox-{name}": value})))
    assert untouched(order)
    assert Incident.objects.count() == 0
