"""The one-shot service `keys`: every secret of the system, made once, and for each role a folder with its own.

A folder is a volume that only one role's containers mount, so what a role may read is decided there, not by file modes:
PostgreSQL runs under another user than the services. What is there already is kept.
"""

import shutil
from pathlib import Path

from stack.environments import DATABASES
from stack.keys import JWKS, POSTGRES_PASSWORD, SANDBOX_SECRET, make_keys

SECRETS = Path("/secrets")
LOG_PASSWORD = "message_log-database-password"
SHARES = {
    "order": (
        "order-service-django-key",
        "order_service-database-password",
        *(LOG_PASSWORD, SANDBOX_SECRET, JWKS),
    ),
    "account": ("account-service-django-key", "account_service-database-password", LOG_PASSWORD, JWKS),
    "channel": ("sandbox-channel-django-key", SANDBOX_SECRET),
    "postgres": (POSTGRES_PASSWORD, *(f"{database}-database-password" for database in DATABASES)),
}


def main() -> None:
    make_keys(SECRETS / "all")
    for role, names in SHARES.items():
        for name in names:
            share(name, SECRETS / role)


def share(name: str, folder: Path) -> None:
    """Complete or absent, also when this is killed: copied beside, then renamed."""
    unfinished = folder / f".{name}"
    shutil.copyfile(SECRETS / "all" / name, unfinished)
    unfinished.chmod(0o444)
    unfinished.replace(folder / name)


if __name__ == "__main__":
    main()
