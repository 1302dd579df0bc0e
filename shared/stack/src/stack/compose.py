"""`make demo-compose`: one recharge through the containers' published ports, and which of them carried it."""

from collections.abc import Mapping
from typing import Any

from stack.carriers import Holders, current_holders, handler, sender, settled_holders
from stack.containers import Containers
from stack.demo import recharge_shown
from stack.environments import MODULES
from stack.errors import Failure
from stack.options import Options
from stack.progress import phase
from stack.tables import table

READ_BACK_MS_MAX = "20000"
SHOWN = ("print.key", "print.partition", "print.offset", "print.headers")


def demo_compose(options: Options) -> int:
    containers = Containers()
    with phase("waiting until the consumers have divided the partitions"):
        before = settled_holders(containers)
    token = containers.token(options.subject, "user")
    hops = {hop["name"]: hop["details"] for hop in recharge_shown(containers, token, buyer=options.subject)}
    with phase("asking who sent and who handled it"):
        after = current_holders(containers)
    print(f"\n{_carriers(containers, hops, before, after)}")
    with phase("reading the record back with Kafka's own tool"):
        record = read_back(containers, hops["sent_to_log"])
    if str(hops["outbox_written"]["event_id"]) not in record:
        raise Failure(f"another record is at {_place(hops['sent_to_log'])}: {record}")
    print(f"\nKafka holds, at the place that the journey names:\n{record}\n")
    reconcile(containers)
    return 0


def _carriers(containers: Containers, hops: Mapping[str, Any], before: Holders, after: Holders) -> str:
    sent, back = hops["sent_to_log"], hops["credit_received"]
    rows = [
        [
            *("order completed", _place(sent)),
            sender(containers, "order_service", sent),
            handler("account-service", sent, before, after),
        ],
        [
            *("coins credited", _place(back)),
            sender(containers, "account_service", back),
            handler("order-service", back, before, after),
        ],
    ]
    return table(["event", "topic/partition/offset", "sent by", "handled by"], rows)


def _place(where: Mapping[str, Any]) -> str:
    return f"{where['topic']}/{where['partition']}/{where['offset']}"


def read_back(containers: Containers, where: Mapping[str, Any]) -> str:
    """One record from one place: nothing of this project is asked."""
    place = ("--topic", where["topic"], "--partition", str(where["partition"]), "--offset", str(where["offset"]))
    shown = [word for name in SHOWN for word in ("--property", f"{name}=true")]
    limits = ("--max-messages", "1", "--timeout-ms", READ_BACK_MS_MAX)
    return containers.kafka("kafka-console-consumer.sh", *place, *limits, *shown).strip()


def reconcile(containers: Containers) -> None:
    """Each service compares its own books, in its own container. Raises Failure when one finds a difference."""
    print(containers.inside("order-web", *_reconcile("order")).strip())
    # The token travels over standard input: arguments and environments of containers are open to read.
    token = containers.token("reconcile", "service")
    told = {"ORDER_URL": "http://order-web:8000", "SERVICE_TOKEN_FILE": "/dev/stdin"}  # nosec B105: a file's name
    print(containers.inside("account-web", *_reconcile("account"), given=token, **told).strip())


def _reconcile(service: str) -> tuple[str, ...]:
    return ("python", "-m", f"{MODULES[service]}.manage", "reconcile")
