"""What runs side by side: each track has a system of its own, and its suites run there one after another."""

from dataclasses import dataclass

from tests.running.suites import ON_EACH_TRANSPORT, ON_REQUEST, WITHOUT_SYSTEM

TRANSPORTS = ("embedded", "kafka")


@dataclass(frozen=True)
class Track:
    name: str
    transport: str
    suites: tuple[str, ...]
    needs_system: bool = True
    with_broker: tuple[str, ...] = ()


def tracks(suites: list[str], *, only: str, with_kafka: bool) -> list[Track]:
    """The longest first, so that the lanes end together."""
    planned: list[Track] = []
    if only in ("", "embedded"):
        planned += _once(suites, with_broker=with_kafka)
    transports = [one for one in reversed(TRANSPORTS) if only in ("", one) and (one != "kafka" or with_kafka)]
    planned += [
        Track(f"{suite}-on-{transport}", transport, (suite,))
        for suite in reversed(suites)
        if suite in (*ON_EACH_TRANSPORT, *ON_REQUEST)
        for transport in transports
    ]
    return planned


def _once(suites: list[str], *, with_broker: bool) -> list[Track]:
    quick = tuple(suite for suite in suites if suite in WITHOUT_SYSTEM)
    slow = tuple(suite for suite in suites if suite not in (*WITHOUT_SYSTEM, *ON_EACH_TRANSPORT, *ON_REQUEST))
    with_one = ("flextx",) if with_broker else ()
    found = [Track("once", "embedded", slow, with_broker=with_one)] if slow else []
    return found + ([Track("quick", "embedded", quick, needs_system=False)] if quick else [])
