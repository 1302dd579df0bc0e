from django.apps import AppConfig


class SandboxChannelConfig(AppConfig):
    name = "sandbox_channel"
    default_auto_field = "django.db.models.BigAutoField"
