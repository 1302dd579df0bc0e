"""What becomes of a gift, for each thing that can be answered on its way."""

from __future__ import annotations

import pytest

from contracts import ChargeGift, RefundGift, ReverseGift, SettleGift
from flextx.testing import expect_saga
from order_service.gifts.models import Gift
from tests.order_service.gift_stories import OPERATOR, SENDER, has_sent, moves_of, run, run_of, sends, sent, shown
from tests.order_service.stories import STRANGER, everything

pytestmark = pytest.mark.usefixtures("rooms", "gifts_on_sale")


def test_it_is_shown_only_after_the_charge_and_sent_only_after_the_settlement() -> None:
    """Fault tried: the steps in another order."""
    gift = has_sent()
    assert (gift.status, gift.coins, gift.litchi, shown(gift)) == ("sending", 20, 10, [])

    expect_saga(
        run_of(gift),
        path=[(ChargeGift, "applied"), ("deliver", "applied"), (SettleGift, "applied")],
        ends="done",
    )

    gift.refresh_from_db()
    assert (gift.status, gift.reason) == ("sent", "")
    assert shown(gift) == ["effect", "comment"]
    assert moves_of(gift) == [("sending", "sent", "send_gift")]


def test_a_refused_charge_ends_it_with_nothing_taken() -> None:
    gift = has_sent()
    expect_saga(run_of(gift), path=[(ChargeGift, "refused")], ends="refused")
    gift.refresh_from_db()
    assert (gift.status, shown(gift)) == ("refused", [])


@pytest.mark.parametrize(("action", "reason"), [("close", "room_closed"), ("ban-host", "host_banned")])
def test_a_room_that_refuses_gives_the_coins_back(action: str, reason: str) -> None:
    """Fault tried: deliver without asking the room."""
    gift = has_sent()
    OPERATOR.post(f"/api/v1/rooms/room-1/{action}", {"reason": "a story"}).json(200)

    expect_saga(
        run_of(gift),
        path=[(ChargeGift, "applied"), ("deliver", "refused"), (RefundGift, "applied")],
        ends="undone",
    )

    gift.refresh_from_db()
    assert (gift.status, gift.reason, shown(gift)) == ("undone", reason, [])


@pytest.mark.parametrize(("answer", "ends"), [("applied", "undone"), ("empty", "refused")])
def test_at_its_deadline_the_refund_says_whether_anything_was_taken(answer: str, ends: str) -> None:
    """Fault tried: at the deadline the run ends without a refund while the charge is unknown."""
    gift = has_sent()
    expect_saga(run_of(gift), path=[(ChargeGift, "too_late"), (RefundGift, answer)], ends=ends)
    gift.refresh_from_db()
    assert (gift.status, gift.reason, shown(gift)) == (ends, "deadline_passed", [])


def test_until_the_refund_is_answered_the_gift_is_still_being_sent() -> None:
    gift = has_sent()
    expect_saga(run_of(gift), path=[(ChargeGift, "too_late"), (RefundGift, "attempted")], ends="undoing")
    gift.refresh_from_db()
    assert gift.status == "sending"


def test_only_an_operator_undoes_a_sent_gift_and_then_it_is_retracted() -> None:
    """Fault tried: retract before reverse; undo without the operator's scope."""
    gift = sent()
    before = everything()
    for person, status, code in ((SENDER, 403, "permission_denied"), (STRANGER, 403, "permission_denied")):
        person.post(f"/api/v1/gifts/{gift.gift_id}/undo", {"reason": "mine"}).refuses(status, code)
    assert everything() == before

    answers = [OPERATOR.post(f"/api/v1/gifts/{gift.gift_id}/undo", {"reason": "asked"}).json(202) for _ in range(2)]
    assert answers[0]["run_id"] == answers[1]["run_id"]
    gift.refresh_from_db()
    assert (gift.status, shown(gift)) == ("undoing", ["effect", "comment"])
    expect_saga(run(gift.undo_run_id), path=[(ReverseGift, "applied"), ("retract", "applied")], ends="done")

    gift.refresh_from_db()
    assert (gift.status, gift.reason) == ("undone", "undone_by_operator")
    assert shown(gift) == ["effect", "comment", "retracted"]
    assert moves_of(gift) == [
        ("sending", "sent", "send_gift"),
        ("sent", "undoing", "operator op-1"),
        ("undoing", "undone", "undo_gift"),
    ]


def test_when_the_host_has_spent_it_the_gift_stays_sent_and_can_be_undone_to_debt_later() -> None:
    gift = sent()
    OPERATOR.post(f"/api/v1/gifts/{gift.gift_id}/undo", {"reason": "asked"}).json(202)
    gift.refresh_from_db()
    expect_saga(run(gift.undo_run_id), path=[(ReverseGift, "refused")], ends="refused")
    gift.refresh_from_db()
    assert (gift.status, shown(gift)) == ("sent", ["effect", "comment"])

    again = OPERATOR.post(f"/api/v1/gifts/{gift.gift_id}/undo", {"reason": "asked again", "to_debt": True}).json(202)

    assert again["run_id"] != str(gift.undo_run_id)
    expect_saga(run(again["run_id"]), path=[(ReverseGift, "applied"), ("retract", "applied")], ends="done")


def test_a_gift_that_was_not_sent_cannot_be_undone() -> None:
    gift = has_sent()
    before = everything()
    OPERATOR.post(f"/api/v1/gifts/{gift.gift_id}/undo", {"reason": "x"}).refuses(409, "gift_not_sent")
    OPERATOR.post("/api/v1/gifts/G-nothing/undo", {"reason": "x"}).refuses(404, "not_found")
    OPERATOR.post(f"/api/v1/gifts/{gift.gift_id}/undo", {}).refuses(400, "invalid")
    assert everything() == before


def test_the_same_key_is_the_same_gift_and_another_body_is_refused() -> None:
    first, again = sends(key="one").json(202), sends(key="one").json(202)
    assert first["gift_id"] == again["gift_id"]
    sends(key="one", count=3).refuses(422, "idempotency_key_reused")
    assert Gift.objects.count() == 1
