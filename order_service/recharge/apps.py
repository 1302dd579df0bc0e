from importlib import import_module

from django.apps import AppConfig


class RechargeConfig(AppConfig):
    name = "order_service.recharge"
    label = "recharge"

    def ready(self) -> None:
        from flextx.outbox.prune import keeps
        from order_service.recharge.selectors import waiting_for_coins

        keeps("order_service.recharge", waiting_for_coins)
        import_module("order_service.recharge.settling")  # so that its crash points are known in every process
