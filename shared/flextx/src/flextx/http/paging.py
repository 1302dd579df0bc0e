"""Pages of a list that is read newest first."""

from typing import Any
from uuid import UUID

from rest_framework.request import Request
from rest_framework.utils.urls import replace_query_param


def page_json(request: Request, results: list[dict[str, Any]], cursor: int | str | UUID | None) -> dict[str, Any]:
    """`{"results", "next"}`: `next` is the url of the following page, or null."""
    following = replace_query_param(request.build_absolute_uri(), "cursor", cursor) if cursor is not None else None
    return {"results": results, "next": following}
