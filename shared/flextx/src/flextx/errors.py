"""What can go wrong, by name. A Refusal is a definite no to a caller; the others are for developers and operators."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar


@dataclass(frozen=True)
class FieldError:
    """One thing that is wrong with one field of a request."""

    field: str
    code: str
    message: str


class Refusal(Exception):
    """The request was refused."""

    status: ClassVar[int] = 409
    code: ClassVar[str] = "refused"
    retry_after_seconds: ClassVar[int | None] = None
    """Said to the caller where the same request may succeed later."""

    def __init__(self, detail: str | None = None, *, errors: tuple[FieldError, ...] = ()) -> None:
        self.detail = detail or (type(self).__doc__ or "").strip()
        self.errors = errors
        super().__init__(self.detail)


class NeedsPerson(Exception):
    """Two things that cannot both be right: trying again cannot help, a person must look. Never answered as a refusal:
    to whoever asked, "no" would say that everything is in order."""


class FlextxError(Exception):
    """The toolkit was used in a way that would break its guarantees."""


class OutsideTransaction(FlextxError):
    """publish() ran in autocommit: the event and the change it reports would not commit together."""


class RecordTooLarge(FlextxError):
    """The event's body is larger than the transport accepts; it would block its key for ever."""


class UnreadableRecord(FlextxError):
    """A record's headers or body cannot be read as an event this service knows."""


class KilledItsConsumer(FlextxError):
    """The process died each time this record was handled, at last alone. What it said is in its log."""


class UnknownVersion(UnreadableRecord):
    """A known event type in a version that this service does not know yet: deploy consumers first."""


class TransportUnavailable(FlextxError):
    """The message log cannot be reached now. Nothing is wrong with the records: send them again later."""


class StaleLease(FlextxError):
    """Another process took over this partition; whatever this one still holds must be dropped."""


class LogChanged(FlextxError):
    """The message log is not the one whose offsets this database stores."""


class OffsetOutOfRange(FlextxError):
    """The stored position lies outside what the log still holds: records may have been lost."""
