"""What `make demo-crash` calls lost, doubled or shown without reason: each is planted, found, and named."""

from __future__ import annotations

from stack.demo_crash_audit import Audit, audit
from stack.demo_crash_books import Books
from stack.layout import Layout, System
from tests.system.gifts import host_of, open_room, recharge, send_gift, when
from tests.system.world import World


def test_the_audit_names_what_is_wrong_with_an_order_or_a_gift(world: World, person: str) -> None:
    """Fault tried: looking only at accounts of which something is expected."""
    order_no = recharge(world, person)["order_no"]
    gift = when(world, send_gift(world, person, open_room(world, person)), "sent")
    gift_id, books = gift["gift_id"], Books(System.started(Layout(world.run_dir)))
    assert audit(books, person) == Audit(paid_orders=1)

    def planted(what: str, undo: str) -> Audit:
        world.rows("order", what)
        try:
            return audit(books, person)
        finally:
            world.rows("order", undo)

    of_order, of_gift = f"WHERE order_no = '{order_no}'", f"WHERE gift_id = '{gift_id}'"
    back_to_60 = f"UPDATE recharge_order SET coins = 60 {of_order}"
    lost = planted(f"UPDATE recharge_order SET coins = 70 {of_order}", back_to_60)
    assert (lost.lost, lost.doubled, lost.findings) == (
        10,
        0,
        [f"{order_no} user {person} COIN: moved 60, not 70"],
    )
    doubled = planted(f"UPDATE recharge_order SET coins = 50 {of_order}", back_to_60)
    assert (doubled.lost, doubled.doubled) == (0, 10)

    refused = planted(
        f"UPDATE gifts_gift SET status = 'refused', ended_at = sent_at, sent_at = NULL {of_gift}",
        f"UPDATE gifts_gift SET status = 'sent', sent_at = ended_at, ended_at = NULL {of_gift}",
    )
    assert (refused.lost, refused.doubled, sorted(refused.findings)) == (
        10,
        5,
        sorted(
            [
                f"{gift_id} user {person} COIN: moved -10, not 0",
                f"{gift_id} user {host_of(person)} LITCHI: moved 5, not 0",
                f"{gift_id} is refused, and was shown 1 times, retracted 0",
            ]
        ),
    )
    hidden = planted(
        f"UPDATE rooms_feedevent SET kind = 'retracted' {of_gift} AND kind = 'effect'",
        f"UPDATE rooms_feedevent SET kind = 'effect' {of_gift} AND kind = 'retracted'",
    )
    assert hidden.findings == [f"{gift_id} is sent, and was shown 0 times, retracted 1"]

    ((trade_no,),) = world.rows(
        "order",
        "SELECT trade_no FROM recharge_payment p JOIN recharge_order o ON o.id = p.order_id WHERE order_no = %s",
        (order_no,),
    )
    unknown = planted(
        f"UPDATE recharge_payment SET trade_no = 'x-{trade_no}' WHERE trade_no = '{trade_no}'",
        f"UPDATE recharge_payment SET trade_no = '{trade_no}' WHERE trade_no = 'x-{trade_no}'",
    )
    assert unknown.findings == [
        f"{order_no} was paid with {trade_no}, and the order service does not know",
        f"x-{trade_no} is unknown to the channel",
    ]
    assert audit(books, person) == Audit(paid_orders=1)
