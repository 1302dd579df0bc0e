"""The envelope, the trace and the backoff: small things that every record and every retry depend on."""

import re
from datetime import UTC, datetime, timedelta, timezone
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from flextx.backoff import backoff_seconds
from flextx.envelope import Envelope, read_envelope, rfc3339
from flextx.errors import UnreadableRecord
from flextx.tracing import Cause, caused_by, current_cause, new_traceparent, valid_traceparent

# A busy machine is no reason to fail.
thrifty = settings(max_examples=60, deadline=None)
ZONES = st.integers(min_value=-14 * 60, max_value=14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
ENVELOPES = st.builds(
    Envelope,
    event_id=st.uuids(),
    event_type=st.text(min_size=1) | st.from_regex(r"[A-Z]\.v[0-9.v]{1,8}", fullmatch=True),
    event_version=st.integers(min_value=0),
    source=st.text(),
    occurred_at=st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(9999, 12, 30), timezones=ZONES),
    sequence=st.integers(),
    traceparent=st.text(),
    causation_id=st.none() | st.uuids(),
)


@thrifty
@given(ENVELOPES)
def test_whatever_is_written_is_read_again(envelope: Envelope) -> None:
    """Fault tried: partition(".v") instead of rpartition; times without microseconds."""
    assert read_envelope(envelope.headers()) == envelope


@thrifty
@given(st.lists(st.tuples(st.text(), st.binary())))
def test_whatever_somebody_else_wrote_is_read_or_refused_and_nothing_else(headers: list[tuple[str, bytes]]) -> None:
    """Fault tried: except KeyError only."""
    whole = [*an_envelope().headers(), *headers]
    for candidate in (headers, whole):
        try:
            assert isinstance(read_envelope(candidate), Envelope)
        except UnreadableRecord as refused:
            assert str(refused)


def an_envelope() -> Envelope:
    return Envelope(uuid4(), "ThingMade", 1, "shop", datetime(2026, 11, 21, 8, tzinfo=UTC), 7, new_traceparent())


def test_headers_are_cloud_events() -> None:
    """Fault tried: a header renamed."""
    cause = uuid4()
    envelope = an_envelope()
    headers = dict(envelope.headers())

    assert headers == {
        "ce_id": str(envelope.event_id).encode(),
        "ce_type": b"ThingMade.v1",
        "ce_source": b"shop",
        "ce_time": b"2026-11-21T08:00:00.000000Z",
        "ce_specversion": b"1.0",
        "ce_sequence": b"7",
        "traceparent": envelope.traceparent.encode(),
        "content-type": b"application/json",
    }
    caused = Envelope(cause, "A", 2, "s", envelope.occurred_at, 1, "t", causation_id=cause)
    assert dict(caused.headers())["ce_causationid"] == str(cause).encode()


@pytest.mark.parametrize("missing", ["ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence", "traceparent"])
def test_a_missing_header_is_named(missing: str) -> None:
    """Fault tried: text.get instead of text[...]."""
    headers = [(name, value) for name, value in an_envelope().headers() if name != missing]

    with pytest.raises(UnreadableRecord, match=f"header '{missing}' is missing"):
        read_envelope(headers)


def test_times_are_utc_with_microseconds_and_a_z() -> None:
    """Fault tried: rfc3339 without astimezone."""
    shanghai = timezone(timedelta(hours=8))
    assert rfc3339(datetime(2026, 11, 21, 16, 0, 0, 5, tzinfo=shanghai)) == "2026-11-21T08:00:00.000005Z"


def test_what_runs_inside_a_cause_carries_it_and_what_runs_outside_does_not() -> None:
    """Fault tried: caused_by without its reset."""
    outer, inner = Cause(new_traceparent()), Cause(new_traceparent(), uuid4())
    with caused_by(outer):
        with pytest.raises(RuntimeError), caused_by(inner):
            assert current_cause() == inner
            raise RuntimeError
        assert current_cause() == outer
    assert current_cause() not in (outer, inner) and current_cause() != current_cause()
    assert an_envelope().cause.event_id is not None


@thrifty
@given(st.text(max_size=60))
def test_a_broken_traceparent_is_replaced(text: str) -> None:
    """Fault tried: match instead of fullmatch."""
    kept = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
    good = new_traceparent()
    assert valid_traceparent(good) == good
    for given_text in (text, good + text, good + "\n", f"00-{'0' * 32}-{'1' * 16}-01", f"00-{'1' * 32}-{'0' * 16}-01"):
        answered = valid_traceparent(given_text)
        assert kept.fullmatch(answered) and (answered == good) == (given_text == good)


@thrifty
@given(st.integers(min_value=1, max_value=10**6), st.floats(0.01, 10), st.floats(10, 100))
def test_waits_double_up_to_the_cap_with_some_jitter(tries: int, first: float, longest: float) -> None:
    """Fault tried: no cap: 2.0 ** (tries - 1) overflows; no jitter."""
    waited = backoff_seconds(tries, first_seconds=first, seconds_max=longest)
    whole = min(first * 2 ** min(tries - 1, 60), longest)

    assert 0.8 * whole <= waited <= whole


def test_workers_that_failed_together_do_not_come_back_together() -> None:
    """Fault tried: no jitter."""
    assert len({backoff_seconds(5, first_seconds=1, seconds_max=60) for _ in range(20)}) > 10
