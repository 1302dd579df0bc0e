"""Events as server-sent events: https://html.spec.whatwg.org/multipage/server-sent-events.html"""

import json
from typing import NamedTuple

from order_service.rooms.models import FeedEvent
from order_service.rooms.serializers import event_json

CONTENT_TYPE = "text/event-stream"
# Sent first, so that the answer's headers leave at once: come back a second after the connection was lost.
GREETING = b"retry: 1000\n\n"
# A comment line. It keeps proxies from closing a quiet stream, and finds out viewers who are gone.
STILL_HERE = b": still here\n\n"


class Told(NamedTuple):
    """An event as every viewer of its room gets it: made once, however many there are."""

    seq: int
    text: bytes


def told(event: FeedEvent) -> Told:
    content = event_json(event)
    data = json.dumps(content, separators=(",", ":"))  # in one line: a line break in it is \n
    return Told(event.seq, f"id: {content['event_id']}\nevent: {event.kind}\ndata: {data}\n\n".encode())
