from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class RecoveryConfig(AppConfig):
    name = "flextx.recovery"
    label = "flextx_recovery"

    def ready(self) -> None:
        from flextx.operate.kinds import register_kind
        from flextx.recovery.parked import ParkedJobs

        register_kind(ParkedJobs())
        autodiscover_modules("jobs", "saga")  # so that every @job and every Saga is known
