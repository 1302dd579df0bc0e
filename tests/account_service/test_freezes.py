"""A frozen owner sets nothing going that takes money out; everything else passes."""

from functools import partial

import pytest
from django.db import OperationalError, connection

from account_service.ledger.models import FreezeMove, Owner
from tests.account_service.commands import Gift, Refund, applied, ask, balances, ledger
from tests.account_service.many import hand_in
from tests.account_service.stories import OPERATOR, OWNER, SERVICE, credit, everything
from tests.support.callers import post
from tests.support.threads import held_open

GIFT = Gift()
FREEZE, UNFREEZE = "/api/v1/accounts/u-1/freeze", "/api/v1/accounts/u-1/unfreeze"
WHY = {"reason": "reported"}


def freeze(owner_id: str = "u-1") -> None:
    OPERATOR.post(f"/api/v1/accounts/{owner_id}/freeze", WHY).json(200)


def test_a_frozen_sender_is_refused_and_nothing_moves() -> None:
    """Fault tried: check_may_spend left out of charge_gift."""
    credit("u-1", 160)
    freeze()
    before = ledger()

    reply = ask(GIFT.charge())

    assert (reply.outcome, reply.code, reply.result) == ("refused", "account_frozen", {})
    assert ledger() == before


def test_a_freeze_holds_for_an_owner_not_yet_seen() -> None:
    """Fault tried: only owners with accounts frozen."""
    assert OPERATOR.post(FREEZE, WHY).json() == {"owner_id": "u-1", "frozen": True}
    credit("u-1", 160)

    assert ask(GIFT.charge()).code == "account_frozen"
    OPERATOR.post(UNFREEZE, {"reason": "sorry"}).json()
    applied(Gift("g-2").charge())


def test_what_others_set_going_passes_a_freeze() -> None:
    """Fault tried: check_may_spend in settle_gift, in refund_gift, in release_refund, and in hold_refund always."""
    order_no = credit("u-1", 300).cause_id
    refund, back = Refund(order_no, coins=300), Gift("g-2")
    applied(GIFT.charge(), back.charge())
    for owner_id in ("u-1", "h-1"):
        freeze(owner_id)

    applied(GIFT.settle(), back.refund())
    credit("u-1", 100)
    applied(refund.hold(), refund.release(), refund.again.hold(), refund.again.take())

    assert balances() == {"user/h-1/LITCHI": 70}
    applied(GIFT.reverse())
    assert balances() == {"user/u-1/COIN": 100}


@pytest.mark.parametrize(("by_owner", "outcome", "code"), [(True, "refused", "account_frozen"), (False, "applied", "")])
def test_only_the_owners_own_refund_request_is_refused(by_owner: bool, outcome: str, code: str) -> None:
    """Fault tried: by_owner not looked at."""
    refund = Refund(credit("u-1", 60).cause_id)
    freeze()
    before = ledger()

    reply = ask(refund.hold(by_owner=by_owner))

    assert (reply.outcome, reply.code) == (outcome, code)
    assert (ledger() == before) is by_owner


def test_each_change_is_audited_and_asking_again_changes_nothing() -> None:
    """Fault tried: a row for each call; the token's subject not stored."""
    for path in (FREEZE, FREEZE, UNFREEZE, UNFREEZE, FREEZE):
        told = OPERATOR.post(path, {"reason": f"because of {path[-8:]}"}).json()
        assert told == {"owner_id": "u-1", "frozen": path == FREEZE}

    moves = FreezeMove.objects.order_by("id").values_list("owner_id", "frozen", "who", "why")
    assert list(moves) == [
        ("u-1", True, "op-1", "because of 1/freeze"),
        ("u-1", False, "op-1", "because of unfreeze"),
        ("u-1", True, "op-1", "because of 1/freeze"),
    ]


@pytest.mark.parametrize("path", [FREEZE, UNFREEZE])
def test_nobody_but_an_operator_freezes(path: str) -> None:
    """Fault tried: FreezeView without its permission."""
    before = everything()

    for who in (OWNER, SERVICE):
        who.post(path, WHY).refuses(403, "permission_denied")
    post(path, b'{"reason": "x"}').refuses(401, "not_authenticated")
    assert everything() == before
    assert not Owner.objects.exists()


@pytest.mark.parametrize("reason", ["", " ", None, "x" * 501, ["x"], "\x00"])
def test_a_reason_must_be_given(reason: object) -> None:
    """Fault tried: a default for the reason."""
    OPERATOR.post(FREEZE, {"reason": reason}).refuses(400, "invalid")
    OPERATOR.post(FREEZE, {}).refuses(400, "invalid")
    assert not Owner.objects.exists()


def test_an_owner_longer_than_any_is_refused() -> None:
    """Fault tried: owner_id not checked: 500."""
    OPERATOR.post(f"/api/v1/accounts/{'x' * 101}/freeze", WHY).refuses(400, "invalid")


def test_a_freeze_waits_for_what_the_owner_has_under_way() -> None:
    """So that nothing is charged any more once it has answered. Fault tried: the owner read without FOR SHARE."""
    credit("u-1", 400)
    applied(Gift("g-0").charge())  # the owner's row is there
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = 300")

    with held_open(partial(hand_in, GIFT.charge())):
        OPERATOR.post(FREEZE, WHY).refuses(503, "unavailable")
        with pytest.raises(OperationalError):
            ask(Gift("g-2").charge())  # behind the same accounts

    freeze()
    assert ask(Gift("g-2").charge()).code == "account_frozen"
