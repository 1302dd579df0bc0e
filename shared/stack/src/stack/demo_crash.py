"""`make demo-crash`: recharges, gifts, undos and refunds while processes are killed, and then the books."""

import random
import secrets
import time

from stack.demo_crash_audit import audit
from stack.demo_crash_books import Books
from stack.demo_crash_people import People
from stack.demo_crash_shown import Outcome, print_outcome
from stack.demo_crash_sql import COUNTS, NOW
from stack.demo_crash_stories import stories
from stack.demo_crash_stream import AT_ONCE_MAX, run_stories
from stack.killing import Killer
from stack.layout import System
from stack.options import Options
from stack.processes import processes
from stack.progress import phase, say
from stack.reconcile import reports
from stack.running import running_system

REST_SECONDS_MAX = 180
CALM_SECONDS = 60  # after the last kill everything answers again within this
POLL_SECONDS = 0.5
MORTAL = ("relay", "consumer", "recovery", "settler", "web")


def demo_crash(options: Options) -> int:
    with running_system(options) as system:
        outcome = _suffered(options, system)
        print_outcome(outcome)
    return 1 if outcome.problems else 0


def _suffered(options: Options, system: System) -> Outcome:
    """The people's names are new each time, so that what they did is told apart from whatever else is in the books."""
    prefix, books = f"crash-{secrets.token_hex(4)}", Books(system)
    patience_seconds = options.duration_seconds + CALM_SECONDS
    people = People(system, prefix, at_once=AT_ONCE_MAX, patience_seconds=patience_seconds)
    ((since,),) = books.rows("order", NOW)
    before = books.duplicates(since)
    killer = _killer(options, system, books)
    failures = _under_fire(options, people, killer)
    unfinished = _rest(books)
    with phase("comparing the books"):
        return Outcome(
            asked=dict(people.counts),
            repeated=people.repeated,
            failures=failures,
            counts=books.named("order", COUNTS, {"people": f"{prefix}-%"}),
            duplicates={name: count - before[name] for name, count in books.duplicates(since).items()},
            kills=killer.kills,
            unfinished=unfinished,
            parked=books.parked(),
            audit=audit(books, f"{prefix}-%"),
            reports=reports(system),
        )


def _killer(options: Options, system: System, books: Books) -> Killer:
    told = f"{options.rate} orders a second, a kill every {options.kill_every_seconds:g} s, seed {options.seed}"
    say(f"{options.duration_seconds} s of {told}, log: {system.transport}")
    return Killer(
        layout=system.layout,
        names=_mortals(system),
        every_seconds=options.kill_every_seconds,
        seed=random.Random(f"kills {options.seed}"),  # nosec B311 - to be repeated, not to be a secret
        rows_in_flight=books.in_flight,
        seconds_max=options.duration_seconds,
    )


def _under_fire(options: Options, people: People, killer: Killer) -> list[str]:
    killer.start()
    try:
        with phase("people recharge, send gifts and change their minds; processes die"):
            what = stories(options.seed, duration_seconds=options.duration_seconds, rate=options.rate)
            return run_stories(people, what)
    finally:
        killer.stop.set()
        killer.join(timeout=30)


def _rest(books: Books) -> dict[str, int]:
    """Nobody helps; what is still unfinished at the deadline is the answer."""
    deadline = time.monotonic() + REST_SECONDS_MAX
    with phase("waiting until everything is at rest"):
        while (unfinished := books.unfinished()) and time.monotonic() < deadline:
            time.sleep(POLL_SECONDS)
        return unfinished


def _mortals(system: System) -> list[str]:
    """All that the two services run; neither the databases nor the channel, which is somebody else's."""
    names = [one.name for one in processes(system)]
    return [name for name in names if name.startswith(("order-", "account-")) and name.split("-")[1] in MORTAL]
