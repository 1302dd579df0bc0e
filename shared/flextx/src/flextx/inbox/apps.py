from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class InboxConfig(AppConfig):
    name = "flextx.inbox"
    label = "flextx_inbox"

    def ready(self) -> None:
        autodiscover_modules("handlers")  # so that every @handles is known
