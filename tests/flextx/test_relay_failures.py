"""The relay: what the log refuses is retried, then parked; an outage is nobody's fault; one key never stops another."""

import pytest
from django.db import transaction
from pytest_django import Settings

from flextx.outbox.models import OutboxMessage, OutboxWave
from flextx.outbox.publish import publish
from flextx.outbox.relay import Relay
from flextx.testing import relay_once, running, wait_until
from flextx.transports.choose import transport
from tests.flextx.message_log import away, create_topic, stored_records
from tests.flextx.outbox_rows import make_due, seconds_until_due, states
from tests.flextx.shop.events import ThingLost
from tests.flextx.shop.services import make

pytestmark = pytest.mark.usefixtures("shop")


def lose(name: str, sequence: int = 1) -> None:
    """Announce something in a topic that does not exist."""
    with transaction.atomic():
        publish(ThingLost(name=name), key=name, sequence=sequence)


def test_a_refused_record_is_tried_again_then_parked_and_the_others_go_on(settings: Settings) -> None:
    """Fault tried: MARK_REFUSED without its 'parked'; _mark_refused not called."""
    settings.FLEXTX = settings.FLEXTX | {"RELAY_ATTEMPTS_MAX": 3, "IDLE_POLL_SECONDS": 0.1}
    lose("ring")

    with running(Relay(name="relay-1", transport=transport())):
        make("cup")
        wait_until(lambda: states() == {"ring/1": "parked", "cup/1": "sent"})

    ring = OutboxMessage.objects.get(key="ring")
    assert (ring.failures, ring.deaths, ring.sent_at) == (3, 0, None)
    assert ring.last_error == "topic 'shop.nowhere' does not exist: run create_topics"
    assert [record.key for record in stored_records()] == ["cup"]


def test_each_refusal_waits_longer_up_to_a_cap(settings: Settings) -> None:
    """Fault tried: _mark_refused always asks for the wait after the first failure."""
    settings.FLEXTX = settings.FLEXTX | {"RETRY_FIRST_SECONDS": 100, "RETRY_SECONDS_MAX": 300}
    lose("ring")
    waits = []

    for _ in range(4):
        make_due()
        relay_once()
        waits.append(seconds_until_due("ring"))

    for wait, longest in zip(waits, (100, 200, 300, 300), strict=True):
        assert 0.75 * longest < wait <= longest
    assert OutboxMessage.objects.get(key="ring").failures == 4


def test_a_head_that_waits_holds_back_its_own_key_only(settings: Settings) -> None:
    """Fault tried: NEXT_HEADS without its NOT EXISTS (earlier): ring/2 overtakes ring/1."""
    settings.FLEXTX = settings.FLEXTX | {"RETRY_FIRST_SECONDS": 100, "RETRY_SECONDS_MAX": 100}
    lose("ring", 1)
    relay_once()
    create_topic("shop.nowhere")
    lose("ring", 2)
    lose("coin", 1)

    relay_once()
    assert states() == {"ring/1": "pending", "ring/2": "pending", "coin/1": "sent"}

    make_due()
    relay_once()
    assert set(states().values()) == {"sent"}
    order = [r.headers["ce_sequence"] for r in stored_records("shop.nowhere") if r.key == "ring"]
    assert order == ["1", "2"]


def test_a_parked_head_holds_back_its_own_key_only() -> None:
    """Fault tried: earlier.state = 'pending' instead of <> 'sent' in NEXT_HEADS."""
    for name in ("ring", "ring", "coin"):
        make(name)
    OutboxMessage.objects.filter(key="ring", sequence=1).update(state="parked")

    relay_once()

    assert states() == {"ring/1": "parked", "ring/2": "pending", "coin/1": "sent"}
    assert [record.key for record in stored_records()] == ["coin"]


def test_an_outage_of_the_log_uses_up_no_attempt(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: _send without give_back: what is still noted counts as a death."""
    make("cup")
    with away():
        with running(Relay(name="relay-1", transport=transport())):
            make("plate")
            wait_until(lambda: caplog.text.count("outage") >= 4)
            wait_until(lambda: not OutboxWave.objects.exists())  # killed while it waits, nothing would be counted
        assert states() == {"cup/1": "pending", "plate/1": "pending"}
        assert set(OutboxMessage.objects.values_list("deaths", "failures")) == {(0, 0)}

    relay_once()

    assert set(OutboxMessage.objects.values_list("state", "deaths", "failures")) == {("sent", 0, 0)}
    assert sorted(record.key for record in stored_records()) == ["cup", "plate"]


def test_the_relay_goes_on_by_itself_after_an_outage(caplog: pytest.LogCaptureFixture) -> None:
    """Fault tried: run() waits out the errors of the database only."""
    with running(Relay(name="relay-1", transport=transport())):
        make("cup")
        wait_until(lambda: states() == {"cup/1": "sent"})
        with away():
            make("cup")
            wait_until(lambda: "outage 2" in caplog.text)
        wait_until(lambda: states() == {"cup/1": "sent", "cup/2": "sent"})

    assert [record.headers["ce_sequence"] for record in stored_records()] == ["1", "2"]
