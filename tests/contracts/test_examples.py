"""Contracts: each event class has one committed example for its version, and reads it as every partner would."""

import importlib
import json
import pkgutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import pytest
from pydantic import ValidationError

import contracts
from flextx.event import Event

EXAMPLES = Path(__file__).resolve().parents[2] / "shared" / "contracts" / "examples"


def event_classes() -> list[type[Event]]:
    """Every class of every module in contracts, exported or not, but bases of others, whose names begin with _."""
    for module in pkgutil.walk_packages(contracts.__path__, "contracts."):
        importlib.import_module(module.name)
    found = [cls for cls in _subclasses(Event) if cls.__module__.startswith("contracts.") and cls.__name__[0] != "_"]
    return sorted(found, key=lambda cls: cls.__name__)


def _subclasses(parent: type[Event]) -> Iterator[type[Event]]:
    for child in parent.__subclasses__():
        yield child
        yield from _subclasses(child)


def example_of(event_class: type[Event]) -> Path:
    return EXAMPLES / f"{event_class.event_type}.v{event_class.event_version}.json"


def without_example(classes: list[type[Event]]) -> list[str]:
    return [cls.__name__ for cls in classes if not example_of(cls).is_file()]


EVENTS = event_classes()
each_event = pytest.mark.parametrize("event_class", EVENTS, ids=lambda cls: cls.__name__)


def content(event_class: type[Event]) -> dict[str, Any]:
    return dict(json.loads(example_of(event_class).read_text()))


def read(event_class: type[Event], fields: dict[str, Any]) -> Event:
    return event_class.model_validate_json(json.dumps(fields))


def test_every_event_has_an_example_and_every_example_an_event() -> None:
    """Fault tried: an example renamed."""
    assert {"OrderCompleted", "CoinsCredited"} <= {cls.__name__ for cls in EVENTS}
    assert without_example(EVENTS) == []
    assert sorted(path.name for path in EXAMPLES.iterdir()) == sorted(example_of(cls).name for cls in EVENTS)


def test_a_new_class_without_an_example_is_noticed() -> None:
    class OrderForgotten(Event):
        topic: ClassVar = contracts.ORDER_EVENTS
        event_type: ClassVar = "OrderForgotten"
        event_version: ClassVar = 1

    assert without_example([*EVENTS, OrderForgotten]) == ["OrderForgotten"]


def test_no_two_classes_claim_the_same_type_and_version() -> None:
    claims = [(cls.event_type, cls.event_version) for cls in EVENTS]
    assert len(set(claims)) == len(claims)


@each_event
def test_events_travel_in_known_topics_and_are_exported(event_class: type[Event]) -> None:
    assert event_class.topic in contracts.ALL_TOPICS
    assert event_class.__name__ in contracts.__all__


@each_event
def test_the_example_names_every_field_and_comes_back_as_it_was(event_class: type[Event]) -> None:
    """Fault tried: a field renamed in the class; a time written without its microseconds."""
    fields = content(event_class)
    event = read(event_class, fields)

    assert set(fields) == set(event_class.model_fields)
    assert json.loads(event.body()) == fields
    assert event_class.model_validate_json(event.body()) == event


@each_event
def test_fields_this_reader_does_not_know_are_ignored(event_class: type[Event]) -> None:
    """Fault tried: extra="forbid" in Event."""
    fields = content(event_class)

    assert read(event_class, fields | {"added_later": {"deep": [1]}}) == read(event_class, fields)


@each_event
def test_each_missing_field_is_refused(event_class: type[Event]) -> None:
    """Fault tried: a field with a default."""
    fields = content(event_class)
    for name in fields:
        with pytest.raises(ValidationError) as refused:
            read(event_class, {other: value for other, value in fields.items() if other != name})
        assert [error["loc"] for error in refused.value.errors()] == [(name,)]


@each_event
def test_each_field_of_another_type_is_refused(event_class: type[Event]) -> None:
    """Fault tried: strict=False in Event: "600" is taken for 600."""
    fields = content(event_class)
    for name, value in fields.items():
        wrongs: tuple[Any, ...] = (None, {}, True, _as_another_type(value))
        for wrong in (each for each in wrongs if type(each) is not type(value)):
            with pytest.raises(ValidationError):
                read(event_class, fields | {name: wrong})


def _as_another_type(value: Any) -> Any:
    return str(value) if isinstance(value, int) else 7


@each_event
def test_an_event_cannot_be_changed(event_class: type[Event]) -> None:
    """Fault tried: frozen=False in Event."""
    event = read(event_class, content(event_class))

    with pytest.raises(ValidationError, match="frozen"):
        setattr(event, next(iter(event_class.model_fields)), "changed")


@pytest.mark.parametrize("coins", [0, -1, 10**15 + 1, 1.5, 600.0])
def test_amounts_are_whole_positive_and_bounded(coins: float) -> None:
    """Fault tried: Amount without its limits."""
    with pytest.raises(ValidationError):
        read(contracts.OrderCompleted, content(contracts.OrderCompleted) | {"coins": coins})


@pytest.mark.parametrize("order_no", ["", "x" * 101, "a\x00b"])
def test_ids_fit_every_readers_columns(order_no: str) -> None:
    """Fault tried: Id without its limits."""
    with pytest.raises(ValidationError):
        read(contracts.OrderCompleted, content(contracts.OrderCompleted) | {"order_no": order_no})


@pytest.mark.parametrize("moment", ["2026-11-21T08:00:00", "yesterday", "2026-13-01T00:00:00Z"])
def test_times_without_a_zone_are_refused(moment: str) -> None:
    """Fault tried: Moment = datetime."""
    with pytest.raises(ValidationError):
        read(contracts.OrderCompleted, content(contracts.OrderCompleted) | {"completed_at": moment})
