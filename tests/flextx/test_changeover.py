"""Another message log: taken over only once the old one was read to its end, or not at all."""

import pytest

from flextx.errors import LogChanged
from flextx.inbox.changeover import adopt_log
from flextx.inbox.models import InboxPosition
from tests.flextx.appending import append, made
from tests.flextx.inbox_rows import consume_all, positions
from tests.flextx.message_log import tell

pytestmark = pytest.mark.usefixtures("shop")


def test_at_the_first_start_and_with_the_same_log_there_is_nothing_to_do() -> None:
    assert adopt_log() is None
    append(made("cup"))
    consume_all()
    before = positions()

    assert adopt_log() is None
    assert positions() == before and sum(before.values()) == 1


def test_a_log_that_cannot_be_asked_any_more_is_not_given_up() -> None:
    """Fault tried: _check_drained without its look at the old log's identity."""
    append(made("cup"))
    consume_all()
    before = positions()
    tell("UPDATE log_identity SET log_id = gen_random_uuid()")

    with pytest.raises(LogChanged, match=r"the positions belong to embedded:\S+, but the embedded log .* is embedded:"):
        adopt_log()

    assert positions() == before and InboxPosition.objects.count() == 12  # of all three topics
