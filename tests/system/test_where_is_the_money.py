"""An operator knows an order's number and nothing else: where its money is, why it waits there, and what can be done.

Each story begins with the journey and goes on with what the journey itself says; see also test_bad_days.py.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest

from tests.system.refunds import ask_refund, bought
from tests.system.runbook import hop, is_done, waits
from tests.system.test_bad_days_messages import paid
from tests.system.test_gift_outages import account_service_away
from tests.system.world import Answer, World, wait_for


def journey_of(world: World, order: dict[str, Any], who: str = "op-1", scope: str = "operator") -> dict[str, Any]:
    path = f"/orders/{order['order_no']}/journey"
    status, told = world.orders("GET", path, token=world.token(who, scope))
    assert status == 200, told
    return dict(told)


def waits_until(world: World, order: dict[str, Any], name: str) -> dict[str, Any]:
    """What the journey says of it, once it does."""
    found = wait_for(lambda: waits(journey_of(world, order)), lambda told: name in told, seconds=90, what=name)
    return found[name]


def arrives(world: World, order: dict[str, Any], seen: Callable[[Any], bool]) -> dict[str, Any]:
    return wait_for(lambda: journey_of(world, order), seen, seconds=90, what="the journey's end")


def does(world: World, wait: dict[str, Any], service: str = "order", who: str = "op-2") -> Answer:
    """The first call that `what_to_do` names, taken as it is written there."""
    found = re.search(r"(GET|POST) (/api/v1/\S+?)[,.]?(\s|$)", wait["what_to_do"])
    assert found, wait
    url = world.env[f"{service.upper()}_URL"] + found[2]
    said = {"json": {"reason": "an operator's decision"}} if found[1] == "POST" else {}
    refused, _ = world.call(found[1], url, token=world.token("somebody-else"), **said)
    assert refused in (403, 404)
    return world.call(found[1], url, token=world.token(who, "operator"), **said)


def test_a_large_refund_waits_for_somebody_who_approves_it(world: World, person: str) -> None:
    order = bought_large(world, person)
    assert ask_refund(world, order)[0] == 202

    wait = waits_until(world, order, "refund_approval")
    assert does(world, wait)[0] == 200

    journey = arrives(world, order, is_done("refund_ended"))
    assert (journey["status"], journey["waiting"]) == ("refunded", [])


def test_a_refund_waits_for_the_account_service(world: World, person: str) -> None:
    order = bought(world, person)
    with account_service_away(world):
        ask_refund(world, order)
        wait = waits_until(world, order, "refund_account")
        assert (wait["service"], bool(wait["next_at"])) == ("account", True)

    assert does(world, wait, "account")[0] in (200, 404)  # its run is known there once its first command arrived
    assert arrives(world, order, is_done("refund_ended"))["status"] == "refunded"


def test_a_refund_waits_for_the_channel(world: World, person: str) -> None:
    order = bought(world, person, refund_delay_seconds=3)
    ask_refund(world, order)

    wait = waits_until(world, order, "refund_channel")
    status, run = does(world, wait)
    assert (status, run["type"]) == (200, "refund_order")

    assert arrives(world, order, is_done("refund_ended"))["status"] == "refunded"


@contextmanager
def defect(world: World, order: dict[str, Any]) -> Iterator[None]:
    """The order service cannot store the notice of this order's credit."""
    with psycopg.connect(world.env["ORDER_DATABASE_URL"], autocommit=True) as database:
        condition = f"CHECK (account_side ->> 'order_no' <> '{order['order_no']}') NOT VALID"
        database.execute(f"ALTER TABLE recharge_creditnotice ADD CONSTRAINT a_defect {condition}".encode())
        try:
            yield
        finally:
            database.execute("ALTER TABLE recharge_creditnotice DROP CONSTRAINT a_defect")


def test_the_answer_of_the_account_service_is_parked_here(world: World, person: str) -> None:
    """Its coins are there, and the order does not know: the owner sees that it waits, not why it fails."""
    order = world.place_order(person)
    soon = "UPDATE flextx_inbox_divertedkey SET due_at = now() WHERE key = %s AND due_at > now()"
    with defect(world, order):
        assert pays(world, order) == 200

        def look() -> dict[str, Any]:
            world.rows("order", soon, (order["order_no"],))
            return waits(journey_of(world, order))

        wait = wait_for(look, lambda told: "record_parked" in told, seconds=90, what="parked")["record_parked"]
        assert "a_defect" in wait["last_error"]
        assert world.balance(person) == 60
        seen = journey_of(world, order, person, "user")["waiting"]
        assert [(one["what"], one["parked_id"], one["last_error"]) for one in seen] == [("credit", None, None)]

    assert does(world, wait)[0] == 200
    journey = arrives(world, order, is_done("order_credited"))
    assert (journey["status"], journey["waiting"]) == ("credited", [])


def test_a_message_that_is_parked_says_so_and_is_sent_by_hand(world: World, person: str) -> None:
    with account_service_away(world):
        order = paid(world, person)
        arrives(world, order, is_done("sent_to_log"))
        park = (
            "UPDATE flextx_outbox_outboxmessage SET state = 'parked', parked_at = now(), last_error = 'too large'"
            " WHERE key = %s"
        )
        world.rows("order", park, (order["order_no"],))
        wait = waits_until(world, order, "message_parked")
        assert wait["last_error"] == "too large"
        assert does(world, wait)[0] == 200

    assert hop(arrives(world, order, is_done("order_credited")), "order_credited")["state"] == "done"
    assert world.balance(person) == 60


OPERATORS_CALLS = [
    *(("order", "GET", path) for path in ("/parked", "/incidents", "/runs", "/operator-actions")),
    *(("account", "GET", path) for path in ("/parked", "/operator-actions")),
    *(("order", "POST", f"/orders/{{order_no}}/{action}") for action in ("complete", "announce")),
    *(("order", "POST", f"/parked/run-{{run_id}}/{action}") for action in ("retry", "skip", "complete", "undo")),
    *(("order", "POST", f"/runs/{{run_id}}/{action}") for action in ("approve", "refuse", "resolve")),
    *(("account", "POST", f"/parked/inbox-1/{action}") for action in ("retry", "skip", "resolve")),
    ("order", "POST", "/incidents/1/resolve"),
    ("account", "POST", "/accounts/{owner_id}/freeze"),
]


@pytest.fixture(scope="module")
def held(world: World) -> Iterator[dict[str, str]]:
    """An order whose refund waits for an approval: there is something to steer."""
    order = bought_large(world, "p-held")
    _, asked = ask_refund(world, order)
    waits_until(world, order, "refund_approval")
    yield {"order_no": order["order_no"], "run_id": asked["run_id"], "owner_id": "p-held"}
    world.orders("POST", f"/runs/{asked['run_id']}/refuse", token=world.token("op-2", "operator"), json={"reason": "x"})


@pytest.mark.parametrize(("service", "method", "path"), OPERATORS_CALLS)
@pytest.mark.parametrize("who", ["p-held", "somebody-else"])
def test_a_users_token_on_any_of_it_changes_nothing(
    world: World, held: dict[str, str], who: str, service: str, method: str, path: str
) -> None:
    """Fault tried: a view without its scope."""
    before = everything_about(world, held)
    url = f"{world.env[f'{service.upper()}_URL']}/api/v1{path.format(**held)}"
    said = {"json": {"reason": "let me"}} if method == "POST" else {}

    status, problem = world.call(method, url, token=world.token(who), **said)

    assert (status, problem["code"]) == (403, "permission_denied")
    assert everything_about(world, held) == before


def everything_about(world: World, held: dict[str, str]) -> list[Any]:
    order = {"order_no": held["order_no"]}
    actions = "SELECT count(*) FROM flextx_operate_operatoraction"
    frozen = "SELECT count(*) FROM ledger_freezemove"
    return [
        journey_of(world, order),
        *(world.rows(service, actions) for service in ("order", "account")),
        world.rows("account", frozen),
    ]


def bought_large(world: World, person: str) -> dict[str, Any]:
    """Its refund needs an approval."""
    order = world.place_order(person, "coins-3000")
    assert pays(world, order) == 200
    arrives(world, order, is_done("order_credited"))
    return order


def pays(world: World, order: dict[str, Any]) -> int:
    return world.call("POST", order["payment"]["url"], json={})[0]
