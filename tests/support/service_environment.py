"""What a service's settings file reads, made for a suite that runs inside the service's own Django."""

import os
from pathlib import Path
from urllib.parse import unquote, urlsplit

from stack.environments import SANDBOX_KEY_ID, SANDBOX_MERCHANT_ID
from stack.keys import JWKS, SANDBOX_SECRET, make_keys

CLOSED_PORT_URL = "http://127.0.0.1:1"


def service_environment(service: str, folder: Path) -> dict[str, str]:
    """`service`: order_service or account_service. Keys and passwords are files in `folder`, as in a real system."""
    make_keys(folder)
    url, password_file = _without_password(os.environ["TEST_DATABASE_URL"], folder / "database-password")
    log_url, log_password_file = _without_password(os.environ["TEST_LOG_DATABASE_URL"], folder / "log-password")
    return {
        "DJANGO_SETTINGS_MODULE": f"{service}.config.settings",
        "DJANGO_SECRET_KEY_FILE": str(folder / f"{service.replace('_', '-')}-django-key"),
        "ALLOWED_HOSTS": "testserver,127.0.0.1,localhost",
        "DATABASE_URL": f"{url}/{service}_suite",
        "DATABASE_PASSWORD_FILE": password_file,
        "TRANSPORT": "embedded",  # whatever the run is about: no record leaves these suites
        "LOG_DATABASE_URL": f"{log_url}/postgres",
        "LOG_DATABASE_PASSWORD_FILE": log_password_file,
        "AUTH_JWKS_FILE": str(folder / JWKS),
        "SANDBOX_URL": CLOSED_PORT_URL,
        "SANDBOX_MERCHANT_ID": SANDBOX_MERCHANT_ID,
        "SANDBOX_KEY_ID": SANDBOX_KEY_ID,
        "SANDBOX_SECRET_FILE": str(folder / SANDBOX_SECRET),
        "PUBLIC_URL": CLOSED_PORT_URL,
        "FEED_PUBLIC_URL": CLOSED_PORT_URL,
        "RUN_DIR": str(folder),
        "LOG_LEVEL": "ERROR",
    }


def _without_password(url: str, file: Path) -> tuple[str, str]:
    """(the server's address, the file its password went to)"""
    parts = urlsplit(url)
    file.write_text(unquote(parts.password or ""))
    return f"postgresql://{parts.username}@{parts.hostname}:{parts.port}", str(file)
