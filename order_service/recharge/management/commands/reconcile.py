"""`manage reconcile`: see order_service.reconcile."""

from flextx.operate.reconcile_command import ReconcileCommand
from order_service.reconcile import reconcile


class Command(ReconcileCommand):
    reconcile = staticmethod(reconcile)
