"""A refund's row lock; taken behind the lock of its order."""

from uuid import UUID

from order_service.refunds.models import Refund


def lock_refund(run_id: UUID) -> Refund:
    """The refund that this run carries out, with its payment, which the order's lock guards."""
    return Refund.objects.select_for_update(of=("self",)).select_related("payment").get(run_id=run_id)
