from django.apps import AppConfig, apps
from django.utils.module_loading import autodiscover_modules


class InboxConfig(AppConfig):
    name = "flextx.inbox"
    label = "flextx_inbox"

    def ready(self) -> None:
        if apps.is_installed("flextx.operate"):
            from flextx.inbox.parked import ParkedRecords
            from flextx.operate.kinds import register_kind

            register_kind(ParkedRecords())
        autodiscover_modules("handlers")  # so that every @handles is known
