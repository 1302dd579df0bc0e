"""Everything that the order service compares: its own rows from one snapshot, then the channel's word."""

from flextx.inbox.reconcile import compare_skipped_records
from flextx.outbox.reconcile import compare_skipped_messages
from flextx.reconciliation import Findings, one_snapshot
from flextx.saga.reconcile import compare_overdue_runs, compare_skipped_steps
from order_service.gifts.reconcile import compare_gifts
from order_service.recharge.reconcile import compare_orders
from order_service.recharge.reconcile_channel import compare_with_channel
from order_service.refunds.reconcile import compare_refunds

_COMPARISONS = (
    *(compare_orders, compare_refunds, compare_gifts),
    *(compare_skipped_steps, compare_skipped_records, compare_skipped_messages, compare_overdue_runs),
)


def reconcile() -> Findings:
    """Reads only."""
    findings = Findings()
    with one_snapshot():
        for compare in _COMPARISONS:
            compare(findings)
    compare_with_channel(findings)
    return findings
