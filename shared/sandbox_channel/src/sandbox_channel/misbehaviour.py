"""How a payer can tell the channel to behave badly, so that the merchant's side can be tried:
`{"misbehave": {"duplicate": 2, "delay_seconds": 5}}`."""

from dataclasses import dataclass, fields

from .errors import BadRequest
from .parsing import AMOUNT_MAX, Json, json_object, whole_number

DUPLICATE_MAX = 20
DELAY_SECONDS_MAX = 24 * 3600
QUERY_UNKNOWN_MAX = 1000
REFUND_UNKNOWN_MAX = 1000


@dataclass(frozen=True, slots=True)
class Misbehaviour:
    duplicate: int = 0  # so many more callbacks beside each one; in turn with the same and another notify_id
    delay_seconds: float = 0  # the first attempt comes so much later
    amount_minor: int | None = None  # the trade, its callbacks and its query say this amount
    wrong_signature: bool = False  # every attempt of these callbacks is signed with another secret
    no_callback: bool = False  # paid, and never told: only the query knows
    second_trade: bool = False  # one more trade for the same order, also when it is paid already
    after_close: bool = False  # the money is taken although the order was closed
    query_unknown: int = 0  # the next n queries of this order fail with an answer nobody can read
    refund_unknown: int = 0  # the next n answers about refunds of this trade help nobody; see spoiling.py
    refund_fail: bool = False  # refunds of this trade end FAILED
    refund_delay_seconds: float = 0  # refunds of this trade stay PROCESSING for so long


def misbehaviour(body: bytes) -> Misbehaviour:
    """What the body of a payment asks for; without a body, nothing."""
    if not body:
        return Misbehaviour()
    asked = json_object(body)
    _only_known(asked, {"misbehave"})
    options = asked.get("misbehave", {})
    if not isinstance(options, dict):
        raise BadRequest("misbehave must be an object.")
    # A misspelt option would be a test that tries nothing: refused, not ignored.
    _only_known(options, {field.name for field in fields(Misbehaviour)})
    return _checked(options)


def _only_known(data: Json, known: set[str]) -> None:
    if not data.keys() <= known:
        raise BadRequest(f"Only these keys are known here: {', '.join(sorted(known))}.")


def _checked(options: Json) -> Misbehaviour:
    filled = {"duplicate": 0, "query_unknown": 0, "refund_unknown": 0} | options
    return Misbehaviour(
        duplicate=whole_number(filled, "duplicate", 0, DUPLICATE_MAX),
        delay_seconds=_seconds(options, "delay_seconds"),
        amount_minor=_amount(options) if "amount_minor" in options else None,
        wrong_signature=_flag(options, "wrong_signature"),
        no_callback=_flag(options, "no_callback"),
        second_trade=_flag(options, "second_trade"),
        after_close=_flag(options, "after_close"),
        query_unknown=whole_number(filled, "query_unknown", 0, QUERY_UNKNOWN_MAX),
        refund_unknown=whole_number(filled, "refund_unknown", 0, REFUND_UNKNOWN_MAX),
        refund_fail=_flag(options, "refund_fail"),
        refund_delay_seconds=_seconds(options, "refund_delay_seconds"),
    )


def _amount(options: Json) -> int:
    return whole_number(options, "amount_minor", 1, AMOUNT_MAX)


def _seconds(options: Json, name: str) -> float:
    value = options.get(name, 0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= DELAY_SECONDS_MAX:
        raise BadRequest(f"{name} must be a number from 0 to {DELAY_SECONDS_MAX}.")
    return value


def _flag(options: Json, name: str) -> bool:
    value = options.get(name, False)
    if not isinstance(value, bool):
        raise BadRequest(f"{name} must be true or false.")
    return value
