"""A gift is played in its room and taken back, each once; close and ban come before or after, never in between."""

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction
from django.db.utils import IntegrityError

from flextx.errors import Refusal
from flextx.testing import wait_until
from order_service.rooms.errors import HostBanned, RoomClosed, RoomUnknown
from order_service.rooms.models import FeedEvent, FeedHead
from order_service.rooms.selectors import check_can_play, known_room
from order_service.rooms.services import retract_gift
from tests.order_service.room_stories import act, everything_in_rooms, feed, play
from tests.support.threads import together

pytestmark = pytest.mark.usefixtures("rooms")
SHUT: list[tuple[str, type[Refusal]]] = [("close", RoomClosed), ("ban-host", HostBanned)]


def retract(gift_id: str) -> object:
    with transaction.atomic():
        return retract_gift(gift_id=gift_id)


def test_the_effect_then_the_comment_then_what_takes_them_back() -> None:
    """Fault tried: the comment appended before the effect."""
    assert play("g-1", comment="for you") == {"effect_event_id": "1", "comment_event_id": "2"}
    assert play("g-2") == {"effect_event_id": "3", "comment_event_id": None}
    assert retract("g-1") == {"retracted_event_id": "4"}

    assert feed() == [(1, "effect", "g-1"), (2, "comment", "g-1"), (3, "effect", "g-2"), (4, "retracted", "g-1")]
    assert [event.data for event in FeedEvent.objects.order_by("seq")] == [
        {"sender_id": "u-1", "gift_product_id": "rose", "count": 3},
        {"sender_id": "u-1", "comment": "for you"},
        {"sender_id": "u-1", "gift_product_id": "rose", "count": 3},
        {"effect_event_id": "1"},
    ]


def test_each_room_counts_for_itself() -> None:
    assert [play("g-1")["effect_event_id"], play("g-2", "room-2")["effect_event_id"]] == ["1", "1"]


def test_a_repeat_changes_nothing_even_after_the_room_was_closed() -> None:
    """Fault tried: check_can_play before the look for an earlier play."""
    first, taken_back = play("g-1", comment="hello"), retract("g-1")
    act("room-1", "close")
    before = everything_in_rooms()

    assert (play("g-1", comment="hello"), retract("g-1")) == (first, taken_back)
    assert everything_in_rooms() == before


def test_what_was_never_shown_is_not_taken_back() -> None:
    before = everything_in_rooms()

    assert retract("g-1") == {"retracted_event_id": None}
    assert everything_in_rooms() == before


def test_taking_back_cannot_be_refused() -> None:
    play("g-1")
    act("room-1", "close")
    act("room-1", "ban-host")

    assert retract("g-1") == {"retracted_event_id": "2"}


@pytest.mark.parametrize(("action", "refusal"), SHUT)
def test_in_a_shut_room_nothing_is_played(action: str, refusal: type[Refusal]) -> None:
    """Fault tried: check_can_play left out of play_gift."""
    act("room-1", action)
    before = everything_in_rooms()

    with pytest.raises(refusal):
        check_can_play(known_room("room-1"))
    with pytest.raises(refusal):
        play("g-1")
    assert everything_in_rooms() == before


def test_a_room_that_does_not_exist_plays_nothing() -> None:
    for asked in (known_room, partial(play, "g-1")):
        with pytest.raises(RoomUnknown):
            asked("room-9")


@pytest.mark.parametrize(("action", "refusal"), SHUT)
def test_whoever_shuts_a_room_waits_for_what_is_being_played(action: str, refusal: type[Refusal]) -> None:
    """Fault tried: share_room without its turn and without FOR SHARE: the answer comes before the effect's commit."""
    played, go_on, answered = Event(), Event(), Event()

    def gift() -> None:
        with transaction.atomic():
            play("g-1")
            played.set()
            assert go_on.wait(10)
            assert not answered.is_set()

    def operator() -> None:
        assert played.wait(10)
        assert act("room-1", action).status == 200
        answered.set()
        assert feed() == [(1, "effect", "g-1")]

    def watcher() -> None:
        waiting = (
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        wait_until(lambda: answered.is_set() or _count(waiting) == 1)
        go_on.set()

    together([gift, operator, watcher])
    with pytest.raises(refusal):
        play("g-2")


def _count(query: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(query)
        row: tuple[int] = cursor.fetchone()
    return row[0]


def test_many_at_once_are_played_one_after_another_or_refused() -> None:
    """Fault tried: `select_for_update()` taken out of lock_feed_head."""

    def outcome(gift_id: str) -> str:
        try:
            return str(play(gift_id, comment="!")["effect_event_id"])
        except RoomClosed:
            return "refused"

    gifts: list[Callable[[], str]] = [partial(outcome, f"g-{number}") for number in range(16)]
    outcomes = together([*gifts, lambda: str(act("room-1", "close").status)])

    played = [seq for seq in outcomes[:-1] if seq != "refused"]
    assert outcomes[-1] == "200"
    assert sorted(map(int, played)) == [1 + 2 * number for number in range(len(played))]
    assert [seq for seq, _, _ in feed()] == list(range(1, 2 * len(played) + 1))


def test_a_room_in_which_gifts_never_cease_can_be_closed() -> None:
    """Fault tried: `_take_turn` left out of share_room: the close waits until nobody plays any more."""
    numbers = iter(range(300))

    def gifts() -> None:
        with suppress(RoomClosed):
            for number in numbers:  # one iterator for all
                play(f"g-{number}")

    def operator() -> None:
        wait_until(lambda: len(feed()) >= 20)
        assert act("room-1", "close").status == 200

    together([*[gifts] * 8, operator])
    assert 20 <= len(feed()) < 300


def test_the_same_gift_at_once_is_shown_once() -> None:
    """Fault tried: the look for an earlier play before the head's lock."""
    assert together([partial(play, "g-1")] * 8) == [{"effect_event_id": "1", "comment_event_id": None}] * 8
    assert feed() == [(1, "effect", "g-1")]


def test_the_database_says_it_too() -> None:
    play("g-1")
    wrong = [{"seq": 1, "gift_id": "g-2"}, {"seq": 2, "gift_id": "g-1"}, {"seq": 0, "gift_id": "g-3"}]
    for changes in [*wrong, {"seq": 2, "gift_id": "g-2", "kind": "shout"}]:
        with pytest.raises(IntegrityError), transaction.atomic():
            FeedEvent.objects.create(**({"room_id": "room-1", "kind": "effect", "data": {}} | changes))
    assert FeedHead.objects.get(room_id="room-1").last_seq == FeedEvent.objects.count() == 1
