"""What stands around an event's data: CloudEvents 1.0 attributes as record headers (Kafka binary mode)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from flextx.errors import UnreadableRecord
from flextx.tracing import Cause

Headers = list[tuple[str, bytes]]
_READ = frozenset(("ce_id", "ce_type", "ce_source", "ce_time", "ce_sequence", "traceparent", "ce_causationid"))


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who said what, when, as which of the key's events, and why. `ce_type` is `<type>.v<version>`."""

    event_id: UUID
    event_type: str
    event_version: int
    source: str
    occurred_at: datetime
    sequence: int
    traceparent: str
    causation_id: UUID | None = None

    @property
    def cause(self) -> Cause:
        """The cause of whatever is done because of this event."""
        return Cause(traceparent=self.traceparent, event_id=self.event_id)

    def headers(self) -> Headers:
        pairs = {
            "ce_id": str(self.event_id),
            "ce_type": f"{self.event_type}.v{self.event_version}",
            "ce_source": self.source,
            "ce_time": rfc3339(self.occurred_at),
            "ce_specversion": "1.0",
            "ce_sequence": str(self.sequence),
            "traceparent": self.traceparent,
            "content-type": "application/json",
        }
        if self.causation_id is not None:
            pairs["ce_causationid"] = str(self.causation_id)
        return [(name, value.encode()) for name, value in pairs.items()]


def read_envelope(headers: Headers) -> Envelope:
    """The envelope of a record. Raises UnreadableRecord, naming what is missing or wrong."""
    try:
        text = _one_of_each(headers)
        event_type, _, version = text["ce_type"].rpartition(".v")
        causation = text.get("ce_causationid")
        return Envelope(
            event_id=UUID(text["ce_id"]),
            event_type=event_type,
            event_version=int(version),
            source=text["ce_source"],
            occurred_at=datetime.fromisoformat(text["ce_time"]),
            sequence=int(text["ce_sequence"]),
            traceparent=text["traceparent"],
            causation_id=UUID(causation) if causation else None,
        )
    except KeyError as missing:
        raise UnreadableRecord(f"header {missing} is missing") from missing
    except ValueError as wrong:
        raise UnreadableRecord(f"a header cannot be read: {wrong}") from wrong


def _one_of_each(headers: Headers) -> dict[str, str]:
    text: dict[str, str] = {}
    for name, value in headers:
        if name not in _READ:
            continue
        if name in text:
            raise UnreadableRecord(f"header {name!r} is there twice")
        text[name] = value.decode()
    return text


def rfc3339(moment: datetime) -> str:
    """UTC with microseconds and a Z, as every JSON answer and header of the system writes times."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def rfc3339_if_any(moment: datetime | None) -> str | None:
    """The same for what may not have happened yet."""
    return rfc3339(moment) if moment else None
