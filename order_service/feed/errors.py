"""Why the feed process refuses a request. The docstring is the message."""

from typing import ClassVar

from flextx.errors import Refusal


class FeedFull(Refusal):
    """As many viewers as this process may hold are here already: come again later."""

    status: ClassVar = 503
    code: ClassVar = "feed_full"
    retry_after_seconds: ClassVar = 5
