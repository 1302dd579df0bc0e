from django.apps import AppConfig


class SagaConfig(AppConfig):
    name = "flextx.saga"
    label = "flextx_saga"

    def ready(self) -> None:
        from flextx.operate.kinds import register_kind
        from flextx.saga.parked import ParkedRuns

        register_kind(ParkedRuns())
