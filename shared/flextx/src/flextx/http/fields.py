"""What a request may hold, read strictly: a number is no text, and a text is what its declared pattern says.

DRF's own fields take "5" for 5, 5 for "5" and "yes" for true; then what is declared and what is taken differ, and a
caller's mistake is guessed at instead of named.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Any

from rest_framework import serializers

NO_NUL = r"^[^\x00]*$"
NOT_BLANK = r"^[^\x00]*[^ \t\r\n\x00][^\x00]*$"
_DAY = (
    r"((2[01][0-9]{2})-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)"
    r"|02-(0[1-9]|1[0-9]|2[0-8]))|(20([02468][048]|[13579][26])|21(0[48]|[2468][048]|[13579][26]))-02-29)"
)
# Days that exist, from 2000 to 2199: a database and every time zone can hold them.
MOMENT = rf"^{_DAY}T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{{1,6}})?(Z|[+-]([01][0-9]|2[0-3]):[0-5][0-9])$"
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)


class Text(serializers.CharField):
    """A string as it is, without NUL; not only of white space unless `allow_blank`. `pattern`: narrower than that."""

    def __init__(self, *, pattern: str = "", **options: Any) -> None:
        super().__init__(trim_whitespace=False, **options)
        self.pattern = pattern or (NO_NUL if self.allow_blank else NOT_BLANK)

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str) or not re.match(self.pattern.removesuffix("$") + r"\Z", data):
            self.fail("invalid")
        return data


class WholeNumber(serializers.IntegerField):
    """An integer: 5 or, in a query, 5 written out."""

    def to_internal_value(self, data: Any) -> int:
        as_number = isinstance(data, int | float) and not isinstance(data, bool) and data == data // 1
        if not as_number and not (isinstance(data, str) and self._in_query() and _WHOLE.fullmatch(data)):
            self.fail("invalid")
        return int(data)

    def _in_query(self) -> bool:
        return bool(self.context.get("in_query"))


class YesNo(serializers.BooleanField):
    """true or false."""

    def to_internal_value(self, data: Any) -> bool:
        if not isinstance(data, bool):
            self.fail("invalid", input=data)
        return data


class Moment(Text):
    """An RFC 3339 time with its offset."""

    def __init__(self, **options: Any) -> None:
        super().__init__(pattern=MOMENT, **options)

    def to_internal_value(self, data: Any) -> datetime:  # type: ignore[override]
        # In UTC: PostgreSQL takes no offset of 16 hours or more.
        return datetime.fromisoformat(super().to_internal_value(data)).astimezone(UTC)
