"""The shop as a participant: each command leaves one effect, unless a Fault row says otherwise."""

from flextx.participant.answering import answers
from flextx.saga.replies import takes_replies
from tests.flextx.shop.commands import BookSale, ReleaseThing, ReserveThing, ShipThing, ShopCommand, ShopReply
from tests.flextx.shop.effects import effect

takes_replies(ShopReply)


def _carry_out(command: ShopCommand) -> dict[str, str]:
    effect(command.run_id, command.thing, f"{command.side} {command.step}")
    return {"for": command.initiator}


for command_class in (ReserveThing, ReleaseThing, ShipThing, BookSale):
    answers(command_class, ShopReply)(_carry_out)
