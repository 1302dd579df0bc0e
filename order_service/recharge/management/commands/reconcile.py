"""`manage reconcile`: see order_service.recharge.reconcile."""

from flextx.reconciliation import ReconcileCommand
from order_service.recharge.reconcile import reconcile


class Command(ReconcileCommand):
    reconcile = staticmethod(reconcile)
