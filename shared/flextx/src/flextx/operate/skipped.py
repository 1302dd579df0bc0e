"""The class of differences for messages that a person skipped."""

from flextx.reconciliation import declare

SKIPPED_MESSAGE = declare(
    "skipped_message",
    meaning="A message was skipped by hand, and nobody said that what it should have done is made good",
    what_to_do="Make it good, then POST /api/v1/parked/{id}/resolve at this service with how",
)
