"""A debt is made only for what is missing, and repaid from whatever comes next."""

import pytest
from django.db import connection

from account_service.ledger.models import Account, Transfer
from flextx.inbox.models import DivertedRecord
from tests.account_service.commands import Refund, applied, balances, ledger, moved
from tests.account_service.plain_sql import forbidden
from tests.account_service.stories import OPERATOR, OWNER, credit, deliver, order_of, record_of, send_back

USER = ("user", "u-1", "COIN")


def owes(coins: int) -> None:
    """u-1 was refunded an order of that many coins, all of them spent."""
    refund = Refund(credit("u-1", coins).cause_id, coins=coins)
    send_back(USER, coins)
    applied(refund.hold(to_debt=True), refund.take())
    assert balances() == {"debt/u-1/COIN": -coins}


@pytest.mark.parametrize("spent", [1, 59, 60])
def test_what_is_missing_is_lent_and_stays_owed_once_the_refund_is_taken(spent: int) -> None:
    """Fault tried: the whole sum lent; the loan posted behind the hold."""
    refund = Refund(credit("u-1", 60).cause_id)
    send_back(USER, spent)

    loan, hold = applied(refund.hold(to_debt=True))

    assert moved([loan, hold]) == [
        ("debt_loan", spent, "debt/u-1", "user/u-1"),
        ("refund_hold", 60, "user/u-1", "escrow/u-1"),
    ]
    assert balances() == {"debt/u-1/COIN": -spent, "escrow/u-1/COIN": 60}
    applied(refund.take())
    assert balances() == {"debt/u-1/COIN": -spent}
    (entry,) = OWNER.get("/api/v1/accounts/u-1/balances").json()["balances"]
    assert (entry["available"], entry["held"], entry["owed"]) == (0, 0, spent)


def test_nothing_is_lent_to_who_has_enough() -> None:
    refund = Refund(credit("u-1", 60).cause_id)

    assert [kind for kind, *_ in moved(applied(refund.hold(to_debt=True)))] == ["refund_hold"]


def test_a_release_pays_the_loan_back_at_once() -> None:
    """Fault tried: repayments left out of post_transfers."""
    refund = Refund(credit("u-1", 60).cause_id)
    send_back(USER, 45)
    applied(refund.hold(to_debt=True))

    released, repaid = applied(refund.release())

    assert moved([repaid]) == [("debt_repayment", 45, "user/u-1", "debt/u-1")]
    assert repaid.cause_id == str(released.pk)
    assert balances() == {"user/u-1/COIN": 15}


def test_a_recharge_between_hold_and_release_has_paid_the_loan_already() -> None:
    """Fault tried: all there is repaid, whatever is owed."""
    refund = Refund(credit("u-1", 60).cause_id)
    send_back(USER, 45)
    applied(refund.hold(to_debt=True))
    credit("u-1", 50)
    assert balances() == {"user/u-1/COIN": 5, "escrow/u-1/COIN": 60}

    assert [kind for kind, *_ in moved(applied(refund.release()))] == ["refund_release"]
    assert balances() == {"user/u-1/COIN": 65}


@pytest.mark.parametrize(
    ("coins", "expected"),
    [
        (59, {"debt/u-1/COIN": -1}),
        (60, {}),
        (61, {"user/u-1/COIN": 1}),
    ],
)
def test_a_recharge_pays_the_debt_first(coins: int, expected: dict[str, int]) -> None:
    """Fault tried: max in place of min."""
    owes(60)

    recharge = credit("u-1", coins)

    repaid = Transfer.objects.get(kind="debt_repayment")
    assert (repaid.amount, repaid.cause_id) == (min(coins, 60), str(recharge.pk))
    assert balances() == expected


def test_a_batch_pays_many_debts_once_each_and_only_in_their_asset() -> None:
    """Fault tried: debts looked for in LITCHI."""
    owes(60)
    owed_litchi = Account.objects.create(kind="debt", owner_id="u-2", asset="LITCHI", balance=-5, last_leg=1)

    deliver(*(record_of(order_of(f"u-{number}", 25)) for number in (1, 2, 1, 2, 1)))

    assert Transfer.objects.filter(kind="debt_repayment").count() == 1
    assert balances() == {"user/u-1/COIN": 15, "user/u-2/COIN": 50, "debt/u-2/LITCHI": owed_litchi.balance}


def test_credits_read_again_pay_nothing_again() -> None:
    """Fault tried: what was posted before not looked for."""
    owes(60)
    order = order_of("u-1", 25)
    deliver(record_of(order))
    before = ledger()

    deliver(record_of(order))

    assert ledger() == before
    assert DivertedRecord.objects.count() == 0


def test_debts_add_up() -> None:
    """Fault tried: a second loan takes the first one's place."""
    orders = [(credit("u-2", coins).cause_id, coins) for coins in (60, 30)]
    send_back(("user", "u-2", "COIN"), 90)
    for order_no, coins in orders:
        refund = Refund(order_no, owner_id="u-2", coins=coins)
        applied(refund.hold(to_debt=True), refund.take())

    assert balances() == {"debt/u-2/COIN": -90}


def test_a_debt_is_on_no_statement() -> None:
    """The statement is that of what can be spent."""
    owes(60)

    kinds = [line["kind"] for line in OPERATOR.get("/api/v1/accounts/u-1/statement").json()["results"]]
    assert kinds == ["refund", "refund_unhold", "refund_hold", "debt_loan", "gift", "recharge"]


def test_the_database_forbids_a_debt_above_zero_and_others_below() -> None:
    """Fault tried: account_debt_is_owed taken out; account_never_overdrawn without its condition on the kind."""
    owes(60)

    forbidden("account_debt_is_owed", "UPDATE ledger_account SET balance = 1 WHERE kind = 'debt'")
    for kind in ("user", "escrow"):
        forbidden(
            "account_never_overdrawn",
            "INSERT INTO ledger_account (kind, owner_id, asset, balance, last_leg) VALUES (%s, 'u-9', 'COIN', -1, 1)",
            [kind],
        )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE ledger_account SET balance = -61 WHERE kind = 'debt'")
