"""What every request must pass before a view looks at it."""

import time
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, JsonResponse

from .conf import channel_settings
from .errors import BodyTooLarge
from .signing import check_signature

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]


def only(*methods: str) -> Callable[[View[P]], View[P]]:
    """Other methods get 405, as JSON like every other refusal."""

    def decorate(view: View[P]) -> View[P]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if request.method in methods:
                return view(request, *args, **kwargs)
            answer = {"code": "method_not_allowed", "message": f"Only {', '.join(methods)} is answered here."}
            return JsonResponse(answer, status=405, headers={"Allow": ", ".join(methods)})

        return checked

    return decorate


def signed(view: View[P]) -> View[P]:
    """Only the merchant, who holds the secret, gets through."""

    @wraps(view)
    def checked(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        channel = channel_settings()
        check_signature(
            headers=request.headers,
            body=body_of(request),
            key_id=channel.key_id,
            secret=channel.secret,
            now=time.time(),
        )
        return view(request, *args, **kwargs)

    return checked


def body_of(request: HttpRequest) -> bytes:
    try:
        return request.body
    except RequestDataTooBig as error:
        raise BodyTooLarge from error
