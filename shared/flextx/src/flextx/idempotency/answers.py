"""A POST with an Idempotency-Key is done once and answered alike ever after.

One transaction holds the key's lock, whatever the request does, and the answer: a process that dies leaves all of it or
nothing, and whoever repeats the request is the first, or gets the first one's answer.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from typing import Any, TypedDict

from django.db import connection, transaction
from rest_framework.request import Request
from rest_framework.response import Response

from flextx.errors import Refusal
from flextx.http.auth import caller_of
from flextx.http.idempotency import IdempotencyKeyReused, RequestUnderWay, idempotency_key
from flextx.http.problems import CONTENT_TYPE, problem
from flextx.idempotency.models import StoredAnswer
from flextx.idempotency.sql import TRY_LOCK
from flextx.metrics.counting import REPLAYED
from flextx.transactions import CommitPoints

_POINTS = CommitPoints("idempotency.answer")
Body = dict[str, Any]
# A request that is malformed or names what is not there, one without the right to ask and one too many did nothing:
# they may be sent again, put right, with the same key.
_NEVER_STORED = (400, 401, 403, 404, 429)


def answer_once(
    request: Request, do: Callable[[], Body], *, status: int, complete: Callable[[Body], Body] | None = None
) -> Response:
    """Do it in one transaction with its answer, or give the answer that was stored for the same key and body.

    `complete`: called with a good answer behind that transaction, for what is asked of others, such as a payer's page;
    what it adds is stored too. A Refusal raised by `do` takes back what `do` wrote, and is an answer like any other.
    Raises IdempotencyKeyMissing, IdempotencyKeyReused, RequestUnderWay.
    """
    scope, fingerprint = _scope_of(request), _fingerprint_of(request)
    with _POINTS.atomic():
        _take_turn(scope)
        answer = _answer_before(scope, fingerprint)
        replayed = answer is not None
        REPLAYED.add(int(replayed), "request")
        answer = answer or _answer_now(request, do, status, StoredAnswer(**scope, fingerprint=fingerprint))
    if complete is not None and answer.status == status:
        _complete(answer, complete)
    headers = {"Idempotent-Replayed": "true"} if replayed else {}
    content_type = CONTENT_TYPE if answer.status >= 400 else None
    return Response(json.loads(answer.body), status=answer.status, headers=headers, content_type=content_type)


class _Scope(TypedDict):
    """Whose key it is, and for what: the same key of another caller or call is another one."""

    caller: str
    method: str
    route: str
    key: str


def _scope_of(request: Request) -> _Scope:
    caller, match = caller_of(request), request.resolver_match
    return {
        "caller": f"{caller.scope}:{caller.subject}",
        "method": str(request.method),
        "route": match.route if match else request.path,
        "key": idempotency_key(request),
    }


def _fingerprint_of(request: Request) -> str:
    """The same for the same body, however it is written, at the same address."""
    return hashlib.sha256(f"{request.path}\n{json.dumps(request.data, sort_keys=True)}".encode()).hexdigest()


def _take_turn(scope: _Scope) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TRY_LOCK, [json.dumps(list(scope.values()))])
        (is_free,) = cursor.fetchone()
    if not is_free:
        raise RequestUnderWay()


def _answer_before(scope: _Scope, fingerprint: str) -> StoredAnswer | None:
    answer = StoredAnswer.objects.filter(**scope).first()
    if answer is not None and answer.fingerprint != fingerprint:
        raise IdempotencyKeyReused()
    return answer


def _answer_now(request: Request, do: Callable[[], Body], status: int, answer: StoredAnswer) -> StoredAnswer:
    try:
        with transaction.atomic():
            answer.status, body = status, do()
    except Refusal as no:
        # A key that was used with another body has its first answer already, even if that was pruned since.
        if no.status in _NEVER_STORED or no.status >= 500 or isinstance(no, IdempotencyKeyReused):
            raise
        answer.status, body = no.status, problem(request, no.status, no.code, no.detail, no.errors)
    answer.body = json.dumps(body)
    answer.save()
    return answer


def _complete(answer: StoredAnswer, complete: Callable[[Body], Body]) -> None:
    """Two at once complete it alike: whoever is asked gives the same answer to the same question."""
    body = json.loads(answer.body)
    completed = complete(body)
    if completed != body:
        answer.body = json.dumps(completed)
        StoredAnswer.objects.filter(pk=answer.pk).update(body=answer.body)
