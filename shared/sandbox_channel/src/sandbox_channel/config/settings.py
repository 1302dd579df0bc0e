"""Every setting, read from the environment once. A missing or wrong one stops the process and says which."""

import os
from pathlib import Path

from django.core.exceptions import ImproperlyConfigured

from sandbox_channel.conf import ChannelSettings
from sandbox_channel.staircase import DEFAULT, Staircase


def required(name: str) -> str:
    value = os.environ.get(name, "").strip()
    if not value:
        raise ImproperlyConfigured(f"The environment variable {name} is missing or empty.")
    return value


def secret_from_file(name: str) -> str:
    path = Path(required(name))
    try:
        secret = path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise ImproperlyConfigured(f"{name} names {path}, which cannot be read: {error}") from error
    if not secret:
        raise ImproperlyConfigured(f"{name} names {path}, which is empty.")
    return secret


def staircase(name: str) -> Staircase:
    text = os.environ.get(name) or DEFAULT
    try:
        return Staircase.parse(text)
    except ValueError as error:
        message = f"{name}={text!r} is no list of seconds such as {DEFAULT}: {error}"
        raise ImproperlyConfigured(message) from error


def public_url(name: str) -> str:
    text = os.environ.get(name, "").strip().rstrip("/")
    if text and not text.startswith(("http://", "https://")):
        raise ImproperlyConfigured(f"{name}={text!r} is no address such as https://pay.example.com.")
    return text


SECRET_KEY = secret_from_file("DJANGO_SECRET_KEY_FILE")
ALLOWED_HOSTS = [host.strip() for host in required("ALLOWED_HOSTS").split(",")]
BIND = os.environ.get("BIND", "")  # only the web process has one; config/gunicorn.py insists on it

SANDBOX_CHANNEL = ChannelSettings(
    merchant_id=required("SANDBOX_MERCHANT_ID"),
    key_id=required("SANDBOX_KEY_ID"),
    secret=secret_from_file("SANDBOX_SECRET_FILE"),
    staircase=staircase("CALLBACK_STAIRCASE"),
    public_url=public_url("CHANNEL_PUBLIC_URL"),
)

DATABASES = {
    "default": {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": required("CHANNEL_DATABASE_FILE"),
        "CONN_MAX_AGE": None,  # a file, not a server: nothing on the other side can go away
        "OPTIONS": {
            # The write lock is taken at BEGIN. With the default (at the first write) two payers who both
            # read first would fail with "database is locked" at once, busy timeout or not.
            "transaction_mode": "IMMEDIATE",
            "timeout": 10,
            # NORMAL in WAL mode loses nothing when a process is killed, only when the machine loses power.
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL;",
        },
    }
}

DEBUG = False
INSTALLED_APPS = ["sandbox_channel"]
# No sessions, no cookies and so no CSRF check: a forged form could use nobody's rights. The service is
# known by its signature; the payer is whoever presses the button, because this is a stand-in.
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "sandbox_channel.middleware.RefusalsAsJson",
]
ROOT_URLCONF = "sandbox_channel.config.urls"
WSGI_APPLICATION = "sandbox_channel.config.wsgi.application"
TEMPLATES = [{"BACKEND": "django.template.backends.django.DjangoTemplates", "APP_DIRS": True}]
APPEND_SLASH = False
DATA_UPLOAD_MAX_MEMORY_SIZE = 64 * 1024

LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
USE_I18N = False

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "WARNING"},
    "loggers": {
        "sandbox_channel": {"level": "INFO"},
        # Refused requests are this app's daily bread, in its answers and not in its log.
        "django.request": {"level": "ERROR"},
    },
}
