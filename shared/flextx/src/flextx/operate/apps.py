from django.apps import AppConfig


class OperateConfig(AppConfig):
    name = "flextx.operate"
    label = "flextx_operate"
