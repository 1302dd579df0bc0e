"""From what a person asked for, and what is there already, to the system that `make up` starts."""

from stack.layout import HOST, PORT_OFFSETS, Layout, System
from stack.options import Options
from stack.reaping import survivors


def wanted_system(options: Options, layout: Layout) -> System:
    servers, own = brokers(options, layout) if options.transport == "kafka" else ("", False)
    return System(
        run_dir=str(options.run_dir),
        port_base=options.port_base,
        transport=options.transport,
        relays=options.relays,
        consumers=options.consumers,
        recoveries=options.recoveries,
        kafka_servers=servers,
        own_broker=own,
    )


def broker_alone(layout: Layout) -> System | None:
    """The broker of `make kafka`, if it runs."""
    alone = layout.broker_alone
    return System.started(alone) if alone.system_file.exists() and survivors(alone) else None


def broker_address(port_base: int) -> str:
    return f"{HOST}:{port_base + PORT_OFFSETS['kafka']}"


def brokers(options: Options, layout: Layout) -> tuple[str, bool]:
    """(the brokers' addresses, whether one is to be started with the rest)"""
    if options.kafka_servers:
        return options.kafka_servers, False
    alone = broker_alone(layout)
    return (alone.kafka_servers, False) if alone else (broker_address(options.port_base), True)
