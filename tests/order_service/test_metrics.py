"""`GET /metrics` of the order service: what is overdue, and what a person has to look at."""

from __future__ import annotations

from datetime import timedelta

from django.test import Client
from prometheus_client.parser import text_string_to_metric_families

from flextx.clock import database_now
from order_service.recharge.models import Incident, Order
from tests.order_service.stories import BUYER, call_back, has_paid, payment_of


def figures() -> dict[tuple[str, str], float]:
    """(name, the label's value or nothing) -> value, of the order service's own figures."""
    answer = Client().get("/metrics")
    assert answer.status_code == 200
    samples = [s for family in text_string_to_metric_families(answer.content.decode()) for s in family.samples]
    return {
        (sample.name, next(iter(sample.labels.values()), "")): sample.value
        for sample in samples
        if sample.name.startswith(("orders_", "incidents_"))
    }


def test_orders_that_should_have_moved_on_are_counted() -> None:
    """Fault tried: `expires_at` compared without the minute."""
    unpaid, late, paid, uncredited = (BUYER.has_ordered() for _ in range(4))
    now = database_now()
    for order, expired_seconds in ((unpaid, 30), (late, 90)):
        at = now - timedelta(seconds=expired_seconds)
        Order.objects.filter(pk=order.pk).update(created_at=at - timedelta(hours=1), expires_at=at)
    for order in (paid, uncredited):
        has_paid(order)
    Order.objects.filter(pk=uncredited.pk).update(completed_at=now - timedelta(seconds=90))
    Order.objects.filter(pk=late.pk).update(settle_due_at=now - timedelta(seconds=90))

    assert figures() == {
        ("orders_overdue", "pending_past_expiry"): 1,
        ("orders_overdue", "completed_not_credited"): 1,
        ("orders_overdue", "settler_late"): 1,
        ("orders_refund_due", ""): 0,
        ("incidents_open", ""): 0,
    }


def test_a_refused_genuine_callback_is_an_open_incident() -> None:
    """Once, and until somebody resolves it. Fault tried: times_seen added up; resolved ones counted too."""
    wrong = payment_of(BUYER.has_ordered(), amount_minor=1)
    assert {call_back(wrong).status for _ in range(3)} == {422}
    assert figures()["incidents_open", ""] == 1
    Incident.objects.update(resolved_at=database_now())
    assert figures()["incidents_open", ""] == 0


def test_an_answer_given_again_is_counted() -> None:
    """Fault tried: every request counted."""
    assert [BUYER.places(key="k-1").status, BUYER.places(key="k-1").status, BUYER.places(key="k-2").status] == [201] * 3
    assert b'flextx_idempotent_replays_total{what="request"} 1.0' in Client().get("/metrics").content
