"""Every setting of the account service, read once from the environment."""

from contracts import ALL_TOPICS
from flextx import environment as env
from flextx.http import defaults

SECRET_KEY = env.secret("DJANGO_SECRET_KEY_FILE")
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "account_service.config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {
    "default": env.database(
        env.text("DATABASE_URL"),
        env.secret("DATABASE_PASSWORD_FILE"),
        pool_size=env.number("DATABASE_POOL_SIZE", 0),
    )
}
INSTALLED_APPS = [
    "rest_framework",
    "drf_spectacular",
    "flextx",
    "flextx.outbox",
    "flextx.inbox",
    "flextx.workers",
    "flextx.metrics",
    "flextx.participant",
    "flextx.operate",
    "account_service.ledger",
]
MIDDLEWARE = defaults.MIDDLEWARE
REST_FRAMEWORK = defaults.REST_FRAMEWORK
TEMPLATES = defaults.TEMPLATES
STATIC_URL = defaults.STATIC_URL
SPECTACULAR_SETTINGS = defaults.spectacular("Account service")
CSRF_FAILURE_VIEW = defaults.CSRF_FAILURE_VIEW
DATA_UPLOAD_MAX_MEMORY_SIZE = defaults.BODY_BYTES_MAX
APPEND_SLASH = False
FLEXTX = env.flextx(source="account-service", topics=ALL_TOPICS)
LOGGING = env.logging_to_stderr()

# Behind a proxy that ends TLS and says so; plain HTTP on one machine otherwise.
BEHIND_TLS = bool(env.number("BEHIND_TLS", 0))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = defaults.HSTS_SECONDS if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
