"""From the setting TRANSPORT to the transport."""

from flextx.conf import flextx_settings
from flextx.transports.protocol import Transport


def transport() -> Transport:
    """The configured message log; nothing connects before it is used."""
    from flextx.transports.embedded import EmbeddedLog

    return EmbeddedLog(flextx_settings())
