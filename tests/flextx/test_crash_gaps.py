"""Every gap between two commits: a process dies in each once, is started again, and nothing is lost or done twice."""

from collections import Counter
from pathlib import Path

from flextx.crash_points import registered
from flextx.inbox.models import DivertedRecord, InboxMessage
from flextx.outbox.models import OutboxMessage
from flextx.testing import wait_until
from tests.flextx.appending import append, keys_of_partition, made
from tests.flextx.inbox_rows import all_read, aside, consume_all, handled, positions, shelved
from tests.flextx.message_log import away, stored_records
from tests.flextx.outbox_rows import all_sent
from tests.flextx.processes import DIED, Staff, lives_until_success
from tests.flextx.shop.models import Fault, Handled
from tests.flextx.shop.services import make

BAD, GOOD = keys_of_partition(0, 2)
(ELSEWHERE,) = keys_of_partition(1, 1)


def points(*beginnings: str) -> list[str]:
    """From the registry, so that a new point is not forgotten."""
    return [name for name in registered() if name.startswith(beginnings)]


def dying_once_at(names: list[str]) -> str:
    return ",".join(f"{name}:die:1" for name in names)


def fired(folder: Path) -> list[str]:
    return sorted(path.name.removesuffix(".0") for path in (folder / "crash").iterdir())


def test_a_relay_that_dies_once_in_every_gap_loses_nothing(staff: Staff, tmp_path: Path) -> None:
    """Fault tried: the points behind a commit fire before it: another number of copies."""
    names = [name for name in points("relay.", "log.append.") if not name.startswith("relay.give_back")]
    keys = [f"thing-{number}" for number in range(5)]
    for key in keys:
        make(key)

    codes = lives_until_success(staff, "relay-1", crash=dying_once_at(names), lives_max=len(names) + 2)

    assert codes == [DIED] * len(names) + [0] and len(names) == 12
    assert fired(tmp_path) == sorted(names)
    assert all_sent()
    copies = Counter(record.key for record in stored_records())
    assert copies == dict.fromkeys(keys, 4)  # died behind append, send and before mark; then sent for good
    consume_all()
    assert sorted(handled()) == [(key, 1) for key in keys]


def test_a_relay_that_dies_while_it_gives_back_in_an_outage_loses_nothing(staff: Staff, tmp_path: Path) -> None:
    """Fault tried: none of its own; the gap is only reached in an outage."""
    names = points("relay.give_back")
    make("cup")
    with away():
        for _ in names:
            assert staff.relay("relay-1", crash=dying_once_at(names)).wait() == DIED
    assert fired(tmp_path) == names and len(names) == 2
    assert OutboxMessage.objects.get().deaths == 1  # the first left its wave behind, the second had given it back

    assert staff.relay("relay-1", "--once").wait() == 0

    assert all_sent() and len(stored_records()) == 1


def test_a_consumer_that_dies_once_in_every_gap_applies_everything_once(staff: Staff, tmp_path: Path) -> None:
    """Fault tried: the position is committed before the handlers run."""
    names = points("consumer.", "inbox.")
    Fault.objects.create(name=BAD, kind="defect", number=1)
    append(made(BAD, 1), made(ELSEWHERE), made(BAD, 2))

    for life in range(len(names)):
        append(made(GOOD, life))
        assert staff.consumer("consumer-1", crash=dying_once_at(names)).wait() == DIED
        _position_inbox_and_effects_agree()
    assert fired(tmp_path) == names and len(names) == 11

    Fault.objects.all().delete()
    last = staff.consumer("consumer-1", crash=dying_once_at(names))
    wait_until(lambda: all_read() and set(aside().values()) == {"handled"}, seconds=60)
    assert last.terminate() == 0
    expected = [(BAD, 1), (BAD, 2), (ELSEWHERE, 1), *((GOOD, life) for life in range(len(names)))]
    assert sorted(handled()) == shelved() == sorted(expected)


def _position_inbox_and_effects_agree() -> None:
    dealt_with = InboxMessage.objects.count() + DivertedRecord.objects.exclude(state="handled").count()
    assert sum(positions().values()) == dealt_with
    assert Handled.objects.count() == InboxMessage.objects.count()
