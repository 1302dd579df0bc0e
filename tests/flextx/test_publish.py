"""publish: an announcement commits with the change it reports, or neither does."""

import json
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from flextx.conf import flextx_settings
from flextx.errors import OutsideTransaction, RecordTooLarge
from flextx.outbox.models import OutboxMessage
from flextx.outbox.publish import bucket_of, publish
from flextx.testing import deliver
from flextx.tracing import Cause, caused_by, new_traceparent
from tests.flextx.shop.events import ThingMade, ThingWanted
from tests.flextx.shop.models import Thing
from tests.flextx.shop.services import make, make_many

pytestmark = pytest.mark.usefixtures("shop")


def test_a_change_and_its_announcement_commit_together() -> None:
    make("cup", note="blue")

    row = OutboxMessage.objects.get()
    assert (row.topic, row.key, row.sequence, row.state) == ("shop.things", "cup", 1, "pending")
    assert (row.event_type, row.event_version, row.source) == ("ThingMade", 1, "shop")
    assert json.loads(bytes(row.body)) == {"name": "cup", "number": 1, "note": "blue"}
    assert (row.deaths, row.failures, row.sent_at) == (0, 0, None)
    assert row.bucket == bucket_of("cup") and 0 <= row.bucket < flextx_settings().relay_buckets == 32


def test_what_is_rolled_back_was_never_announced() -> None:
    """Fault tried: publish_all writes in another thread, hence through a connection of its own."""
    with pytest.raises(RuntimeError), transaction.atomic():
        make("cup")
        assert OutboxMessage.objects.count() == 1
        raise RuntimeError("the caller changes its mind")

    assert OutboxMessage.objects.count() == 0
    assert Thing.objects.count() == 0


def test_autocommit_is_refused() -> None:
    """Fault tried: the check of in_atomic_block taken out of publish_all."""
    with pytest.raises(OutsideTransaction, match=r"inside transaction\.atomic\(\)"):
        publish(ThingMade(name="cup", number=1), key="cup", sequence=1)

    assert OutboxMessage.objects.count() == 0


def test_a_sequence_is_used_once_for_each_key() -> None:
    """Fault tried: the unique constraint outbox_one_sequence_per_key taken out of the migration."""
    make("cup")

    with pytest.raises(IntegrityError, match="outbox_one_sequence_per_key"), transaction.atomic():
        Thing.objects.create(name="saucer")
        publish(ThingMade(name="cup", number=1), key="cup", sequence=1)

    assert list(OutboxMessage.objects.values_list("key", "sequence")) == [("cup", 1)]
    assert not Thing.objects.filter(name="saucer").exists()
    make("cup")
    make("plate")
    assert set(OutboxMessage.objects.values_list("key", "sequence")) == {("cup", 1), ("cup", 2), ("plate", 1)}


def test_a_body_as_large_as_the_limit_is_stored_and_one_byte_more_is_refused(settings: Settings) -> None:
    """Fault tried: > becomes >= in _checked_body; and the check taken out."""
    around = len(ThingMade(name="cup", number=1, note="").body())
    settings.FLEXTX = settings.FLEXTX | {"RECORD_BYTES_MAX": 2_000}

    make("cup", note="x" * (2_000 - around))
    with pytest.raises(RecordTooLarge, match="ThingMade has 2001 bytes, the transport takes 2000"):
        make("cup", note="x" * (2_001 - around))

    assert OutboxMessage.objects.count() == 1
    assert Thing.objects.get(name="cup").version == 1


def test_the_limit_counts_bytes_and_not_letters(settings: Settings) -> None:
    """Fault tried: len(event.model_dump_json()) instead of the encoded body."""
    settings.FLEXTX = settings.FLEXTX | {"RECORD_BYTES_MAX": 2_000}

    with pytest.raises(RecordTooLarge):
        make("cup", note="禮" * 700)

    assert OutboxMessage.objects.count() == 0


def test_ids_are_uuids_of_version_7_and_grow() -> None:
    """Fault tried: uuid4 instead of uuid7."""
    make_many([f"thing-{number}" for number in range(20)])

    ids = list(OutboxMessage.objects.order_by("id").values_list("event_id", flat=True))
    assert {event_id.version for event_id in ids} == {7}
    assert sorted(ids) == ids and len(set(ids)) == 20


def test_many_announcements_are_one_statement() -> None:
    """Fault tried: publish_all saves row by row."""
    with CaptureQueriesContext(connection) as queries:
        make_many([f"thing-{number}" for number in range(100)])

    inserts = [query for query in queries if "INSERT INTO" in query["sql"] and "outboxmessage" in query["sql"]]
    assert len(inserts) == 1
    assert OutboxMessage.objects.count() == 100


def test_the_trace_of_the_caller_travels_with_the_event() -> None:
    """Fault tried: _row takes a new trace instead of the current cause."""
    cause = Cause(traceparent=new_traceparent(), event_id=uuid4())

    with caused_by(cause):
        make("cup")
    make("plate")

    inside, outside = OutboxMessage.objects.order_by("id")
    assert (inside.traceparent, inside.causation_id) == (cause.traceparent, cause.event_id)
    assert outside.traceparent != cause.traceparent and outside.causation_id is None


def test_what_a_handler_announces_names_the_event_that_caused_it() -> None:
    """Fault tried: `each` runs its handler without the record's cause."""
    (wanted,) = deliver(ThingWanted(name="cup"), key="cup")

    announced = OutboxMessage.objects.get(key="cup")
    assert announced.causation_id == wanted
