"""What must not be overlooked: records that a person skipped, until it is said how they were made good."""

from flextx.inbox.models import DivertedRecord
from flextx.operate.skipped import SKIPPED_MESSAGE
from flextx.reconciliation import Findings

LISTED_MAX = 1_000


def compare_skipped_records(findings: Findings) -> None:
    """Adds each skipped record that nobody has resolved: what it should have done is missing."""
    skipped = DivertedRecord.objects.filter(state=DivertedRecord.State.SKIPPED, resolved_at=None).order_by("id")
    for row in skipped[:LISTED_MAX]:
        findings.checked += 1
        detail = f"{row.topic}/{row.partition}/{row.offset} of key {row.key} was skipped by hand: {row.reason}"
        findings.differs(SKIPPED_MESSAGE, f"inbox-{row.pk}", detail)
