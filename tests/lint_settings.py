"""For mypy alone, which wants one settings module: all apps at once, as no process ever runs them."""

SECRET_KEY = "for type checking only"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}}
INSTALLED_APPS = [
    "rest_framework",
    "flextx.outbox",
    "flextx.inbox",
    "order_service.recharge",
    "account_service.ledger",
    "sandbox_channel",
]
