"""The three answers a call to another system can have."""

from enum import StrEnum


class Outcome(StrEnum):
    """OK and REFUSED are definite; UNKNOWN (timeout, broken answer) must be asked again, never guessed."""

    OK = "OK"
    REFUSED = "REFUSED"
    UNKNOWN = "UNKNOWN"
