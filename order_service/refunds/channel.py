"""Money back at the sandbox channel: asked for by its number, sent only if it is not there. OK, REFUSED or UNKNOWN."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote
from uuid import UUID, uuid5

from flextx.outcome import Outcome
from order_service.recharge.channel_wire import call_channel

# Fixed for ever: with another one the channel would take a repeated refund for a new one.
_NAMESPACE = UUID("5b0c3a9e-7a54-4c55-9d0a-9f6f1f0d6a31")
# Refused for good. Any other error may be ours or the channel's, and may pass; a number that the channel knows with
# other terms (refund_differs) may even have moved money.
_DEFINITE_REFUSALS = ("trade_unknown", "refund_too_large")


@dataclass(frozen=True, slots=True)
class ChannelRefund:
    """OK: the money is back with the payer. REFUSED: it never will be, by this number. UNKNOWN: ask again."""

    outcome: Outcome
    detail: str


def refund_no_of(trade_no: str) -> str:
    """The same for every attempt to refund this trade, so that the channel refunds it once."""
    return f"RF{uuid5(_NAMESPACE, trade_no).hex}"


def refund_at_channel(*, refund_no: str, trade_no: str, amount_minor: int) -> ChannelRefund:
    """Give the payer `amount_minor` of this trade back, once. Call it again, the same, while it says UNKNOWN.

    "Not found" means send, also after an unknown outcome: the channel keeps no place for a request that is still on
    its way, and one that comes late finds its number taken.
    """
    wanted = {"refund_no": refund_no, "trade_no": trade_no, "amount_minor": amount_minor}
    status, answer = call_channel("GET", f"/refunds/{quote(refund_no)}", b"")
    if status == 404 and answer.get("code") == "refund_unknown":
        status, answer = call_channel("POST", "/refunds", json.dumps(wanted).encode())
    return _read(status, answer, wanted)


def _read(status: int, answer: dict[str, Any], wanted: dict[str, Any]) -> ChannelRefund:
    code = str(answer.get("code", ""))
    if status in (404, 409) and code in _DEFINITE_REFUSALS:
        return ChannelRefund(Outcome.REFUSED, f"the channel refuses: {code}")
    if status != 200 or any(answer.get(name) != value for name, value in wanted.items()):
        return ChannelRefund(Outcome.UNKNOWN, f"no answer that can be read (HTTP {status or 'failed'} {code[:100]})")
    if answer.get("status") == "SUCCESS":
        return ChannelRefund(Outcome.OK, "the channel says SUCCESS")
    if answer.get("status") == "FAILED":
        return ChannelRefund(Outcome.REFUSED, "the channel says FAILED")
    return ChannelRefund(Outcome.UNKNOWN, f"the channel says {str(answer.get('status'))[:100]}")
