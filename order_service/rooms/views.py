"""The rooms' HTTP edge in the order service's web process. Streams are served by the feed process."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from django.conf import settings
from django.http import HttpResponseRedirect
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiResponse
from rest_framework.permissions import AllowAny
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from flextx.http.auth import caller_of, has_scope
from flextx.http.openapi import operation
from flextx.http.queries import read_body
from flextx.http.serializers import OptionalReasonSerializer
from order_service.rooms import operating, selectors
from order_service.rooms.errors import BadCursor, CursorAhead, RoomUnknown
from order_service.rooms.models import Room
from order_service.rooms.pages import feed_page_json
from order_service.rooms.serializers import FeedAsksSerializer, FeedPageSerializer, RoomSerializer, room_json


class RoomsView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @operation(RoomSerializer(many=True))
    def get(self, request: Request) -> Response:
        banned = selectors.banned_hosts()
        return Response([room_json(room, banned) for room in selectors.all_rooms()])


_ACTIONS: dict[str, Callable[..., Room]] = {
    "close": partial(operating.set_status, status=Room.Status.CLOSED),
    "open": partial(operating.set_status, status=Room.Status.OPEN),
    "ban-host": operating.ban_host,
    "unban-host": operating.unban_host,
}


class RoomActionView(APIView):
    """An operator's action on one room: 200 with the room as it is now."""

    permission_classes = (has_scope("operator"),)

    @operation(RoomSerializer, takes=OptionalReasonSerializer, refusals=(RoomUnknown,))
    def post(self, request: Request, room_id: str, action: str) -> Response:
        body = read_body(OptionalReasonSerializer, request.data)
        who = f"operator {caller_of(request).subject}"
        room = _ACTIONS[action](room_id=room_id, who=who, why=body["reason"])
        return Response(room_json(room, selectors.banned_hosts()))


class EventStreamRenderer(JSONRenderer):
    """Lets `Accept: text/event-stream` through to the view; refusals are JSON all the same."""

    media_type = "text/event-stream"
    format = "event-stream"


class TemporaryRedirect(HttpResponseRedirect):
    status_code = 307


class FeedView(APIView):
    """Pages of a room's feed. A thread for each viewer would soon be all threads, so streams are sent on."""

    authentication_classes = ()
    permission_classes = (AllowAny,)
    renderer_classes = (JSONRenderer, EventStreamRenderer)

    @operation(
        FeedPageSerializer,
        asks=FeedAsksSerializer,
        refusals=(RoomUnknown, BadCursor, CursorAhead),
        more={(200, "text/event-stream"): str, 307: OpenApiResponse(description="The stream is at Location.")},
    )
    def get(self, request: Request, room_id: str) -> HttpResponseBase:
        if isinstance(request.accepted_renderer, EventStreamRenderer):
            return TemporaryRedirect(settings.FEED_PUBLIC_URL + request.get_full_path())
        return Response(feed_page_json(room_id, request.query_params))
