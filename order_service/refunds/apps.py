from django.apps import AppConfig


class RefundsConfig(AppConfig):
    name = "order_service.refunds"
    label = "refunds"
