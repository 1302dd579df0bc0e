"""The relay: a record that kills its relay is parked in the end, and one that was only near it is sent."""

from pytest_django import Settings

from flextx.outbox.models import OutboxMessage
from flextx.testing import relay_once
from tests.flextx.message_log import ask, stored_records
from tests.flextx.outbox_rows import states
from tests.flextx.processes import DIED, Staff, lives_until_success
from tests.flextx.shop.services import make


def test_rows_at_their_cap_through_deaths_are_sent_once_more_each_alone(staff: Staff, settings: Settings) -> None:
    """Fault tried: claim without its second part; and with it taking all rows at the cap together."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_ATTEMPTS_MAX": 2}
    for key in ("cup", "plate", "bowl"):
        make(key)

    codes = lives_until_success(staff, "relay-1", crash="relay.send.before:die:2", lives_max=4)

    assert codes == [DIED, DIED, 0]
    assert set(OutboxMessage.objects.values_list("state", "deaths", "failures")) == {("sent", 2, 0)}
    assert len(set(ask("SELECT xmin::text FROM log_record"))) == 3  # three transactions: each alone


def test_a_record_that_kills_its_relay_even_alone_is_parked_and_the_others_are_sent(
    staff: Staff, settings: Settings
) -> None:
    """Fault tried: claim without PARK_KILLERS."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_ATTEMPTS_MAX": 2}
    for key in ("cup", "plate", "bowl"):
        make(key)

    codes = lives_until_success(staff, "relay-1", crash="relay.send.before:die:3", lives_max=5)

    assert codes == [DIED, DIED, DIED, 0]
    assert states() == {"cup/1": "parked", "plate/1": "sent", "bowl/1": "sent"}
    cup = OutboxMessage.objects.get(key="cup")
    assert (cup.deaths, cup.failures) == (3, 0)
    assert cup.last_error == "its relay died each time it was sent, at last alone"
    assert sorted(record.key for record in stored_records()) == ["bowl", "plate"]


def test_a_row_at_its_cap_goes_when_nothing_else_is_due(shop: None, settings: Settings) -> None:
    """Fault tried: rows at their cap are taken up first."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_ATTEMPTS_MAX": 2}
    for key in ("cup", "plate", "bowl"):
        make(key)
    OutboxMessage.objects.filter(key="cup").update(deaths=2)

    relay_once()

    waves = ask("SELECT array_agg(key ORDER BY key), min(appended_at) FROM log_record GROUP BY xmin::text ORDER BY 2")
    assert [keys for keys, _ in waves] == [["bowl", "plate"], ["cup"]]
