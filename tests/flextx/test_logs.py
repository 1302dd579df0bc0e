"""Logs: one JSON object a line, with the ids of what it is about and without any secret."""

from __future__ import annotations

import io
import json
import logging
import logging.config
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from flextx.logs import about, note, some
from flextx.logs.config import TEXT_LENGTH_MAX, logging_config
from flextx.workers.current import work_as

JWT = "eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJ1LTEifQ.c2lnbmF0dXJlLW9mLXRoZS10b2tlbg"


class Lines:
    """What a logger that is set up as in production writes."""

    def __init__(self, as_text: bool = False) -> None:
        config = logging_config(level="INFO", as_text=as_text, process="shop-web")
        self._made = logging.config.DictConfigurator(config).configure_formatter(config["formatters"]["line"])
        self.stream = io.StringIO()
        self.handler = logging.StreamHandler(self.stream)
        self.handler.setFormatter(self._made)

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.stream.getvalue().splitlines()]

    def last(self) -> dict[str, Any]:
        return self.all()[-1]


@pytest.fixture
def lines() -> Iterator[Lines]:
    yield from written(Lines())


def written(lines: Lines) -> Iterator[Lines]:
    loggers = [logging.getLogger(name) for name in ("story", "flextx", "django.request")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.addHandler(lines.handler)
        logger.setLevel(logging.INFO)
    yield lines
    for logger, level in zip(loggers, levels, strict=True):
        logger.removeHandler(lines.handler)
        logger.setLevel(level)


story = logging.getLogger("story")


def test_a_line_says_when_how_bad_who_and_what(lines: Lines) -> None:
    """Fault tried: the process left out."""
    story.warning("outage %s of %s", 3, "the log", extra={"topic": "shop.things"})
    line = lines.last()
    assert line.pop("time").endswith("Z")
    assert line == {
        "level": "warning",
        "logger": "story",
        "event": "outage 3 of the log",
        "topic": "shop.things",
        "process": "shop-web",
    }
    assert list(json.loads(lines.stream.getvalue()))[:4] == ["time", "level", "logger", "event"]


def test_ids_stand_in_every_line_until_the_work_is_done(lines: Lines) -> None:
    """Fault tried: `about` that restores nothing."""
    work_as("relay-1")
    with about(event_id="e-1", key="R1"):
        story.info("first")
        with about(run_id="r-1"):
            note(order_no="R1")
            story.info("second")
        story.info("third")
    note(order_no="noted outside")
    story.info("fourth")
    work_as("")
    ids = [{name: line[name] for name in line if name.endswith(("id", "no", "key"))} for line in lines.all()]
    assert ids == [
        {"event_id": "e-1", "key": "R1"},
        {"event_id": "e-1", "key": "R1", "run_id": "r-1", "order_no": "R1"},
        {"event_id": "e-1", "key": "R1"},
        {},
    ]
    assert {line["worker"] for line in lines.all()} == {"relay-1"}


def test_a_stack_is_one_field_of_one_line(lines: Lines) -> None:
    """Fault tried: format_exc_info left out."""
    try:
        raise ValueError("two\nlines")
    except ValueError:
        story.exception("it fails")
    assert len(lines.all()) == 1
    assert lines.last()["exception"].endswith("ValueError: two\nlines")
    assert "test_logs.py" in lines.last()["exception"]


@pytest.mark.parametrize(
    ("said", "secret"),
    [
        (f"the caller sent Authorization: Bearer {JWT}", JWT),
        (f"a token {JWT} alone", JWT),
        ("the header was Bearer hunter2hunter2", "hunter2hunter2"),
        ("connecting to postgresql://shop:hunter2hunter2@db:5432/shop", "hunter2hunter2"),
        ("password=hunter2hunter2 host=db", "hunter2hunter2"),
        ('{"token": "hunter2hunter2"}', "hunter2hunter2"),
        ("Sandbox-Signature: aGVsbG8raGVsbG8vPT0=", "aGVsbG8raGVsbG8vPT0="),
        ("Cookie: admin=hunter2hunter2", "hunter2hunter2"),
    ],
)
def test_what_looks_like_a_secret_is_masked_wherever_it_stands(lines: Lines, said: str, secret: str) -> None:
    """Fault tried, for each: its pattern left out."""
    story.error("%s", said)
    story.error("an innocent event", extra={"about": [{"inner": said}]})
    try:
        raise RuntimeError(said)
    except RuntimeError:
        story.exception("and in a stack")
    assert len(lines.all()) == 3
    assert secret not in lines.stream.getvalue() and lines.stream.getvalue().count("***") >= 3


@pytest.mark.parametrize(
    "name", ["authorization", "access_token", "SANDBOX_SECRET", "password", "Sandbox-Signature", "cookie", "body"]
)
def test_what_is_named_like_a_secret_is_masked_whatever_it_looks_like(lines: Lines, name: str) -> None:
    story.error("an event", extra={name: "plain", "headers": {name: "plain"}})
    assert (lines.last()[name], lines.last()["headers"]) == ("***", {name: "***"})


def test_nothing_breaks_a_line_and_no_line_is_endless(lines: Lines) -> None:
    """A caller's own text cannot make a line of its own. Fault tried: TEXT_LENGTH_MAX not applied."""
    story.error('ends"}\n{"event": "forged', extra={"odd": "\ud800\x00", "what": object})
    story.error("x" * 100_000)
    assert len(lines.all()) == 2
    assert lines.all()[0]["event"] == 'ends"}\n{"event": "forged'
    assert len(lines.all()[1]["event"]) < TEXT_LENGTH_MAX + 10


def test_many_ids_are_named_by_the_first_of_them() -> None:
    assert some(["a", "b", "a"]) == ["a", "b"]
    assert some(map(str, range(25))) == [*map(str, range(20)), "and 5 more"]


def test_people_may_have_it_as_text() -> None:
    for lines in written(Lines(as_text=True)):
        story.warning("outage %s", 3, extra={"password": "hunter2hunter2"})
        assert "outage 3" in lines.stream.getvalue() and "hunter2" not in lines.stream.getvalue()


def access(lines: Lines) -> dict[str, Any]:
    (line,) = (line for line in lines.all() if line["logger"] == "flextx.access")
    return line


def test_a_request_has_one_line_with_its_route_and_ids(lines: Lines) -> None:
    """Fault tried: the path instead of the route."""
    given = {"X-Request-Id": "mine-1"}
    response = Client().get("/things/cup?token=hunter2hunter2", headers=given)
    line = access(lines)
    assert (line["method"], line["route"], line["status"], line["name"]) == ("GET", "/things/<str:name>", 200, "cup")
    assert line["request_id"] == response["X-Request-Id"] == "mine-1"
    assert 0 < line["milliseconds"] < 60_000
    assert "hunter2" not in lines.stream.getvalue()


@pytest.mark.parametrize("given", ["", "a b", "x" * 101, 'a"b', "a\u00e9", "<script>"])
def test_a_request_id_that_is_not_sane_is_replaced(lines: Lines, given: str) -> None:
    response = Client().get("/nowhere", headers={"X-Request-Id": given})
    line = access(lines)
    assert line["request_id"] == response["X-Request-Id"] == response.json()["request_id"] != given
    assert len(line["request_id"]) == 36
    assert (line["route"], line["status"]) == ("unmatched", 404)


def test_a_refused_request_says_why(lines: Lines) -> None:
    """Fault tried: the code left out."""
    Client().get("/things/unsold")
    assert (access(lines)["status"], access(lines)["code"]) == (409, "not_on_sale")


def test_what_middleware_refuses_has_its_line_and_its_id_too(lines: Lines) -> None:
    """Fault tried: access_log behind CommonMiddleware."""
    response = Client(raise_request_exception=False).get("/me", headers={"Host": "elsewhere.example"})
    assert (access(lines)["status"], access(lines)["request_id"]) == (400, response["X-Request-Id"])


def test_a_defect_of_ours_is_found_by_its_request_id(lines: Lines) -> None:
    """Fault tried: django.request silenced altogether."""
    response = Client(raise_request_exception=False).get("/things/defect")
    (defect,) = (line for line in lines.all() if "exception" in line)
    assert "RuntimeError: a defect of ours" in defect["exception"]
    assert defect["request_id"] == response.json()["request_id"]
