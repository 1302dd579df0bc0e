from django.apps import AppConfig


class SagaConfig(AppConfig):
    name = "flextx.saga"
    label = "flextx_saga"

    def ready(self) -> None:
        from flextx.operate.kinds import register_kind
        from flextx.outbox.prune import keeps
        from flextx.saga.parked import ParkedRuns
        from flextx.saga.selectors import unfinished

        register_kind(ParkedRuns())
        keeps("flextx.saga", unfinished)
