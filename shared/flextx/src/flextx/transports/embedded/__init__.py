"""A message log in a PostgreSQL database of its own, for machines without Kafka: partitions, offsets and groups."""

from flextx.transports.embedded.log import EmbeddedLog

__all__ = ["EmbeddedLog"]
