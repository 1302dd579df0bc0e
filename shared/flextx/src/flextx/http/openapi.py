"""The OpenAPI document, made from what the views themselves say: each method carries its `operation`.

What every call has in common (tokens, bodies that cannot be read, an outage) is declared here, once.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.extensions import OpenApiAuthenticationExtension, OpenApiSerializerFieldExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse
from rest_framework import serializers

from flextx.errors import Refusal
from flextx.http.fields import Text, WholeNumber
from flextx.http.idempotency import KEY_PATTERN, IdempotencyKeyMissing, IdempotencyKeyReused, RequestUnderWay
from flextx.http.problems import CONTENT_TYPE

Kind = type[serializers.Serializer[Any]]
Handler = TypeVar("Handler", bound=Callable[..., Any])
Codes = dict[int, set[str]]
_UNAVAILABLE = (503, "unavailable")


@dataclass(frozen=True)
class Operation:
    """What a call takes and gives. `answer`: a serializer, a list of one, or a schema; `more`: other good answers."""

    answer: Any
    status: int
    takes: Kind | None
    asks: Kind | None
    refusals: tuple[type[Refusal], ...]
    idempotent: bool
    parameters: tuple[OpenApiParameter, ...]
    more: dict[Any, Any]
    problems: bool


def operation(
    answer: Any,
    *,
    status: int = 200,
    takes: Kind | None = None,
    asks: Kind | None = None,
    refusals: Iterable[type[Refusal]] = (),
    idempotent: bool = False,
    parameters: Iterable[OpenApiParameter] = (),
    more: dict[Any, Any] | None = None,
    problems: bool = True,
) -> Callable[[Handler], Handler]:
    """Declare a view's method. `takes`: its body; `asks`: its query; `refusals`: beyond those of every call."""

    def declare(handler: Handler) -> Handler:
        said = Operation(
            answer, status, takes, asks, tuple(refusals), idempotent, tuple(parameters), more or {}, problems
        )
        handler.operation = said  # type: ignore[attr-defined]
        return handler

    return declare


def page_of(kind: Kind) -> Kind:
    """`{"results", "next"}` of such entries."""
    fields = {"results": kind(many=True), "next": serializers.CharField(allow_null=True)}
    return type(f"{kind.__name__.removesuffix('Serializer')}PageSerializer", (serializers.Serializer,), fields)


def path_parameter(name: str, pattern: str) -> OpenApiParameter:
    """An id in the path, as narrow as the code takes it."""
    return OpenApiParameter(name, {"type": "string", "pattern": pattern}, OpenApiParameter.PATH)


class FieldErrorSerializer(serializers.Serializer[Any]):
    field = serializers.CharField()
    code = serializers.CharField()
    message = serializers.CharField()


class ProblemSerializer(serializers.Serializer[Any]):
    """RFC 9457. `code` is for programs, `detail` says what to do."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    code = serializers.CharField()
    detail = serializers.CharField()
    errors = FieldErrorSerializer(many=True)  # type: ignore[assignment]  # a field here, errors of the data in DRF
    request_id = serializers.CharField()


class ViewSchema(AutoSchema):
    """DRF's DEFAULT_SCHEMA_CLASS: reads the method's Operation, and adds what holds for every call."""

    @property
    def said(self) -> Operation:
        handler = getattr(self.view, self.method.lower())
        if not hasattr(handler, "operation"):
            raise TypeError(f"{self.method} {self.path} declares no operation()")
        declared: Operation = handler.operation
        return declared

    def get_tags(self) -> list[str]:
        return [self.path.removeprefix("/api/v1/").split("/")[0]]

    def get_operation_id(self) -> str:
        words = [word.strip("{}").replace("-", "_") for word in self.path.removeprefix("/api/v1/").split("/")]
        return "_".join([self.method.lower(), *words])

    def get_extensions(self) -> dict[str, Any]:
        """`x-scopes`: who may call; a token with another scope is 403."""
        scopes = [scope for permission in self.view.get_permissions() for scope in getattr(permission, "scopes", ())]
        return {"x-scopes": scopes} if scopes else {}

    def get_request_serializer(self) -> Any:
        return self.said.takes

    def get_override_parameters(self) -> list[Any]:
        said = self.said
        found: list[Any] = [*([said.asks] if said.asks else []), *said.parameters]
        if said.idempotent:
            found += [_KEY, _REPLAYED]
        return [*found, _request_id(), _retry_after(sorted(self._codes()))]

    def get_response_serializers(self) -> Any:
        said = self.said
        good = {said.status: said.answer, **said.more}
        if not said.problems:
            return good
        problem = self.resolve_serializer(ProblemSerializer, "response").ref
        for status, codes in sorted(self._codes().items()):
            narrowed = {"allOf": [problem, {"properties": {"code": {"enum": sorted(codes)}}}]}
            good[status, CONTENT_TYPE] = OpenApiResponse(narrowed, description=", ".join(sorted(codes)))
        return good

    def _codes(self) -> Codes:
        said, codes = self.said, Codes()
        asked = [(no.status, no.code) for no in said.refusals]
        if said.takes is not None:
            asked += [(400, "invalid"), (400, "parse_error"), (413, "too_large"), (415, "unsupported_media_type")]
        if said.asks is not None:
            asked.append((400, "invalid"))
        if said.idempotent:
            asked += [(no.status, no.code) for no in (IdempotencyKeyMissing, IdempotencyKeyReused, RequestUnderWay)]
        if self.view.get_authenticators():
            asked += [(401, "not_authenticated"), (401, "authentication_failed"), (403, "permission_denied")]
        for status, code in (*asked, (406, "not_acceptable"), (404, "not_found"), _UNAVAILABLE):
            codes.setdefault(status, set()).add(code)
        return codes


_KEY = OpenApiParameter(
    "Idempotency-Key",
    {"type": "string", "pattern": KEY_PATTERN, "minLength": 1, "maxLength": 200},
    OpenApiParameter.HEADER,
    required=True,
    description="Your own number for this request, the same with every repeat of it.",
)
_REPLAYED = OpenApiParameter(
    "Idempotent-Replayed",
    {"type": "string", "enum": ["true"]},
    OpenApiParameter.HEADER,
    response=True,
    description="This is the answer that was given to the first such request.",
)


def _request_id() -> OpenApiParameter:
    return OpenApiParameter("X-Request-Id", str, OpenApiParameter.HEADER, response=True)


def _retry_after(statuses: list[int]) -> OpenApiParameter:
    again = [status for status in statuses if status in (409, 503)]
    return OpenApiParameter(
        "Retry-After", int, OpenApiParameter.HEADER, response=again, description="Seconds, where a repeat may help."
    )


class _Bearer(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "flextx.http.auth.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}


class _TextSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = Text
    match_subclasses = True

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "string", "pattern": self.target.pattern}
        if self.target.max_length is not None:
            schema["maxLength"] = self.target.max_length
        return schema if self.target.allow_blank else schema | {"minLength": 1}


class _WholeNumberSchema(OpenApiSerializerFieldExtension):  # type: ignore[no-untyped-call]
    target_class = WholeNumber

    def map_serializer_field(self, auto_schema: AutoSchema, direction: str) -> dict[str, Any]:
        return {"type": "integer", "minimum": self.target.min_value, "maximum": self.target.max_value}
