"""From the setting TRANSPORT to the transport."""

from flextx.conf import flextx_settings
from flextx.transports.protocol import Transport


def transport(kind: str | None = None) -> Transport:
    """The configured message log, or the one of this kind; nothing connects before it is used."""
    conf = flextx_settings()
    if (kind or conf.transport) == "kafka":
        from flextx.transports.kafka import Kafka  # so that kafka-python is needed only where Kafka is

        return Kafka(conf)
    from flextx.transports.embedded import EmbeddedLog

    return EmbeddedLog(conf)
