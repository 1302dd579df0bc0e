"""What the account service answers to every command."""

from typing import ClassVar

from contracts.topics import ACCOUNT_REPLIES
from flextx.saga.messages import Reply


class AccountReply(Reply):
    """What became of a command to the account service. Key: run_id. Refusals carry the refusal's `code`."""

    topic: ClassVar = ACCOUNT_REPLIES
    event_type: ClassVar = "AccountReply"
    event_version: ClassVar = 1
