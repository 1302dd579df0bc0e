"""What must not be overlooked: messages that a person skipped, until it is said how they were made good."""

from flextx.operate.skipped import SKIPPED_MESSAGE
from flextx.outbox.models import OutboxMessage
from flextx.reconciliation import Findings

LISTED_MAX = 1_000


def compare_skipped_messages(findings: Findings) -> None:
    """Adds each skipped message that nobody has resolved: whoever should have heard of it has not."""
    skipped = OutboxMessage.objects.filter(state=OutboxMessage.State.SKIPPED, resolved_at=None).order_by("id")
    for row in skipped[:LISTED_MAX]:
        findings.checked += 1
        detail = f"{row.event_type} {row.sequence} of key {row.key} was never sent to {row.topic}: skipped by hand"
        findings.differs(SKIPPED_MESSAGE, f"outbox-{row.pk}", detail)
