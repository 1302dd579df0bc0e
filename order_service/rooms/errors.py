"""Why a request about rooms is refused. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class RoomUnknown(Refusal):
    """There is no such room: choose one from GET /api/v1/rooms."""

    status: ClassVar = 404
    code: ClassVar = "room_unknown"


class RoomClosed(Refusal):
    """The room is closed: nothing is played in it until it is opened again."""

    code: ClassVar = "room_closed"


class HostBanned(Refusal):
    """The room's host is banned: nothing is played for this host."""

    code: ClassVar = "host_banned"


class BadCursor(Refusal):
    """Last-Event-ID and after are an event_id of this room's feed; leave them out to begin anew."""

    status: ClassVar = 400
    code: ClassVar = "bad_cursor"


class CursorAhead(BadCursor):
    """This room's feed has no such event yet: Last-Event-ID and after are an event_id of it; leave them out to begin
    anew."""

    status: ClassVar = 404
