"""Every setting of the order service, read once from the environment."""

from contracts import ALL_TOPICS
from flextx import environment as env
from flextx.http import defaults

SECRET_KEY = env.secret("DJANGO_SECRET_KEY_FILE")
ALLOWED_HOSTS = env.text("ALLOWED_HOSTS", "127.0.0.1,localhost").split(",")
DEBUG = False
USE_TZ = True
TIME_ZONE = "UTC"
ROOT_URLCONF = "order_service.config.urls"
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
    "flextx.saga",
    "flextx.recovery",
    "flextx.operate",
    "flextx.idempotency",
    "order_service.recharge",
    "order_service.rooms",
    "order_service.gifts",
    "order_service.refunds",
    "order_service.undo_lists",
]
MIDDLEWARE = defaults.MIDDLEWARE
REST_FRAMEWORK = defaults.REST_FRAMEWORK
TEMPLATES = defaults.TEMPLATES
STATIC_URL = defaults.STATIC_URL
SPECTACULAR_SETTINGS = defaults.spectacular("Order service")
CSRF_FAILURE_VIEW = defaults.CSRF_FAILURE_VIEW
DATA_UPLOAD_MAX_MEMORY_SIZE = defaults.BODY_BYTES_MAX
APPEND_SLASH = False
FLEXTX = env.flextx(source="order-service", topics=ALL_TOPICS)
LOGGING = env.logging_to_stderr()

# How long a person has to pay.
ORDER_LIFETIME_SECONDS = env.number("ORDER_LIFETIME_SECONDS", 1800)
# When the channel is asked about an order whose callback did not come, in seconds after it was placed.
SETTLE_ASK_AFTER_SECONDS = env.seconds("SETTLE_ASK_AFTER_SECONDS", "5,30,60,180,300,600,1800")
# The longest wait before the channel is asked again to close an order that has expired.
SETTLE_CLOSE_SECONDS_MAX = env.number("SETTLE_CLOSE_SECONDS_MAX", 600)
# Coins that have not arrived for so long are announced again; the waits after that grow.
REANNOUNCE_SECONDS = env.number("REANNOUNCE_SECONDS", 300)
# One owner's unpaid orders; more are refused until one is paid or closed.
OPEN_ORDERS_MAX = env.number("OPEN_ORDERS_MAX", 1000)

# A gift that could not be delivered by then is undone.
GIFT_DEADLINE_SECONDS = env.number("GIFT_DEADLINE_SECONDS", 15 * 60)
# The host's income for 100 coins, in whole LITCHI, rounded down but never to nothing.
LITCHI_PER_100_COINS = env.number("LITCHI_PER_100_COINS", 50)

# A refund of more than this (minor units) waits for an operator other than whoever asked for it.
REFUND_APPROVAL_LIMIT_MINOR = env.number("REFUND_APPROVAL_LIMIT_MINOR", 20_000)
# An owner's attempts to have one order refunded; after so many an operator has to ask.
REFUND_ATTEMPTS_MAX = env.number("REFUND_ATTEMPTS_MAX", 20)

PUBLIC_URL = env.text("PUBLIC_URL")
# Where viewers find the feed process.
FEED_PUBLIC_URL = env.text("FEED_PUBLIC_URL")
# Open streams of one feed process; more viewers are told to come again later.
FEED_STREAMS_MAX = env.number("FEED_STREAMS_MAX", 500)
# A viewer who takes nothing for longer is cut off.
FEED_SLOW_SECONDS_MAX = env.number("FEED_SLOW_SECONDS_MAX", 20)
SANDBOX_URL = env.text("SANDBOX_URL")
SANDBOX_MERCHANT_ID = env.text("SANDBOX_MERCHANT_ID")
SANDBOX_KEY_ID = env.text("SANDBOX_KEY_ID")
SANDBOX_SECRET = env.secret("SANDBOX_SECRET_FILE")
SANDBOX_TIMEOUT_SECONDS = 3.0

# Behind a proxy that ends TLS and says so; plain HTTP on one machine otherwise.
BEHIND_TLS = bool(env.number("BEHIND_TLS", 0))
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if BEHIND_TLS else None
SECURE_SSL_REDIRECT = BEHIND_TLS
SECURE_HSTS_SECONDS = defaults.HSTS_SECONDS if BEHIND_TLS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = SECURE_HSTS_PRELOAD = BEHIND_TLS
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BEHIND_TLS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
