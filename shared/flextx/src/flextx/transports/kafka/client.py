"""Building kafka-python's clients, and telling outages from mistakes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from kafka import KafkaAdminClient
from kafka import errors as kafka_errors
from kafka.net.compat import KafkaNetClient

from flextx.conf import FlextxSettings
from flextx.errors import OffsetOutOfRange, TransportUnavailable

CONNECT_MS = 3_000


def built(client: Callable[..., Any], conf: FlextxSettings, **options: Any) -> Any:
    """Raises TransportUnavailable when no broker answers within three seconds.

    A constructor that fails leaves its network thread running, trying to connect for ever: here it is closed.
    """
    networks: list[KafkaNetClient] = []

    def remembered_network(**configs: Any) -> KafkaNetClient:
        networks.append(KafkaNetClient(**configs))
        return networks[-1]

    try:
        with outages_named():
            return client(
                bootstrap_servers=conf.kafka_bootstrap_servers.split(","),
                bootstrap_timeout_ms=CONNECT_MS,
                reconnect_backoff_max_ms=1_000,
                kafka_client=remembered_network,
                **{**options, **conf.kafka_options},
            )
    except BaseException:
        for network in networks:
            network.close()
        raise


@contextmanager
def admin(conf: FlextxSettings) -> Iterator[Any]:
    client = built(KafkaAdminClient, conf, request_timeout_ms=10_000)
    try:
        with outages_named():
            yield client
    finally:
        client.close()


@contextmanager
def outages_named() -> Iterator[None]:
    """A wrong option and a position out of range must stop us; everything else of the client's is an outage."""
    try:
        yield
    except kafka_errors.KafkaConfigurationError:
        raise
    except (kafka_errors.OffsetOutOfRangeError, kafka_errors.LogTruncationError) as lost:
        raise OffsetOutOfRange(named(lost)) from lost
    except kafka_errors.KafkaError as outage:
        raise TransportUnavailable(f"Kafka: {named(outage)}") from outage


def named(error: Exception) -> str:
    return f"{type(error).__name__}: {error}"
