"""The process dies around complete_order's commit, or its answer is lost: the channel repeats, and all is as if not.

Real processes: gunicorn runs the service, a crash point ends its worker with os._exit(137), gunicorn starts another.
"""

import json
from pathlib import Path
from typing import Any

import pytest
import urllib3

from flextx.outbox.models import OutboxMessage
from order_service.recharge.models import Order, OrderMove, Payment
from tests.order_service.processes import own_web
from tests.order_service.stories import BUYER, CALLBACK, call_back, everything, payment_of, signed
from tests.support.web_process import WebProcess

POINT = "recharge.complete_order.commit"


def call_back_to(web: WebProcess, payment: dict[str, Any]) -> tuple[int, Any]:
    raw = json.dumps(payment).encode()
    headers = {"Content-Type": "application/json", **signed(raw)}
    answer = web.http.request("POST", f"{web.url}{CALLBACK}", body=raw, headers=headers)
    return answer.status, json.loads(answer.data)


def paid_once(payment: dict[str, Any]) -> bool:
    return (
        [row.status for row in Order.objects.all()] == ["completed"]
        and [(row.trade_no, row.state) for row in Payment.objects.all()] == [(payment["trade_no"], "accepted")]
        and OutboxMessage.objects.count() == 1
        and OrderMove.objects.count() == 1
    )


def fired(folder: Path) -> list[str]:
    return sorted(file.name for file in (folder / "crash").iterdir())


def test_dying_before_the_commit_leaves_nothing_and_the_repeat_completes(tmp_path: Path) -> None:
    """Fault tried: a payment stored on a connection of its own, before the transaction."""
    payment = payment_of(BUYER.has_ordered())
    before = everything()

    with own_web(tmp_path, FLEXTX_CRASH=f"{POINT}.before:die:2") as web:
        for _ in range(2):
            with pytest.raises(urllib3.exceptions.ProtocolError):
                call_back_to(web, payment)
            assert everything() == before
        assert call_back_to(web, payment) == (200, {"code": "SUCCESS"})

    assert paid_once(payment)
    assert fired(tmp_path) == [f"{POINT}.before.0", f"{POINT}.before.1"]


def test_dying_after_the_commit_the_repeat_finds_it_done(tmp_path: Path) -> None:
    """Fault tried: `if accepted is None: return order` taken out of complete_order."""
    payment = payment_of(BUYER.has_ordered())

    with own_web(tmp_path, FLEXTX_CRASH=f"{POINT}.after:die:1") as web:
        with pytest.raises(urllib3.exceptions.ProtocolError):
            call_back_to(web, payment)
        assert paid_once(payment)
        before = everything()
        assert call_back_to(web, payment) == (200, {"code": "SUCCESS"})

    assert everything() == before
    assert fired(tmp_path) == [f"{POINT}.after.0"]


def test_when_the_commits_answer_is_lost_nobody_is_told_success(tmp_path: Path) -> None:
    """Fault tried: OperationalError taken out of the outages."""
    payment = payment_of(BUYER.has_ordered())

    with own_web(tmp_path, FLEXTX_CRASH=f"{POINT}.after:commit-and-fail:1") as web:
        status, told = call_back_to(web, payment)
        assert (status, told["code"]) == (503, "FAIL")
        assert call_back_to(web, payment) == (200, {"code": "SUCCESS"})

    assert paid_once(payment)


def test_dying_with_the_event_written_and_the_transaction_open_leaves_nothing(tmp_path: Path) -> None:
    """Fault tried: `publish` left out: the point is then never reached."""
    payment = payment_of(BUYER.has_ordered())
    before = everything()

    with own_web(tmp_path, FLEXTX_CRASH="outbox.insert.after:die:1") as web:
        with pytest.raises(urllib3.exceptions.ProtocolError):
            call_back_to(web, payment)
        assert everything() == before
        assert call_back_to(web, payment) == (200, {"code": "SUCCESS"})

    assert paid_once(payment)


def test_while_the_database_is_away_the_channel_is_told_to_repeat(tmp_path: Path) -> None:
    """Fault tried: OperationalError taken out of the outages."""
    payment = payment_of(BUYER.has_ordered())
    before = everything()

    with own_web(tmp_path, DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing") as web:
        status, told = call_back_to(web, payment)
        assert (status, told["code"], set(told)) == (503, "FAIL", {"code", "message"})

    assert everything() == before
    assert call_back(payment).json() == {"code": "SUCCESS"}
    assert paid_once(payment)
