from django.apps import AppConfig


class RechargeConfig(AppConfig):
    name = "order_service.recharge"
    label = "recharge"
