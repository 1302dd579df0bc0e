from django.apps import AppConfig


class IdempotencyConfig(AppConfig):
    name = "flextx.idempotency"
    label = "flextx_idempotency"
