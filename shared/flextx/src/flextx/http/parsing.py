"""JSON bodies, read strictly: what a caller can send is 400, never 500."""

import json
from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser


class ObjectParser(JSONParser):
    """A JSON object. Thousands of levels would exhaust the parser's stack; anything but an object has no fields."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> dict[str, Any]:
        try:
            parsed = super().parse(stream, media_type, parser_context)
            json.dumps(parsed, ensure_ascii=False).encode()  # half a surrogate pair fits in no answer and no database
        except (RecursionError, UnicodeError) as unreadable:
            raise ParseError("The body cannot be read as JSON.") from unreadable
        if not isinstance(parsed, dict):
            raise ParseError("The body must be a JSON object.")
        return parsed
