"""Reading a process's environment: each project's settings file asks here, and nothing else reads os.environ.

Every mistake is an ImproperlyConfigured that names the variable and says what to set.
"""

from __future__ import annotations

import json
import math
import os
from itertools import pairwise
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

from flextx.conf import DAY
from flextx.database import DeadlineConnection
from flextx.logs.config import logging_config


def text(name: str, default: str | None = None) -> str:
    """The variable `name`; without a default it must be set."""
    value = os.environ.get(name, default)
    if value is None:
        raise ImproperlyConfigured(f"{name} is not set: start this process with `make up`, or set it")
    return value


def number(name: str, default: int) -> int:
    """The whole number in `name`."""
    value = text(name, str(default))
    if not value.isdigit():
        raise ImproperlyConfigured(f"{name}={value!r} is not a whole number")
    return int(value)


def seconds(name: str, default: str) -> tuple[float, ...]:
    """The numbers of seconds in `name`, separated by commas; each greater than the one before it."""
    value = text(name, default)
    try:
        found = tuple(float(part) for part in value.split(","))
    except ValueError:
        found = ()
    if not found or not all(earlier < later < math.inf for earlier, later in pairwise((0.0, *found))):
        raise ImproperlyConfigured(f"{name}={value!r} is no rising list of seconds such as {default}")
    return found


def secret(name: str) -> str:
    """The contents of the file that `name` points to: secrets travel as files, never in the environment."""
    path = Path(text(name))
    try:
        return path.read_text(encoding="utf-8").strip()
    except OSError as unreadable:
        raise ImproperlyConfigured(f"{name} points to {path}, which cannot be read: {unreadable.strerror}") from None


def json_object(name: str) -> dict[str, Any]:
    """The JSON object in the file that `name` points to; without the variable an empty one."""
    if not text(name, ""):
        return {}
    try:
        parsed = json.loads(secret(name))
    except ValueError:
        parsed = None
    if not isinstance(parsed, dict):
        raise ImproperlyConfigured(f"{name} must point to a file with one JSON object")
    return parsed


def database(url: str, password: str, *, pool_size: int = 0) -> dict[str, Any]:
    """Django's DATABASES entry for a PostgreSQL URL without a password.

    `pool_size`: connections kept for a web process's threads; 0 (workers) keeps one open for each thread.
    """
    parts = urlsplit(url)
    if parts.scheme != "postgresql" or not parts.hostname or not parts.path.strip("/"):
        raise ImproperlyConfigured(f"{url!r} is not postgresql://user@host:port/database")
    # A process that stands still inside a transaction must not hold its locks for longer than this.
    options: dict[str, Any] = {
        "options": "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=8000",
        "connect_timeout": 3,
    }
    if pool_size:
        options["pool"] = {
            "min_size": 1,
            "max_size": pool_size,
            "timeout": 3,
            "reconnect_timeout": 3,  # with the default a pool gave up for a minute after a failover
            "connection_class": DeadlineConnection,
        }
        # Shorter than a connection's own deadline, so that a lock that is waited for is named.
        options["options"] = "-c idle_in_transaction_session_timeout=5000 -c lock_timeout=2500"
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.strip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": password,
        "HOST": parts.hostname,
        "PORT": str(parts.port or 5432),
        "CONN_MAX_AGE": 0 if pool_size else None,
        "CONN_HEALTH_CHECKS": True,  # a connection cut since its last use is replaced, not handed out
        "OPTIONS": options,
    }


def logging_to_stderr() -> dict[str, Any]:
    """One line an event on stderr, where the supervisor or the container runtime collects it; see flextx.logs."""
    form = text("LOG_FORMAT", "json")
    if form not in ("json", "text"):
        raise ImproperlyConfigured(f"LOG_FORMAT={form!r} is neither json nor text")
    return logging_config(level=text("LOG_LEVEL", "INFO"), as_text=form == "text", process=text("PROCESS_NAME", ""))


def flextx(*, source: str, topics: tuple[str, ...]) -> dict[str, Any]:
    """settings.FLEXTX for a service called `source`; see flextx.conf for what each key means."""
    return {
        "SOURCE": source,
        "TRANSPORT": text("TRANSPORT", "embedded"),
        "TOPICS": topics,
        "TOPIC_PREFIX": text("TOPIC_PREFIX", ""),
        "KAFKA_BOOTSTRAP_SERVERS": text("KAFKA_BOOTSTRAP_SERVERS", ""),
        "KAFKA_OPTIONS": json_object("KAFKA_OPTIONS_FILE"),
        "LOG_DATABASE_URL": text("LOG_DATABASE_URL", ""),
        "LOG_DATABASE_PASSWORD": secret("LOG_DATABASE_PASSWORD_FILE")
        if "LOG_DATABASE_PASSWORD_FILE" in os.environ
        else "",
        "OUTBOX_BACKLOG_MAX": number("OUTBOX_BACKLOG_MAX", 20_000),
        "LOG_RETENTION_SECONDS": number("LOG_RETENTION_SECONDS", 7 * DAY),
        "OUTBOX_RETENTION_SECONDS": number("OUTBOX_RETENTION_SECONDS", 7 * DAY),
        "INBOX_RETENTION_SECONDS": number("INBOX_RETENTION_SECONDS", 15 * DAY),
        "AUTH_JWKS_FILE": text("AUTH_JWKS_FILE"),
        "AUTH_ISSUER": text("AUTH_ISSUER", "live-coins"),
        "AUTH_AUDIENCE": source,
    }
