"""Bad days between the services, as docs/runbook.md tells them: from an order's number to what an operator does."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from typing import Any
from uuid import uuid4

import psutil
import psycopg

from tests.system.gifts import open_room, recharge, send_gift
from tests.system.killing import log_standing_still, pid_of
from tests.system.runbook import Day, order_is, waits, waits_for
from tests.system.test_gift_outages import ACCOUNT_CONSUMERS, account_service_away
from tests.system.world import World, payment_of, wait_for


def paid(world: World, person: str) -> dict[str, Any]:
    order = world.place_order(person)
    assert world.callback(payment_of(order, world.env["SANDBOX_MERCHANT_ID"]))[0] == 200
    return order


def has_coins(world: World, person: str) -> None:
    wait_for(partial(world.balance, person), lambda coins: coins == 60, seconds=60, what="the coins")


def test_the_message_log_is_away(world: World, person: str) -> None:
    with log_standing_still(world):
        order = paid(world, person)
        day = Day.of(world, "The message log is away", order_no=order["order_no"])
        assert waits(day.until(waits_for("message_unsent")))["message_unsent"]["next_at"]
        assert "flextx_outbox_oldest_unsent_age_seconds" in day.step()

    with day:
        assert day.until(order_is("credited"))["waiting"] == []
    assert world.balance(person) == 60


@contextmanager
def defect(world: World, order: dict[str, Any]) -> Iterator[None]:
    """A defect that one order alone runs into: the account service cannot post its transfer."""
    with psycopg.connect(world.env["ACCOUNT_DATABASE_URL"], autocommit=True) as database:
        condition = f"CHECK (cause_id <> '{order['order_no']}') NOT VALID"
        database.execute(f"ALTER TABLE ledger_transfer ADD CONSTRAINT a_defect {condition}".encode())
        try:
            yield
        finally:
            database.execute("ALTER TABLE ledger_transfer DROP CONSTRAINT a_defect")


def hurry(world: World, key: str) -> None:
    """The next try of what was set aside is due now; the story does not wait for eight growing waits."""
    world.rows(
        "account", "UPDATE flextx_inbox_divertedkey SET due_at = now() WHERE key = %s AND due_at > now()", (key,)
    )


def test_a_record_cannot_be_handled(world: World, person: str) -> None:
    order = world.place_order(person)
    with Day.of(world, "A record cannot be handled", order_no=order["order_no"]) as day:
        with defect(world, order):
            assert world.callback(payment_of(order, world.env["SANDBOX_MERCHANT_ID"]))[0] == 200
            wait = waits(day.until(waits_for("credit")))["credit"]
            assert (wait["service"], f"/api/v1/parked?about={order['order_no']}" in wait["what_to_do"]) == (
                *("account", True),
            )

            def is_parked(answer: Any) -> bool:
                hurry(world, order["order_no"])
                return bool(answer["results"])

            [item] = day.until(is_parked)["results"]
            assert (item["reason"], "a_defect" in item["last_error"]) == ("IntegrityError", True)
        day.known["parked_id"] = item["id"]
        day.step()
        day.until(order_is("credited"))

    assert world.balance(person) == 60


# The order's announcement once more, as a service of tomorrow would write it.
OF_TOMORROW = (
    "INSERT INTO flextx_outbox_outboxmessage SELECT * FROM jsonb_populate_record(null::flextx_outbox_outboxmessage,"
    " (SELECT to_jsonb(m) || jsonb_build_object('id', nextval(pg_get_serial_sequence('flextx_outbox_outboxmessage',"
    " 'id')), 'event_id', %s::text, 'sequence', 1000, 'event_version', 99, 'state', 'pending', 'sent_at', null,"
    " 'partition', null, 'offset', null, 'due_at', now()) FROM flextx_outbox_outboxmessage m WHERE key = %s))"
)


def test_a_service_was_deployed_before_its_consumers(world: World, person: str) -> None:
    order = paid(world, person)
    has_coins(world, person)
    world.rows("order", OF_TOMORROW, (str(uuid4()), order["order_no"]))

    with Day.of(world, "A service was deployed before its consumers", order_no=order["order_no"]) as day:
        [item] = day.until(lambda answer: answer["results"])["results"]
        assert item["reason"] == "UnknownVersion"
        day.known["parked_id"] = item["id"]
        day.step()
        assert ("skipped_message", item["id"]) in found(day.step())
        assert day.step()["after"]["resolved"] is True

    assert world.balance(person) == 60


def test_the_account_service_is_away_with_gifts_in_flight(world: World, person: str) -> None:
    room = open_room(world, person)
    recharge(world, person)
    with account_service_away(world):
        gift = send_gift(world, person, room)
        known = {"gift_id": gift["gift_id"], "run_id": gift["run_id"]}
        day = Day.of(world, "The account service is away with gifts in flight", **known)
        assert day.step()["status"] == "sending"
        run = day.until(lambda told: bool(told["steps"]))
        assert [(step["step"], step["state"]) for step in run["steps"]] == [("charge", "attempted")]
        assert run["next_due_at"]

    with day:
        day.until(lambda told: told["state"] == "done")
    assert world.balance(person) == 50


def test_a_consumer_dies_again_and_again(world: World, person: str) -> None:
    orders = []
    for _ in range(2):
        orders.append(paid(world, person))
        for name in ACCOUNT_CONSUMERS:
            pid = wait_for(partial(pid_of, world, name), bool, seconds=60, what=name)
            psutil.Process(pid or 0).kill()

    with Day.of(world, "A consumer dies again and again", order_no=orders[-1]["order_no"]) as day:
        assert "flextx_worker_start_time_seconds{" in day.step()
        assert day.step()["results"] == []
        day.until(order_is("credited"))

    wait_for(partial(world.balance, person), lambda coins: coins == 120, seconds=60, what="the coins")


def test_somebodys_coins_are_missing(world: World, person: str) -> None:
    """As after a restore that lost one credit: its announcement goes out again, under the same id."""
    order = paid(world, person)
    with_coins = Day.of(world, "Somebody's coins are missing", order_no=order["order_no"])
    has_coins(world, person)
    wait_for(partial(status_of, world, order), lambda now: now == "credited", seconds=60, what="credited")
    forget(world, order)
    assert world.balance(person) == 0

    with with_coins as day:
        missing = ("missing_credit", order["order_no"])
        assert missing in found(day.step())
        repaired = day.step()
        assert missing in {(one["class"], one["id"]) for one in repaired["repaired"]}
        assert repaired["differences"] == []
        assert day.step()["waiting"] == []

    assert world.balance(person) == 60


def test_a_database_was_restored_from_an_older_backup(world: World, person: str) -> None:
    """Three credits are gone; the topic is read again for that time, beside the running consumers."""
    since = datetime.now(UTC)
    orders = [paid(world, person) for _ in range(3)]
    for order in orders:
        wait_for(partial(status_of, world, order), lambda now: now == "credited", seconds=60, what="credited")
    forget(world, *orders)
    assert world.balance(person) == 0

    known = {"since": f"{since:%Y-%m-%dT%H:%M:%SZ}", "until": f"{datetime.now(UTC):%Y-%m-%dT%H:%M:59Z}"}
    with Day.of(world, "A database was restored from an older backup", **known) as day:
        assert sum(partition["handled"] for partition in day.step()) == 3

    assert world.balance(person) == 180


def forget(world: World, *orders: dict[str, Any]) -> None:
    """As in an older backup of the account service: neither the credits, nor their news, nor that they were asked for.

    Of people who have nothing else."""
    numbers, owners = ([order[name] for order in orders] for name in ("order_no", "owner_id"))
    with psycopg.connect(world.env["ACCOUNT_DATABASE_URL"], autocommit=True) as database, database.transaction():
        database.execute("ALTER TABLE ledger_transfer DISABLE TRIGGER USER")
        database.execute("DELETE FROM ledger_transfer WHERE cause_id = ANY(%s)", [numbers])
        database.execute("ALTER TABLE ledger_transfer ENABLE TRIGGER USER")
        database.execute("DELETE FROM ledger_account WHERE owner_id = ANY(%s)", [owners])
        database.execute("DELETE FROM flextx_outbox_outboxmessage WHERE key = ANY(%s)", [numbers])
        database.execute("DELETE FROM flextx_inbox_inboxmessage WHERE key = ANY(%s)", [numbers])


def status_of(world: World, order: dict[str, Any]) -> str:
    _, told = world.orders("GET", f"/orders/{order['order_no']}", token=world.token(order["owner_id"]))
    return str(told["status"])


def found(report: dict[str, Any]) -> set[tuple[str, str]]:
    return {(one["class"], one["id"]) for one in report["differences"]}
