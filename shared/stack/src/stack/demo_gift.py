"""`make demo-gift`: three gifts. One is sent, one is refused by the room, and one is there when a service stops."""

from typing import Any

from stack.demo_gift_outage import AccountServiceOutage
from stack.demo_gift_shown import balances_text, feed_text, hops_text, standing_text
from stack.demo_gift_stage import SHOWN_PRODUCT, Balances, Stage
from stack.errors import Failure
from stack.layout import System
from stack.options import Options
from stack.running import running_system


def demo_gift(options: Options) -> int:
    with running_system(options) as system:
        stage = Stage.of(system, sender=options.subject)
        stage.make_sure_of_coins()
        _sent(stage)
        _refused_by_the_room(stage)
        _account_service_stopped(stage, system)
    return 0


def _sent(stage: Stage) -> None:
    _title("A gift is sent")
    room, before = stage.open_room(), stage.balances()
    gift = _send(stage, room, "for you!")
    _ended(stage, gift, "sent", before)


def _refused_by_the_room(stage: Stage) -> None:
    _title("The room closes before the gift is played: nothing is shown, and the sender has the coins again")
    room, before = stage.open_room(), stage.balances()
    stage.operate(room, "close")
    try:
        gift = _send(stage, room, "too late")
        _ended(stage, gift, "undone", before)
    finally:
        stage.operate(room, "open")


def _account_service_stopped(stage: Stage, system: System) -> None:
    _title("The account service is stopped when the coins are held and nobody knows yet; then it comes back")
    room, before = stage.open_room(), stage.balances()
    with AccountServiceOutage(system) as outage:
        outage.silence()
        gift = _send(stage, room, "be patient")
        stage.wait_until_held(before, gift["coins"])
        print(f"{gift['coins']} coins of {stage.sender} are held; stopping the account service")
        outage.complete()
        _still_waiting(stage, gift)
    print("the account service runs again\n")
    _ended(stage, gift, "sent", before)


def _send(stage: Stage, room: Any, comment: str) -> Any:
    gift = stage.send_gift(room, comment)
    print(f"{stage.sender} sends 1 {SHOWN_PRODUCT} ({gift['coins']} coins) to {room['room_id']} of {room['host_id']}:")
    print(f"  {gift['gift_id']}, run {gift['run_id']}, {gift['status']}\n")
    return gift


def _still_waiting(stage: Stage, gift: Any) -> None:
    """What the sender and an operator see meanwhile; only the order service is there to ask."""
    now = stage.gift(gift["gift_id"])
    if now["status"] != "sending":
        raise Failure(f"the gift should wait for the account service, and is {now['status']}")
    run = stage.run(gift["run_id"])
    print(f"the account service is stopped; the gift is {now['status']}, and GET /api/v1/runs/{run['run_id']} says:\n")
    print(f"{hops_text(run)}\n{standing_text(run)}\n")


def _ended(stage: Stage, gift: Any, status: str, before: Balances) -> None:
    """Raises Failure if the gift ends otherwise, or the feed shows what it must not."""
    ended = stage.wait_until_ended(gift["gift_id"])
    print(hops_text(stage.run(gift["run_id"])))
    print(f"\ngift {ended['status']}" + (f": {ended['reason']}" if ended["reason"] else ""))
    events = stage.feed(gift)
    print(f"feed of {gift['room_id']}: {feed_text(events)}\n")
    after = stage.balances()
    print(balances_text(before, after))
    shown = [event["kind"] for event in events]
    if ended["status"] != status or shown != (["effect", "comment"] if status == "sent" else []):
        raise Failure(f"the gift should be {status}, and is {ended['status']}; the feed shows {shown}")
    stage.check_balances(before, after, ended)


def _title(text: str) -> None:
    print(f"\n--- {text}\n")
