from django.apps import AppConfig
from django.utils.module_loading import autodiscover_modules


class MetricsConfig(AppConfig):
    name = "flextx.metrics"
    label = "flextx_metrics"

    def ready(self) -> None:
        autodiscover_modules("metrics")  # each installed app's figures register themselves
