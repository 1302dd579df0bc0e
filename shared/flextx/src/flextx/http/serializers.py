"""Bodies that many calls take alike."""

from typing import Any

from rest_framework import serializers

from flextx.http.fields import Text, WholeNumber

REASON_LENGTH_MAX = 500
CURSOR_MAX = 2**63 - 1


class ReasonSerializer(serializers.Serializer[Any]):
    reason = Text(max_length=REASON_LENGTH_MAX)


class OptionalReasonSerializer(serializers.Serializer[Any]):
    reason = Text(max_length=REASON_LENGTH_MAX, allow_blank=True, default="")


class PageQuerySerializer(serializers.Serializer[Any]):
    """`cursor`: from the page before, as its `next` says it."""

    cursor = WholeNumber(min_value=1, max_value=CURSOR_MAX, required=False)
    limit = WholeNumber(min_value=1, max_value=200, default=50)
