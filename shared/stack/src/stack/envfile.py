"""RUN_DIR/env: the running system's addresses, for a shell (`. .run/env`) and for checks from outside."""

import os
import shlex

from stack.environments import SANDBOX_KEY_ID, SANDBOX_MERCHANT_ID
from stack.keys import SANDBOX_SECRET
from stack.layout import System


def write_env_file(system: System) -> None:
    """Holds passwords: readable by its owner alone from its first byte, and complete or absent."""
    unfinished = system.layout.env_file.with_name("env.unfinished")
    unfinished.unlink(missing_ok=True)
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(env_text(system))
    unfinished.replace(system.layout.env_file)


def env_text(system: System) -> str:
    values = {
        "ORDER_URL": system.url("order"),
        "ACCOUNT_URL": system.url("account"),
        "FEED_URL": system.url("feed"),
        "CHANNEL_URL": system.url("channel"),
        "ORDER_DATABASE_URL": _database_url(system, "order_service"),
        "ACCOUNT_DATABASE_URL": _database_url(system, "account_service"),
        "LOG_DATABASE_URL": _database_url(system, "message_log"),
        "TRANSPORT": system.transport,
        "KAFKA_BOOTSTRAP_SERVERS": system.kafka_servers,
        "SANDBOX_KEY_ID": SANDBOX_KEY_ID,
        "SANDBOX_SECRET": system.layout.secret(SANDBOX_SECRET),
        "SANDBOX_MERCHANT_ID": SANDBOX_MERCHANT_ID,
    }
    lines = [f"{name}={shlex.quote(value)}" for name, value in values.items()]
    return "\n".join(lines) + "\n"


def _database_url(system: System, database: str) -> str:
    return system.database_url(database, password=system.layout.secret(f"{database}-database-password"))
