"""A Django project with nothing but the outbox, in a database of its own."""

from flextx import environment as env

SECRET_KEY = "for benchmarks only"
USE_TZ = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
DATABASES = {"default": env.database(env.text("BENCH_DATABASE_URL"), env.secret("DATABASE_PASSWORD_FILE"))}
INSTALLED_APPS = ["flextx", "flextx.outbox", "flextx.workers", "flextx.metrics"]
FLEXTX = env.flextx(source="benchmark", topics=("benchmark",)) | {
    "RELAY_LEASE_SECONDS": 30,
    "DELIVERY_TIMEOUT_SECONDS": 20,
}
LOGGING = env.logging_to_stderr()
