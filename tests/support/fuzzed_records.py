"""Records with one thing wrong: a header, the key, one field of the body, or the body as a whole."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from flextx.transports.protocol import Record

# The same examples each time, few enough for every run.
bounded = settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
DEEP = b"[" * 50_000
_BYTES = st.sampled_from(
    [
        *(b"", b"\x00", b"\xff\xfe", b"\xed\xa0\x80", b"x" * 5_000, b"9" * 5_000, b"-1", b"1e400", b"null"),
        *(b"2026-11-21", b"0001-01-01T00:00:00+14:00", b"9999-12-31T23:59:59-14:00", b"ThingMade.v", b".v1"),
        *(b"99999999999999999999", "\u0661".encode(), "\u202e💰".encode()),
    ]
) | st.binary(max_size=40)
_TYPES = st.sampled_from(
    [b"OrderCompleted.v2", b"OrderCompleted.v-1", b"Nobodys.v1", b"Nobody\x00s.v1", b"N" * 300 + b".v1"]
)
_KEYS = st.sampled_from(["", "\x00", "k\x00", "k" * 201, "k" * 5_000, "\udc80", "\ufffd", "💰" * 200, "' OR 1=1--"])
_VALUES: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 0, -1, 1, 2**31, 2**63, 10**15 + 1, 10**400, 1.5, float("nan"), float("inf"), [], {}, ""),
        *("\x00", "a\x00b", "\ud800", "x" * 101, "x" * 5_000, "-1", "60", "2026-11-21", "USD", "¥", [[]], {"a": {}}),
        *("00000000-0000-0000-0000-000000000000", "undo", "do", "0001-01-01T00:00:00+14:00", "2026-11-21T08:00:00"),
    ]
) | st.text(max_size=20)
_BODIES = st.sampled_from([b"", b"null", b"[]", b"{", b"\xff", DEEP, b'{"a":' * 50_000, b'{"coins":' + DEEP])
Change = Callable[[Record], Record]


def changes(record: Record) -> st.SearchStrategy[Change]:
    """Every kind of thing that can be wrong with a record like this one."""
    names = st.sampled_from([name for name, _ in record.headers])
    fields = st.sampled_from(sorted(json.loads(record.body)))
    return st.one_of(
        st.builds(_with_header, names, _BYTES),
        st.builds(_with_header, st.just("ce_type"), _TYPES),
        st.builds(_with_second, names, _BYTES),
        st.builds(_without_header, names),
        st.builds(_with_field, fields, _VALUES),
        st.builds(_with_field, fields, _VALUES),  # twice: most of what can go wrong is in the body
        st.builds(_without_field, fields),
        st.builds(_with_key, _KEYS),
        st.builds(_with_body, _BODIES),
    )


def _with_header(name: str, value: bytes) -> Change:
    return lambda record: replace(record, headers=[(n, value if n == name else v) for n, v in record.headers])


def _with_second(name: str, value: bytes) -> Change:
    return lambda record: replace(record, headers=[*record.headers, (name, value), ("x-\x00\udc80", value)])


def _without_header(name: str) -> Change:
    return lambda record: replace(record, headers=[pair for pair in record.headers if pair[0] != name])


def _with_field(name: str, value: Any) -> Change:
    return lambda record: replace(record, body=json.dumps(json.loads(record.body) | {name: value}).encode())


def _without_field(name: str) -> Change:
    def change(record: Record) -> Record:
        return replace(
            record, body=json.dumps({n: v for n, v in json.loads(record.body).items() if n != name}).encode()
        )

    return change


def _with_key(key: str) -> Change:
    return lambda record: replace(record, key=key)


def _with_body(body: bytes) -> Change:
    return lambda record: replace(record, body=body)
