"""`make kafka` and `make kafka-stop`: a broker and nothing else, under a supervisor of its own."""

import os
from dataclasses import replace

from stack import supervisor
from stack.broker import broker_process, prepare_broker, wait_until_it_answers
from stack.down import LOCK_SECONDS_MAX, stop_everything
from stack.errors import Refusal
from stack.layout import OF_OWN_BROKER, Layout, System
from stack.locking import held
from stack.options import Options
from stack.ports import check_ports
from stack.progress import phase
from stack.reaping import survivors
from stack.supervisor_conf import configuration
from stack.wanted import broker_address, broker_alone


def kafka(options: Options) -> int:
    layout = Layout(options.run_dir)
    layout.create()
    with held(layout.lock, purpose=str(layout.run_dir), wait_seconds_max=LOCK_SECONDS_MAX):
        running = _broker_of_the_system(layout) or broker_alone(layout)
        if running is not None and supervisor.is_running(running.layout):
            print(f"already running: {running.kafka_servers}")
            return 0
        if running is not None:
            with phase("ending what a killed supervisor left behind"):
                stop_everything(running.layout)
        system = _alone(options, layout)
        _start_or_take_down(system, layout)
    print(f"KAFKA_BOOTSTRAP_SERVERS={system.kafka_servers}")
    return 0


def kafka_stop(options: Options) -> int:
    layout = Layout(options.run_dir)
    if not layout.mark.exists():
        print(f"no broker is running in {layout.run_dir}")
        return 0
    with held(layout.lock, purpose=str(layout.run_dir), wait_seconds_max=LOCK_SECONDS_MAX):
        if survivors(layout.broker_alone):
            with phase("stopping Kafka"):
                stop_everything(layout.broker_alone)
            print("stopped; the data stays, `make destroy` deletes it")
            return 0
        if _broker_of_the_system(layout) is not None:
            raise Refusal(f"the broker in {layout.run_dir} is a part of the system there; stop it with: make down")
    print(f"no broker is running in {layout.run_dir}")
    return 0


def _broker_of_the_system(layout: Layout) -> System | None:
    if not supervisor.is_running(layout):
        return None
    system = System.started(layout)
    return system if system.own_broker else None


def _alone(options: Options, layout: Layout) -> System:
    layout.broker_alone.create()
    address = broker_address(options.port_base)
    return System(
        str(layout.broker_alone.run_dir), options.port_base, "kafka", relays=0, consumers=0, kafka_servers=address
    )


def _start_or_take_down(system: System, layout: Layout) -> None:
    os.umask(0o077)  # as `make up` does
    check_ports(system, OF_OWN_BROKER)
    try:
        _start(system, layout)
    except BaseException:
        with phase("taking it down again"):
            stop_everything(system.layout)
        raise


def _start(system: System, layout: Layout) -> None:
    broker = replace(broker_process(system, layout), log=str(layout.log("kafka")))
    prepare_broker(system, layout)
    system.save()
    system.layout.supervisor_conf.write_text(configuration(system, first=[broker], services=[]))
    with phase("starting Kafka"):
        supervisor.start_supervisor(system)
        supervisor.start_group(system.layout, broker.name)
        wait_until_it_answers(system, layout.log("kafka"))
