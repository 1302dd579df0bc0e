"""Reading a request's query: each name once, each value as declared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from rest_framework import serializers
from rest_framework.exceptions import ValidationError


def read_query(kind: type[serializers.Serializer[Any]], query: Mapping[str, str]) -> dict[str, Any]:
    """What was asked for, with defaults filled in; names that are not declared are ignored. Raises ValidationError."""
    for name, values in query.lists() if isinstance(query, QueryDict) else ():
        if len(values) > 1:
            raise ValidationError({name: "Say this once."}, code="repeated")
    # Not as it is: a QueryDict is taken for a form, in which an empty value is none.
    asked = kind(data={name: query[name] for name in query}, context={"in_query": True})
    asked.is_valid(raise_exception=True)
    return dict(asked.validated_data)


def read_body(kind: type[serializers.Serializer[Any]], body: Any) -> dict[str, Any]:
    """What a JSON body says; fields that are not declared are ignored. Raises ValidationError."""
    said = kind(data=body)
    said.is_valid(raise_exception=True)
    return dict(said.validated_data)
