"""A project of its own for the toolkit's stories: one shop, nothing of the services."""

import json
import os

from flextx import environment as env
from flextx.http import defaults

SECRET_KEY = "for the toolkit's tests only"
ALLOWED_HOSTS = ["testserver"]
DEBUG = False
USE_TZ = True
ROOT_URLCONF = "tests.flextx.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.database(env.text("SHOP_DATABASE_URL"), env.secret("SHOP_DATABASE_PASSWORD_FILE"))}
# The stories' processes join the database that the test run made.
DATABASES["default"]["TEST"] = {"NAME": DATABASES["default"]["NAME"]}
# As in production but sooner, so that stories about frozen processes are short.
DATABASES["default"]["OPTIONS"]["options"] = "-c idle_in_transaction_session_timeout=1000 -c lock_timeout=5000"
TOOLKIT = ["outbox", "inbox", "workers", "metrics", "participant", "saga", "recovery", "operate", "idempotency"]
INSTALLED_APPS = ["rest_framework", "flextx", *(f"flextx.{name}" for name in TOOLKIT), "tests.flextx.shop"]
MIDDLEWARE = defaults.MIDDLEWARE
REST_FRAMEWORK = defaults.REST_FRAMEWORK
TEMPLATES = defaults.TEMPLATES
STATIC_URL = defaults.STATIC_URL
CSRF_FAILURE_VIEW = defaults.CSRF_FAILURE_VIEW
DATA_UPLOAD_MAX_MEMORY_SIZE = defaults.BODY_BYTES_MAX
APPEND_SLASH = False
LOGGING = env.logging_to_stderr()
FLEXTX = {
    "SOURCE": "shop",
    "TOPICS": ("shop.things", "shop.commands", "shop.replies"),
    "TOPIC_PARTITIONS": 4,
    "LOG_DATABASE_URL": env.text("LOG_DATABASE_URL"),
    "LOG_DATABASE_PASSWORD": env.secret("SHOP_DATABASE_PASSWORD_FILE"),
    "DELIVERY_TIMEOUT_SECONDS": 0.8,
    "RELAY_LEASE_SECONDS": 1.5,
    "CONSUMER_LEASE_SECONDS": 1.5,
    "RETRY_FIRST_SECONDS": 0.1,
    "RETRY_SECONDS_MAX": 0.3,
    "OUTAGE_BACKOFF_SECONDS_MAX": 0.3,
    "IDLE_POLL_SECONDS": 0.2,
    "AUTH_AUDIENCE": "shop",
} | json.loads(os.environ.get("SHOP_FLEXTX", "{}"))
