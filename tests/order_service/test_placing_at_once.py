"""Orders placed at the same moment: real connections, real threads."""

from order_service.recharge.models import Order
from tests.order_service.stories import BUYER
from tests.support.threads import together
from tests.support.web_process import WebProcess


def test_fifty_at_once_with_one_key_make_one_order(channel: WebProcess) -> None:
    """Fault tried: no lock on the key: UNIQUE holds, but callers get errors."""
    BUYER.has_ordered()

    answers = together([lambda: BUYER.places(key="k-1")] * 50)

    order = Order.objects.get(owner_seq=2)
    done = [answer for answer in answers if answer.status == 201]
    assert {answer.json(201)["order_no"] for answer in done} == {order.order_no}
    for early in [answer for answer in answers if answer not in done]:
        early.refuses(409, "request_under_way")
        assert early.headers["Retry-After"] == "1"
    assert BUYER.places(key="k-1").json(201)["order_no"] == order.order_no
    assert Order.objects.count() == 2


def test_orders_of_one_owner_at_once_are_numbered_without_gap() -> None:
    """Fault tried: `select_for_update()` taken out of lock_owner_head."""
    BUYER.has_ordered()

    together([BUYER.places] * 20)

    assert sorted(Order.objects.values_list("owner_seq", flat=True)) == list(range(1, 22))
