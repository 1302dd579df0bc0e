"""The feed process's HTTP edge: a stream, or a page for whoever asks for JSON."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, JsonResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.views.decorators.csrf import csrf_exempt
from rest_framework.exceptions import APIException, MethodNotAllowed, NotAcceptable

from flextx.errors import Refusal
from flextx.http.problems import problem_response
from flextx.outages import RETRY_ALL
from order_service.feed.hub import HUB
from order_service.feed.reading import FOR_VIEWERS
from order_service.feed.stream import tell
from order_service.feed.wire import CONTENT_TYPE
from order_service.rooms.pages import feed_page_json
from order_service.rooms.selectors import feed_end
from order_service.rooms.serializers import read_cursor

SHOWN_TO_NEWCOMERS_MAX = 1000
"""How much of the past a viewer without a cursor is shown."""


@csrf_exempt  # so that another method is told 405; nothing is changed here
async def feed(request: HttpRequest, room_id: str) -> HttpResponseBase:
    try:
        if request.method != "GET":
            raise MethodNotAllowed(str(request.method))
        wanted = request.get_preferred_type([CONTENT_TYPE, "application/json"])
        if wanted is None:
            raise NotAcceptable()
        if wanted == CONTENT_TYPE:
            return await _stream(request, room_id)
        return JsonResponse(await FOR_VIEWERS.ask(partial(feed_page_json, room_id, request.GET)))
    except (Refusal, APIException, *RETRY_ALL) as error:
        return problem_response(request, error)


async def _stream(request: HttpRequest, room_id: str) -> StreamingHttpResponse:
    HUB.check_free_place()  # before the database is asked: whoever is refused comes again and again
    # A browser that reconnects repeats its address, and says in the header how far it came since.
    after = read_cursor(request.headers.get("Last-Event-ID") or request.GET.get("after"))
    last_seq = await FOR_VIEWERS.ask(partial(feed_end, room_id, after=after))
    position = max(0, last_seq - SHOWN_TO_NEWCOMERS_MAX) if after is None else after
    viewer = HUB.enter(room_id, last_seq=last_seq)
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingHttpResponse(tell(viewer, position), content_type=CONTENT_TYPE, headers=headers)
