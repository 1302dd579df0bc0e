"""How a line is made. Every logger, Django's, gunicorn's and the clients' too, writes through the one handler here."""

from __future__ import annotations

import logging
import sys
import threading
from typing import Any

import structlog
from structlog.typing import EventDict

from flextx.logs.secrets import without_secrets
from flextx.workers.current import worker_name

logger = logging.getLogger(__name__)
TEXT_LENGTH_MAX = 20_000
FIRST = ("time", "level", "logger", "event")


def logging_config(*, level: str, as_text: bool, process: str) -> dict[str, Any]:
    """settings.LOGGING. `process`: its name, in every line. `as_text`: for people's eyes instead of JSON."""
    render: Any = structlog.dev.ConsoleRenderer(colors=False, timestamp_key="time") if as_text else _as_json
    line = {
        "()": structlog.stdlib.ProcessorFormatter,
        "foreign_pre_chain": [
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.ExtraAdder(),
            structlog.stdlib.add_logger_name,
            structlog.stdlib.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
        ],
        "processors": [
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _Place(process),
            structlog.processors.format_exc_info,  # the stack, as one field
            without_secrets,
            _not_too_long,
            render,
        ],
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "loggers": _LOGGERS,
        "root": {"handlers": ["stderr"], "level": level},
    }


_LOGGERS: dict[str, Any] = {
    # Its connections come and go without end; what matters of them it says as a warning.
    "kafka": {"level": "WARNING"},
    # A refusal is in the line of its request; a defect of ours comes here with its stack.
    "django.request": {"level": "ERROR"},
    "django": {"handlers": [], "propagate": True},
    # They have handlers of their own otherwise.
    "gunicorn.error": {"handlers": [], "propagate": True},
    # The application's own access line has the route instead of what the caller wrote.
    "gunicorn.access": {"handlers": [], "level": "CRITICAL"},
}


class _Place:
    """Which process and which worker in it says so."""

    def __init__(self, process: str) -> None:
        self._process = {"process": process} if process else {}

    def __call__(self, _logger: object, _method: str, line: EventDict) -> EventDict:
        line.pop("request", None)  # Django's, with all that the caller wrote; the request's own line says the rest
        worker = worker_name()
        return {**line, **self._process, **({"worker": worker} if worker else {})}


def _not_too_long(_logger: object, _method: str, line: EventDict) -> EventDict:
    for name, value in line.items():
        if isinstance(value, str) and len(value) > TEXT_LENGTH_MAX:
            line[name] = f"{value[: TEXT_LENGTH_MAX // 2]} ... {value[-TEXT_LENGTH_MAX // 2 :]}"
    return line


_JSON = structlog.processors.JSONRenderer(ensure_ascii=True)  # half a surrogate pair fits in no stream


def _as_json(logger: Any, method: str, line: EventDict) -> str | bytes:
    return _JSON(logger, method, {**{name: line.pop(name) for name in FIRST if name in line}, **line})


def log_what_ends_us() -> None:
    """An error that nobody catches is one line too, in whatever thread."""
    sys.excepthook = _hook
    threading.excepthook = lambda end: _log_end(end.exc_type, end.exc_value, end.exc_traceback)
    logging.captureWarnings(True)


def _hook(kind: type[BaseException], error: BaseException, trace: Any) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, error, trace)
    else:
        _log_end(kind, error, trace)


def _log_end(kind: type[BaseException], error: BaseException | None, trace: Any) -> None:
    if error is not None and not issubclass(kind, SystemExit):
        logger.critical("ended by an error that nobody caught", exc_info=(kind, error, trace))
