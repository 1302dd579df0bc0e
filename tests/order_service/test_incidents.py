"""A genuine callback that cannot be accepted: refused, nothing changed, and an operator sees it once."""

from typing import Any

import pytest

from flextx.envelope import rfc3339
from order_service.recharge.models import Incident, Order
from tests.order_service.stories import BUYER, OPERATOR, call_back, everything, has_paid, payment_of
from tests.support.threads import together

UNKNOWN_ORDER = f"R{'0' * 32}"
REFUSED = [
    ({"status": "REFUND"}, 422, "unknown_status"),
    ({"status": "success"}, 422, "unknown_status"),
    ({"order_no": UNKNOWN_ORDER}, 404, "unknown_order"),
    ({"merchant_id": "somebody-else"}, 422, "merchant_mismatch"),
    ({"amount_minor": 599}, 422, "amount_mismatch"),
    ({"amount_minor": 601}, 422, "amount_mismatch"),
    ({"amount_minor": 0}, 422, "amount_mismatch"),
    ({"amount_minor": -600}, 422, "amount_mismatch"),
    ({"amount_minor": 2**63 - 1}, 422, "amount_mismatch"),
    ({"currency": "USD"}, 422, "currency_mismatch"),
    ({"currency": "cny"}, 422, "currency_mismatch"),
]


@pytest.mark.parametrize(("changes", "status", "reason"), REFUSED)
def test_a_refused_payment_leaves_one_incident_however_often_it_comes(
    changes: dict[str, Any], status: int, reason: str
) -> None:
    """Fault tried: each comparison left out of check_status and check_terms; the count not raised."""
    payment = payment_of(BUYER.has_ordered()) | changes
    before = everything()

    for times_seen in (1, 2, 3):
        answer = call_back(payment).json(status)
        assert (answer["code"], set(answer)) == ("FAIL", {"code", "message"})
        (incident,) = Incident.objects.all()
        assert incident.times_seen == times_seen

    assert (incident.channel, incident.trade_no, incident.reason) == ("sandbox", payment["trade_no"], reason)
    assert (incident.order_no, incident.reported) == (payment["order_no"], payment)
    assert incident.first_seen_at < incident.last_seen_at
    assert without_incidents() == before | {"Incident": []}


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"order_no": UNKNOWN_ORDER, "merchant_id": "x", "amount_minor": 1, "currency": "USD"}, "unknown_order"),
        ({"merchant_id": "x", "amount_minor": 1, "currency": "USD"}, "merchant_mismatch"),
        ({"amount_minor": 1, "currency": "USD"}, "amount_mismatch"),
        ({"currency": "USD", "trade_no": "t-paid"}, "currency_mismatch"),
        ({"trade_no": "t-paid"}, "trade_reused"),
    ],
)
def test_of_several_faults_the_first_is_named(changes: dict[str, Any], reason: str) -> None:
    """Fault tried: the trade recorded before the terms are compared."""
    has_paid(BUYER.has_ordered(), trade_no="t-paid")

    call_back(payment_of(BUYER.has_ordered()) | changes)

    assert [incident.reason for incident in Incident.objects.all()] == [reason]


def test_a_trade_pays_one_order_only() -> None:
    """Fault tried: the comparison behind get_or_create left out of accept_payment."""
    first, second = BUYER.has_ordered(), BUYER.has_ordered()
    paid = has_paid(first)
    before = everything()

    answer = call_back(payment_of(second, trade_no=paid["trade_no"]))

    assert answer.json(409)["code"] == "FAIL"
    (incident,) = Incident.objects.all()
    assert (incident.reason, incident.order_no) == ("trade_reused", second.order_no)
    assert without_incidents() == before | {"Incident": []}


def test_incidents_differ_by_trade_and_by_reason() -> None:
    order = BUYER.has_ordered()
    payment = payment_of(order)

    call_back(payment | {"amount_minor": 1})
    call_back(payment | {"currency": "USD"})
    call_back(payment | {"trade_no": "t-other", "amount_minor": 1})

    seen = [(incident.trade_no, incident.reason) for incident in Incident.objects.order_by("id")]
    assert seen == [
        (payment["trade_no"], "amount_mismatch"),
        (payment["trade_no"], "currency_mismatch"),
        ("t-other", "amount_mismatch"),
    ]


def test_a_refused_payment_does_not_stand_in_the_way_of_the_right_one() -> None:
    order = BUYER.has_ordered()
    payment = payment_of(order)
    call_back(payment | {"amount_minor": 1}).json(422)

    assert call_back(payment).json() == {"code": "SUCCESS"}
    assert Order.objects.get().status == "completed"


def test_the_same_incident_from_twenty_sides_is_counted_exactly() -> None:
    """Fault tried: `times_seen=incident.times_seen + 1` instead of adding in the database."""
    payment = payment_of(BUYER.has_ordered(), amount_minor=1)

    answers = together([lambda: call_back(payment)] * 20)

    assert [answer.status for answer in answers] == [422] * 20
    assert [incident.times_seen for incident in Incident.objects.all()] == [20]


def test_operators_read_incidents_newest_first() -> None:
    payments = [payment_of(BUYER.has_ordered(), amount_minor=1) for _ in range(3)]
    for payment in payments:
        call_back(payment)

    first = OPERATOR.get("/api/v1/incidents?limit=2").json()
    rest = OPERATOR.get(first["next"].removeprefix("http://testserver")).json()

    told = first["results"] + rest["results"]
    assert [one["trade_no"] for one in told] == [payment["trade_no"] for payment in payments[::-1]]
    assert rest["next"] is None
    newest = Incident.objects.latest("id")
    assert told[0] == {
        "incident_id": str(newest.pk),
        "channel": "sandbox",
        "trade_no": newest.trade_no,
        "reason": "amount_mismatch",
        "order_no": newest.order_no,
        "reported": payments[2],
        "times_seen": 1,
        "first_seen_at": rfc3339(newest.first_seen_at),
        "last_seen_at": rfc3339(newest.last_seen_at),
        "state": "open",
        "resolved_at": None,
    }


def without_incidents() -> dict[str, Any]:
    return everything() | {"Incident": []}
