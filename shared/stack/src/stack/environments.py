"""What each process is told, by its environment alone. Secrets are named by file."""

import os

from stack.keys import JWKS, SANDBOX_SECRET
from stack.layout import HOST, System
from stack.tokens import ISSUER

MODULES = {"order": "order_service", "account": "account_service", "channel": "sandbox_channel"}
DATABASES = ("order_service", "account_service", "message_log")
SANDBOX_MERCHANT_ID = "live-coins"
SANDBOX_KEY_ID = "sandbox-1"
# Whatever else the caller's shell exports (DJANGO_SETTINGS_MODULE, PGHOST, ...) is not passed on.
INHERITED = (
    *("PATH", "HOME", "USER", "LANG", "LC_ALL", "LC_CTYPE", "TMPDIR"),
    *(
        "LOG_FORMAT",
        "LOG_LEVEL",
        "TOPIC_PREFIX",
        "KAFKA_OPTIONS_FILE",
        "ORDER_LIFETIME_SECONDS",
        "OPEN_ORDERS_MAX",
        "OUTBOX_BACKLOG_MAX",
        "SETTLE_ASK_AFTER_SECONDS",
        "SETTLE_CLOSE_SECONDS_MAX",
        "REANNOUNCE_SECONDS",
        "FEED_STREAMS_MAX",
        "CALLBACK_STAIRCASE",
        "LOG_RETENTION_SECONDS",
        "OUTBOX_RETENTION_SECONDS",
        "INBOX_RETENTION_SECONDS",
    ),
)
INHERITED_PREFIX = "FLEXTX_"  # crash points are armed from outside


def inherited_environment() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if name in INHERITED or name.startswith(INHERITED_PREFIX)}


def common_environment(system: System, name: str) -> dict[str, str]:
    """STACK_SYSTEM is how a system's processes are found again; RUN_DIR alone may be in anyone's shell."""
    return {"RUN_DIR": system.run_dir, "PROCESS_NAME": name, "STACK_SYSTEM": system.run_dir}


def environment(system: System, service: str, name: str) -> dict[str, str]:
    secrets = system.layout.secrets
    specific = {"order": _order, "account": _account, "channel": _channel}[service]
    return {
        **common_environment(system, name),
        "PYTHONUNBUFFERED": "1",
        "DJANGO_SECRET_KEY_FILE": str(secrets / f"{MODULES[service].replace('_', '-')}-django-key"),
        "ALLOWED_HOSTS": f"{HOST},localhost",
        **specific(system),
    }


def _order(system: System) -> dict[str, str]:
    urls = {
        "SANDBOX_URL": system.url("channel"),
        "PUBLIC_URL": system.url("order"),
        "FEED_PUBLIC_URL": system.url("feed"),
    }
    return _service(system, "order_service") | _sandbox(system) | urls


def _account(system: System) -> dict[str, str]:
    return _service(system, "account_service")


def _channel(system: System) -> dict[str, str]:
    return _sandbox(system) | {"CHANNEL_DATABASE_FILE": f"{system.run_dir}/channel.sqlite3"}


def _service(system: System, database: str) -> dict[str, str]:
    secrets = system.layout.secrets
    return {
        "DATABASE_URL": system.database_url(database),
        "DATABASE_PASSWORD_FILE": str(secrets / f"{database}-database-password"),
        "TRANSPORT": system.transport,
        # Both logs are named, whichever is in use: a change of TRANSPORT asks the old one whether it was read.
        "KAFKA_BOOTSTRAP_SERVERS": system.kafka_servers,
        "LOG_DATABASE_URL": system.database_url("message_log"),
        "LOG_DATABASE_PASSWORD_FILE": str(secrets / "message_log-database-password"),
        "AUTH_JWKS_FILE": str(secrets / JWKS),
        "AUTH_ISSUER": ISSUER,
    }


def _sandbox(system: System) -> dict[str, str]:
    return {
        "SANDBOX_MERCHANT_ID": SANDBOX_MERCHANT_ID,
        "SANDBOX_KEY_ID": SANDBOX_KEY_ID,
        "SANDBOX_SECRET_FILE": str(system.layout.secrets / SANDBOX_SECRET),
    }
