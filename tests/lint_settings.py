"""For mypy alone, which wants one settings module: all apps at once, as no process ever runs them."""

SECRET_KEY = "for type checking only"
USE_TZ = True
ROOT_URLCONF = "order_service.config.urls"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "rest_framework",
    "drf_spectacular",
    "flextx.outbox",
    "flextx.inbox",
    "flextx.workers",
    "flextx.metrics",
    "flextx.participant",
    "flextx.saga",
    "flextx.recovery",
    "flextx.operate",
    "flextx.idempotency",
    "order_service.recharge",
    "order_service.rooms",
    "order_service.gifts",
    "order_service.refunds",
    "order_service.undo_lists",
    "account_service.ledger",
    "sandbox_channel",
    "tests.flextx.shop",
]

# The services' own settings, by type.
FLEXTX: dict[str, object] = {}
ORDER_LIFETIME_SECONDS = 0
OPEN_ORDERS_MAX = 0
SETTLE_ASK_AFTER_SECONDS = (0.0,)
SETTLE_CLOSE_SECONDS_MAX = 0
REANNOUNCE_SECONDS = 0
REFUND_APPROVAL_LIMIT_MINOR = 0
REFUND_ATTEMPTS_MAX = 0
GIFT_DEADLINE_SECONDS = 0
LITCHI_PER_100_COINS = 0
PUBLIC_URL = ""
FEED_PUBLIC_URL = ""
FEED_STREAMS_MAX = 0
FEED_SLOW_SECONDS_MAX = 0
SANDBOX_URL = ""
SANDBOX_MERCHANT_ID = ""
SANDBOX_KEY_ID = ""
SANDBOX_SECRET = ""
SANDBOX_TIMEOUT_SECONDS = 0.0
