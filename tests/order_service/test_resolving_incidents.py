"""An operator has seen to an incident, and says so."""

import pytest

from flextx.operate.models import OperatorAction
from order_service.recharge.models import Incident
from tests.order_service.settler_stories import figures
from tests.order_service.stories import (
    BUYER,
    OPERATOR,
    SECOND_OPERATOR,
    SERVICE,
    Person,
    call_back,
    everything,
    payment_of,
)
from tests.support.callers import Answer
from tests.support.threads import together

OPEN = ("incidents_open",)


def incident(reason: str = "amount") -> Incident:
    order = BUYER.has_ordered()
    call_back(payment_of(order, **{"amount": {"amount_minor": 1}, "currency": {"currency": "USD"}}[reason])).json(422)
    return Incident.objects.latest("id")


def resolve(found: Incident, who: Person = OPERATOR, **said: str) -> Answer:
    return who.post(f"/api/v1/incidents/{found.pk}/resolve", {"reason": "paid back by hand"} | said)


def listed(query: str) -> list[int]:
    return [int(one["incident_id"]) for one in OPERATOR.get(f"/api/v1/incidents?{query}").json()["results"]]


def test_a_resolved_incident_says_so_and_who_did_it_is_kept() -> None:
    """Fault tried: `record_action` left out."""
    found = incident()
    assert figures()[OPEN] == 1

    told = resolve(found).json()

    found.refresh_from_db()
    assert found.resolved_at is not None and figures()[OPEN] == 0
    assert (told["incident_id"], told["state"], told["resolved_at"] is None) == (str(found.pk), "resolved", False)
    (action,) = OperatorAction.objects.all()
    assert (action.subject, action.action, action.who, action.why) == (
        f"incident-{found.pk}",
        "resolve",
        "op-1",
        "paid back by hand",
    )
    assert (action.before, action.after) == ({"state": "open"}, {"state": "resolved"})


def test_seen_again_it_is_counted_and_stays_resolved() -> None:
    """Fault tried: a repeat that opens it again: the channel repeats itself for a day."""
    found = incident()
    resolve(found).json()

    call_back(found.reported).json(422)

    found.refresh_from_db()
    assert (found.times_seen, found.resolved_at is None, figures()[OPEN]) == (2, False, 0)


def test_nothing_is_resolved_twice_not_by_two_at_once_either() -> None:
    """Fault tried: the incident read without a lock."""
    found = incident()

    answers = together([lambda: resolve(found), lambda: resolve(found, SECOND_OPERATOR)] * 4)

    assert sorted(answer.status for answer in answers) == [200] + [409] * 7
    assert OperatorAction.objects.count() == 1
    resolve(found).refuses(409, "incident_resolved")


def test_a_reason_is_asked_for() -> None:
    found = incident()
    before = everything()

    for reason in ("", "   "):
        resolve(found, reason=reason).refuses(400, "invalid")
    resolve(found, reason="x" * 501).json(400)
    assert everything() == before


@pytest.mark.parametrize("who", [BUYER, SERVICE])
def test_nobody_else_may(who: Person) -> None:
    found = incident()
    before = everything()

    resolve(found, who).refuses(403, "permission_denied")
    assert everything() == before


def test_what_does_not_exist_is_not_found() -> None:
    for number in ("0", "9" * 30):
        OPERATOR.post(f"/api/v1/incidents/{number}/resolve", {"reason": "y"}).refuses(404, "not_found")


def test_incidents_are_listed_by_order_and_by_state() -> None:
    """Fault tried: each filter left out."""
    first, second = incident("amount"), incident("currency")
    resolve(first).json()

    assert listed("state=open") == [second.pk]
    assert listed("state=resolved") == [first.pk]
    assert listed("") == [second.pk, first.pk]
    assert listed(f"order_no={first.order_no}") == [first.pk]
    assert listed(f"order_no={first.order_no}&state=open") == []
    OPERATOR.get("/api/v1/incidents?state=other").json(400)
