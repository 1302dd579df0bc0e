from django.apps import AppConfig


class OutboxConfig(AppConfig):
    name = "flextx.outbox"
    label = "flextx_outbox"
