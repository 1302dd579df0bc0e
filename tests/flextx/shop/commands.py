"""What the shop asks of itself: it keeps the runs and takes part in them, as two services would."""

from typing import ClassVar

from flextx.saga.messages import Command, Reply

COMMANDS, REPLIES = "shop.commands", "shop.replies"


class ShopCommand(Command):
    topic: ClassVar = COMMANDS
    event_version: ClassVar = 1

    thing: str


class ReserveThing(ShopCommand):
    event_type: ClassVar = "ReserveThing"


class ReleaseThing(ShopCommand):
    event_type: ClassVar = "ReleaseThing"
    may_refuse: ClassVar = False


class ShipThing(ShopCommand):
    """May refuse, and nothing takes it back."""

    event_type: ClassVar = "ShipThing"


class BookSale(ShopCommand):
    event_type: ClassVar = "BookSale"
    may_refuse: ClassVar = False


class ShopReply(Reply):
    topic: ClassVar = REPLIES
    event_type: ClassVar = "ShopReply"
    event_version: ClassVar = 1
