"""`manage reconcile`: see account_service.ledger.reconcile."""

from account_service.ledger.reconcile import reconcile
from flextx.operate.reconcile_command import ReconcileCommand


class Command(ReconcileCommand):
    reconcile = staticmethod(reconcile)
