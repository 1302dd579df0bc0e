"""Looking into the embedded log's database, beside the toolkit."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
from psycopg.conninfo import conninfo_to_dict

from flextx.conf import flextx_settings


@dataclass(frozen=True)
class Stored:
    partition: int
    offset: int
    key: str
    headers: dict[str, str]
    body: bytes


def connect() -> psycopg.Connection[tuple[Any, ...]]:
    conf = flextx_settings()
    return psycopg.connect(
        conf.log_database_url, password=conf.log_database_password, autocommit=True, connect_timeout=5
    )


@contextmanager
def open_transaction() -> Iterator[psycopg.Cursor[tuple[Any, ...]]]:
    """Another connection with a transaction open until the block ends."""
    with connect() as connection, connection.transaction(), connection.cursor() as cursor:
        yield cursor


def ask(statement: str, *params: object) -> list[tuple[Any, ...]]:
    with connect() as connection:
        return connection.execute(statement.encode(), params).fetchall()


def tell(statement: str, *params: object) -> int:
    with connect() as connection:
        return connection.execute(statement.encode(), params).rowcount


def empty_log() -> None:
    tell("TRUNCATE log_record, log_commit, log_lease, log_member")
    tell("DELETE FROM log_partition WHERE topic <> ALL(%s)", list(flextx_settings().topics))
    tell("UPDATE log_partition SET next_offset = 0")


def create_topic(topic: str) -> None:
    tell("INSERT INTO log_partition (topic, partition) SELECT %s, generate_series(0, 3)", topic)


@contextmanager
def away() -> Iterator[None]:
    """The log's database takes no connections and has ended those it had."""
    name = conninfo_to_dict(flextx_settings().log_database_url)["dbname"]
    with psycopg.connect(os.environ["TEST_LOG_DATABASE_URL"], autocommit=True, connect_timeout=5) as server:
        try:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false".encode())
            server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
            yield
        finally:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true".encode())


def stored_records(topic: str = "shop.things") -> list[Stored]:
    """Everything in the topic, in the order in which the log's readers see each partition."""
    rows = ask(
        "SELECT partition, record_offset, key, headers, body FROM log_record WHERE topic = %s"
        " ORDER BY partition, record_offset",
        topic,
    )
    return [
        Stored(partition, offset, key, dict(headers), bytes(body)) for partition, offset, key, headers, body in rows
    ]
