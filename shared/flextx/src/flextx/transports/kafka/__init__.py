"""Apache Kafka as a transport. Only this package imports kafka; what it returns becomes a type of ours here.

Bound by what was seen of the client: constructors block while a broker is away, so everything is built when first
used and with short limits; after a batch expired, an idempotent producer may never deliver again, so it is closed and
built anew; the default for a position out of range is to skip to the end, which here would skip money.
"""

from flextx.transports.kafka.log import Kafka

__all__ = ["Kafka"]
