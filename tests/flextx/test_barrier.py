"""The barrier: each side of a step is decided once, with its effect; an undo that came first bars the do."""

from uuid import UUID, uuid5

import pytest
from django.db import DatabaseError, connection, transaction

from flextx.inbox.models import DivertedRecord
from flextx.outbox.models import OutboxMessage
from flextx.participant.answering import answers
from flextx.participant.models import Barrier, ParticipantRun
from tests.flextx.asking import DO, RUN, UNDO, ask, effects, release, reserve, stored, told
from tests.flextx.shop.commands import BookSale, ShopReply
from tests.flextx.shop.models import Fault

pytestmark = pytest.mark.usefixtures("shop")
OTHER_RUN = uuid5(UUID(int=5), "another run")


def goes_wrong(what: str, kind: str) -> Fault:
    return Fault.objects.create(name=f"lamp: {what}", kind=kind)


def test_a_do_and_then_its_undo_have_their_effects() -> None:
    """Fault tried: the undo's effect not run."""
    assert [told(reserve()), told(release())] == ["applied", "applied"]

    assert effects() == [DO, UNDO]
    assert stored() == {DO: "applied", UNDO: "applied"}


def test_what_comes_again_is_told_again_with_the_stored_result() -> None:
    """Fault tried: the effect run again; the result not stored; duplicates not counted."""
    for command in (reserve(), release()):
        replies = [ask(command) for _ in range(3)]
        assert [(one.outcome, one.duplicate, one.result) for one in replies if one] == [
            ("applied", duplicate, {"for": "u-1"}) for duplicate in (False, True, True)
        ]

    assert effects() == [DO, UNDO]
    assert set(Barrier.objects.values_list("duplicates", flat=True)) == {2}


def test_an_undo_that_finds_nothing_bars_the_do() -> None:
    """Fault tried: the do's row not inserted by decide_undo; REJECTED told as a duplicate `applied`."""
    assert [told(release()), told(reserve()), told(reserve()), told(release())] == [
        *("empty", "rejected"),
        *("rejected again", "empty again"),
    ]

    assert effects() == []
    assert stored() == {DO: "rejected", UNDO: "empty"}


def test_a_refusal_is_stored_leaves_no_effect_and_needs_no_undo() -> None:
    """Fault tried: the effect's savepoint left out of _carry_out; a refused do undone."""
    fault = goes_wrong(DO, "refusal")

    reply = ask(reserve())

    assert reply is not None
    assert (reply.outcome, reply.code, reply.detail, reply.result) == (
        *("refused", "not_today"),
        *("The shop does not do that today.", {}),
    )
    fault.delete()
    assert [told(reserve()), told(release())] == ["refused again", "empty"]
    assert effects() == []


def test_a_refusal_where_none_is_allowed_decides_nothing() -> None:
    """It goes aside and is tried again. Fault tried: may_refuse not handed on by `answers`."""
    fault = goes_wrong("do book", "refusal")
    book = BookSale.model_validate(reserve(step="book").model_dump())

    assert ask(book) is None
    assert (stored(), effects()) == ({}, [])
    assert DivertedRecord.objects.get().reason == "NotToday"

    fault.delete()
    DivertedRecord.objects.all().delete()
    _let_the_key_go()
    assert told(book) == "applied"


@pytest.mark.parametrize("kind", ["defect", "outage"])
def test_what_fails_decides_nothing(kind: str) -> None:
    """Fault tried: every exception taken for a refusal."""
    fault = goes_wrong(DO, kind)

    if kind == "outage":
        with pytest.raises(DatabaseError):
            ask(reserve())
    else:
        assert ask(reserve()) is None
    assert (stored(), effects(), ParticipantRun.objects.count()) == ({}, [], 0)

    fault.delete()
    _let_the_key_go()
    assert told(reserve()) == "applied"


def _let_the_key_go() -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM flextx_inbox_divertedkey")


def test_steps_and_runs_are_apart() -> None:
    """Fault tried: the step, or the run, left out of barrier_once."""
    assert [told(command) for command in (release(), reserve(step="wrap"), reserve(OTHER_RUN))] == [
        *("empty", "applied"),
        "applied",
    ]

    assert (effects(), effects(OTHER_RUN)) == (["do wrap"], [DO])


def test_replies_are_numbered_by_run_and_keyed_by_it() -> None:
    """Fault tried: last_reply_sequence not stored."""
    for command in (reserve(), reserve(OTHER_RUN), reserve(), release()):
        ask(command)

    rows = OutboxMessage.objects.order_by("id").values_list("topic", "key", "sequence")
    assert list(rows) == [("shop.replies", str(run), n) for run, n in ((RUN, 1), (OTHER_RUN, 1), (RUN, 2), (RUN, 3))]


@pytest.mark.parametrize(
    ("constraint", "changes"),
    [
        ("barrier_once", {}),
        ("barrier_side", {"side": "done"}),
        ("barrier_outcome", {"step": "wrap", "outcome": "maybe"}),
    ],
)
def test_the_database_forbids(constraint: str, changes: dict[str, str]) -> None:
    """Fault tried: each constraint taken out of the migration."""
    ask(reserve())
    row = {"step": "reserve", "side": "do", "outcome": "applied"} | changes

    with pytest.raises(DatabaseError, match=constraint), transaction.atomic():
        Barrier.objects.create(run_id=RUN, **row)
    assert stored() == {DO: "applied"}


def test_a_command_has_one_service() -> None:
    """Fault tried: the check left out of `answers`: the second takes the first one's place."""
    with pytest.raises(ValueError, match="has a service already"):
        answers(BookSale, ShopReply)(lambda command: None)
