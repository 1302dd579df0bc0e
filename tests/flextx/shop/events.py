"""What the shop tells. `number` is the thing's own counter, so a story can see order and gaps."""

from typing import ClassVar

from flextx.event import Event

TOPIC = "shop.things"


class ThingMade(Event):
    topic: ClassVar = TOPIC
    event_type: ClassVar = "ThingMade"
    event_version: ClassVar = 1

    name: str
    number: int
    note: str = ""


class ThingMadeInColour(Event):
    """The next version of ThingMade, which this shop can tell but not yet handle."""

    topic: ClassVar = TOPIC
    event_type: ClassVar = "ThingMade"
    event_version: ClassVar = 2

    name: str
    number: int
    colour: str


class ThingPainted(Event):
    """Nobody handles these."""

    topic: ClassVar = TOPIC
    event_type: ClassVar = "ThingPainted"
    event_version: ClassVar = 1

    name: str


class ThingWanted(Event):
    """Handled by making the thing, which is announced in turn."""

    topic: ClassVar = TOPIC
    event_type: ClassVar = "ThingWanted"
    event_version: ClassVar = 1

    name: str


class ThingSold(Event):
    """Handled by starting a run under the definition that the process has."""

    topic: ClassVar = TOPIC
    event_type: ClassVar = "ThingSold"
    event_version: ClassVar = 1

    name: str


class ThingLost(Event):
    """For a topic that was never created."""

    topic: ClassVar = "shop.nowhere"
    event_type: ClassVar = "ThingLost"
    event_version: ClassVar = 1

    name: str
