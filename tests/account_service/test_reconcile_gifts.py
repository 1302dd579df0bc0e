"""What is held, owed, settled and taken back is reconciled too; each difference is named."""

from collections.abc import Callable

import pytest

from account_service.ledger.books import KNOWN_KINDS
from account_service.ledger.models import Transfer
from tests.account_service.books import DEBT, credited, named, reconcile
from tests.account_service.commands import Gift, Refund, applied, balances
from tests.account_service.shop import COINS, Shop
from tests.account_service.stories import without_triggers

GIFT = Gift(coins=10, litchi=7)


@pytest.fixture
def sent(shop: Shop) -> str:
    """The number of an order of u-1, whose gift g-1 is settled."""
    order_no = credited(shop)
    applied(GIFT.charge(), GIFT.settle())
    shop.knows_gift(GIFT)
    return order_no


def test_what_ended_leaves_no_difference(shop: Shop, sent: str) -> None:
    """Fault tried: a kind left out of KNOWN_KINDS, and of HALF_POSTED; a hold that was ended counted as open."""
    let_go, back, refunded = (
        Gift("g-2", coins=10),
        Gift("g-3", coins=10, litchi=9),
        Refund(credited(shop, "u-2"), "u-2"),
    )
    spent = Gift("g-4", sender_id="u-2", coins=50, litchi=35)
    applied(let_go.charge(), let_go.refund(), back.charge(), back.settle(), back.reverse())
    applied(spent.charge(), spent.settle())
    for gift, status in ((let_go, "undone"), (back, "undone"), (spent, "sent")):
        shop.knows_gift(gift, status)
    applied(refunded.hold(to_debt=True), refunded.release(), refunded.again.hold(to_debt=True), refunded.again.take())
    shop.query("UPDATE recharge_order SET status = 'refunded' WHERE order_no = %s", refunded.order_no)
    assert balances() == {"user/u-1/COIN": 50, "debt/u-2/COIN": -50, "user/h-1/LITCHI": 42}
    assert reconcile()[1]["in_flight"] == 0

    credited(shop, "u-2")

    assert balances()["user/u-2/COIN"] == COINS - 50
    code, said = reconcile()
    assert (code, said["differences"], said["in_flight"]) == (0, [], 0)
    # Credits; gifts; own and escrow of u-1 and u-2, the debt of u-2, the host's own.
    assert said["checked"] == 3 + 4 + 6
    assert set(Transfer.objects.values_list("kind", flat=True)) == set(KNOWN_KINDS)


@pytest.mark.parametrize("what", ["gift", "refund"])
def test_what_is_held_is_in_flight(shop: Shop, sent: str, what: str) -> None:
    """Fault tried: open holds not counted."""
    shop.knows_gift(Gift("g-2", coins=10), "sending" if what == "gift" else "refused")
    applied(Gift("g-2", coins=10).charge() if what == "gift" else Refund(sent).hold(to_debt=True))

    code, said = reconcile()

    assert (code, said["differences"], said["in_flight"]) == (0, [], 1)


Plant = Callable[[], None]


def add_to_escrow() -> None:
    without_triggers("UPDATE ledger_account SET balance = balance + 5 WHERE kind = 'escrow'")


def forget_what_ended_the_hold() -> None:
    without_triggers("UPDATE ledger_transfer SET closes_transfer_id = NULL WHERE kind = 'gift_settle'")


def lose(kind: str) -> Plant:
    return lambda: without_triggers("DELETE FROM ledger_transfer WHERE kind = %s", [kind])


def cross_assets() -> None:
    without_triggers(
        "UPDATE ledger_transfer SET credit_account_id ="
        " (SELECT id FROM ledger_account WHERE kind = 'issuer' AND asset = 'LITCHI') WHERE kind = 'gift_settle'"
    )


def owe() -> None:
    without_triggers(DEBT, ["u-1", -3])


@pytest.mark.parametrize(
    ("plant", "expected"),
    [
        (add_to_escrow, {("escrow_differs", "escrow/u-1/COIN"), ("balance_differs", "escrow/u-1/COIN")}),
        (
            forget_what_ended_the_hold,
            {("escrow_differs", "escrow/u-1/COIN"), ("gift_differs_from_ledger", "g-1")},
        ),
        (lose("gift_income"), {("gift_half_settled", "g-1"), ("balance_differs", "user/h-1/LITCHI")}),
        (
            lose("gift_settle"),
            {
                ("gift_half_settled", "g-1"),
                ("gift_differs_from_ledger", "g-1"),
                ("balance_differs", "escrow/u-1/COIN"),
                ("escrow_differs", "escrow/u-1/COIN"),
            },
        ),
        (cross_assets, {("asset_not_conserved", "COIN"), ("asset_not_conserved", "LITCHI")}),
        (owe, {("debt_not_repaid", "debt/u-1/COIN"), ("balance_differs", "debt/u-1/COIN")}),
    ],
)
def test_each_planted_difference_is_named(sent: str, plant: Plant, expected: set[tuple[str, str]]) -> None:
    """Fault tried: each entry of _COMPARISONS and the settled gifts' line of HALF_POSTED left out."""
    plant()
    code, said = reconcile()

    assert (code, set(named(said))) == (1, expected)


@pytest.mark.parametrize("kind", ["undo_gift_income", "undo_gift_settle", "undo_gift_charge"])
def test_a_gift_that_was_taken_back_in_part_is_named(sent: str, kind: str) -> None:
    """Fault tried: 3 made 2 in HALF_POSTED."""
    applied(GIFT.reverse())

    lose(kind)()

    assert ("gift_half_undone", "g-1") in named(reconcile()[1])
