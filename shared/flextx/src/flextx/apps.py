from django.apps import AppConfig

from flextx.logs.config import log_what_ends_us


class FlextxConfig(AppConfig):
    name = "flextx"
    label = "flextx"

    def ready(self) -> None:
        # gunicorn runs no system checks, so wrong settings must stop the process here.
        from flextx.conf import flextx_settings

        flextx_settings()
        log_what_ends_us()
