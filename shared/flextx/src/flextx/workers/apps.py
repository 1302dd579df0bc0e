from django.apps import AppConfig


class WorkersConfig(AppConfig):
    name = "flextx.workers"
    label = "flextx_workers"
