"""One thing that an order's money waits for, as it is told to its owner and to operators."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flextx.envelope import rfc3339, rfc3339_if_any


@dataclass(frozen=True, slots=True)
class Wait:
    """`since` and `next_at` are stored times; `service`: on whose side it waits.

    `why` and `owner_can` may be read by the owner; what an operator can do, where it is parked and its last error not.
    """

    what: str
    since: datetime
    why: str
    what_to_do: str
    service: str = "order"
    next_at: datetime | None = None
    parked_id: str | None = None
    last_error: str = ""
    owner_can: str | None = None

    def as_json(self, *, for_operator: bool) -> dict[str, Any]:
        return {
            "since": rfc3339(self.since),
            "service": self.service,
            "what": self.what,
            "why": self.why,
            "next_at": rfc3339_if_any(self.next_at),
            "what_to_do": self.what_to_do if for_operator else self.owner_can,
            "parked_id": self.parked_id if for_operator else None,
            "last_error": (self.last_error or None) if for_operator else None,
        }
