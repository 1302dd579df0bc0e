"""Many commands at once, by real consumers with connections of their own: nothing overdrawn, nothing done twice."""

import random
from functools import partial

from account_service.ledger.models import Transfer
from contracts import AccountReply
from flextx.inbox.models import DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.saga.messages import Command
from tests.account_service.commands import Gift, Refund, applied, balances
from tests.account_service.many import hand_in
from tests.account_service.stories import credit
from tests.support.threads import together

CONSUMERS, OWNERS = 10, 10


def outcomes() -> list[str]:
    """Of every reply, in order."""
    rows = OutboxMessage.objects.filter(event_type="AccountReply")
    replies = [AccountReply.model_validate_json(bytes(row.body)) for row in rows]
    return sorted(reply.outcome + (f" {reply.code}" if reply.code else "") for reply in replies)


def at_once(commands: list[Command]) -> None:
    """Shared out to consumers that start together; each hands in one command after the other."""

    def consume(number: int) -> None:
        for command in commands[number::CONSUMERS]:
            hand_in(command, consumer=number)

    together([partial(consume, number) for number in range(CONSUMERS)])
    assert DivertedRecord.objects.count() == 0


def recharge(owner_id: str, coins: int) -> None:
    credit(owner_id, coins)


def test_a_hundred_gifts_with_coins_for_ten() -> None:
    """Fault tried: `select_for_update()` taken out of lock_accounts."""
    credit("u-1", 1009)

    at_once([Gift(f"g-{number}", host_id=f"h-{number % 3}").charge() for number in range(100)])

    assert outcomes() == ["applied"] * 10 + ["refused insufficient_funds"] * 90
    assert balances() == {"user/u-1/COIN": 9, "escrow/u-1/COIN": 1000}


def test_gifts_of_many_to_one_host_are_all_settled() -> None:
    """Fault tried: `select_for_update()` taken out of lock_accounts."""
    gifts = [Gift(f"g-{number}", sender_id=f"u-{number % 7}") for number in range(60)]
    for number in range(7):
        credit(f"u-{number}", 1000)
    at_once([gift.charge() for gift in gifts])

    at_once([gift.settle() for gift in gifts])

    assert outcomes() == ["applied"] * 120
    spent = {f"user/u-{n}/COIN": 1000 - 100 * len(range(n, 60, 7)) for n in range(7)}
    assert balances() == {"user/h-1/LITCHI": 60 * 70} | spent


def test_charge_and_refund_of_one_gift_race_and_the_coins_are_back() -> None:
    """Fault tried: the do's row not inserted by an undo that finds nothing."""
    credit("u-1", 10_000)
    chance, gifts = random.Random(20261121), [Gift(f"g-{number}") for number in range(25)]
    for gift in gifts:
        sides = [gift.charge(), gift.refund()]
        chance.shuffle(sides)
        together([partial(hand_in, side, consumer=number) for number, side in enumerate(sides)])

    found = outcomes()
    print(f"{found.count('empty')} undone before they came, {Transfer.objects.count() // 2} charged and refunded")
    assert set(found) == {"applied", "empty", "rejected undone_before"}
    assert found.count("empty") == found.count("rejected undone_before")
    assert balances() == {"user/u-1/COIN": 10_000}


def test_two_who_take_the_same_gift_back_do_it_once() -> None:
    """Fault tried: lock_accounts left out of reverse_gift: both are told `applied`."""
    for number in range(10):
        gift = Gift(f"g-{number}")
        credit("u-1", 100)
        applied(gift.charge(), gift.settle())
        one, other = gift.reverse(), gift.reverse().model_copy(update={"run_id": Refund(gift.gift_id).run_id})
        together([partial(hand_in, one, consumer=0), partial(hand_in, other, consumer=1)])

    found = outcomes()
    assert (found.count("applied"), found.count("refused already_reversed")) == (30, 10)
    assert balances() == {"user/u-1/COIN": 1000}


def test_recharges_and_loans_of_one_owner_race_and_no_debt_stays_beside_coins() -> None:
    """A debt made while a recharge waits is seen by it. Fault tried: debts read with the accounts, not behind them."""
    for number in range(OWNERS):
        owner = f"u-{number}"
        refund = Refund(credit(owner, 60).cause_id, owner_id=owner)
        gift = Gift(f"g-{number}", sender_id=owner, coins=60)
        applied(gift.charge(), gift.settle())
        together([partial(hand_in, refund.hold(to_debt=True)), partial(recharge, owner, 40)])

    coins = {name: balance for name, balance in balances().items() if name.endswith("COIN")}
    left = {"escrow": 60, "debt": -20}
    assert coins == {f"{kind}/u-{n}/COIN": balance for n in range(OWNERS) for kind, balance in left.items()}


def test_batches_over_the_same_senders_and_hosts_do_not_deadlock() -> None:
    """Fault tried: locks_first left out of the handlers; without its order by id."""
    chance = random.Random(20261121)
    gifts = [Gift(f"g-{number}", f"u-{chance.randrange(6)}", f"h-{chance.randrange(4)}") for number in range(80)]
    for number in range(6):
        credit(f"u-{number}", 10_000)
    at_once([gift.charge() for gift in gifts[:40]])

    commands = [gift.settle() for gift in gifts[:40]] + [gift.charge() for gift in gifts[40:]]
    chance.shuffle(commands)
    together([partial(hand_in, *commands[number::4], consumer=number) for number in range(4)])

    assert DivertedRecord.objects.count() == 0
    assert outcomes() == ["applied"] * 120
    litchi = sum(balance for name, balance in balances().items() if name.endswith("LITCHI"))
    assert litchi == 40 * 70
