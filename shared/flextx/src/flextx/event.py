"""The base of everything that travels between services."""

from typing import ClassVar

from pydantic import BaseModel, ConfigDict


class Event(BaseModel):
    """One fact, told to other services. Frozen; fields this reader does not know are ignored.

    A field is never renamed and never changes its meaning: that is a new class with a higher `event_version`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", strict=True)

    topic: ClassVar[str]
    event_type: ClassVar[str]
    event_version: ClassVar[int]

    def body(self) -> bytes:
        """The event's data as JSON (UTF-8): what the record carries."""
        return self.model_dump_json().encode()
