from django.apps import AppConfig, apps


class OutboxConfig(AppConfig):
    name = "flextx.outbox"
    label = "flextx_outbox"

    def ready(self) -> None:
        if apps.is_installed("flextx.operate"):
            from flextx.operate.kinds import register_kind
            from flextx.outbox.parked import ParkedMessages

            register_kind(ParkedMessages())
