"""Events waiting to be sent, and who sends them."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class OutboxMessage(models.Model):
    """One event, stored in the transaction of the change it reports, until the log has it.

    `failures` counts how often the log refused it, `deaths` how often a relay died while it was under way. An outage
    counts for neither. `resent` counts how often it was asked to go out again after it was sent; until it has, where
    it stands in the log is still said.
    """

    class State(models.TextChoices):
        PENDING = "pending"
        SENT = "sent"
        PARKED = "parked"
        SKIPPED = "skipped"  # given up by a person: its key goes on without it

    id = models.BigAutoField(primary_key=True)
    event_id = models.UUIDField(unique=True)
    topic = models.CharField(max_length=200)
    key = models.CharField(max_length=200)
    sequence = models.BigIntegerField()
    bucket = models.IntegerField()
    event_type = models.CharField(max_length=100)
    event_version = models.IntegerField()
    source = models.CharField(max_length=100)
    occurred_at = models.DateTimeField(db_default=Now())
    traceparent = models.CharField(max_length=55)
    causation_id = models.UUIDField(null=True)
    body = models.BinaryField()

    state = models.CharField(max_length=10, choices=State, default=State.PENDING)
    failures = models.IntegerField(default=0)
    deaths = models.IntegerField(default=0)
    due_at = models.DateTimeField(db_default=Now())
    last_error = models.TextField(default="")
    sent_at = models.DateTimeField(null=True)
    sent_by = models.CharField(max_length=200, db_default="")
    partition = models.IntegerField(null=True)
    offset = models.BigIntegerField(null=True)
    resent = models.IntegerField(db_default=0)
    parked_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)  # skipped, and a person said how it was made good

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["topic", "key", "sequence"], name="outbox_one_sequence_per_key"),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sent", "parked", "skipped"]), name="outbox_known_state"
            ),
            models.CheckConstraint(
                condition=~Q(state="sent") | Q(sent_at__isnull=False, partition__isnull=False, offset__isnull=False),
                name="outbox_sent_says_where",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="pending"), name="outbox_pending"),
            models.Index(
                fields=["topic", "key", "sequence"],
                condition=Q(state__in=["pending", "parked"]),
                name="outbox_holding_back_by_key",
            ),
        ]


class OutboxWave(models.Model):
    """The messages one relay has under way; what is left of it after a death is counted, see COUNT_DEATHS."""

    member = models.CharField(primary_key=True, max_length=200)
    message_ids = models.JSONField()

    class Meta:
        db_table = "flextx_outbox_wave"


class OutboxLease(models.Model):
    """Which relay sends which bucket of keys; see flextx.leases."""

    pk = models.CompositePrimaryKey("scope", "resource")
    scope = models.CharField(max_length=200)
    resource = models.CharField(max_length=200)
    owner = models.CharField(max_length=200, null=True)
    epoch = models.BigIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)

    class Meta:
        db_table = "flextx_outbox_lease"


class OutboxMember(models.Model):
    """A relay seen lately, and whether it sleeps and wants to be woken."""

    pk = models.CompositePrimaryKey("scope", "member")
    scope = models.CharField(max_length=200)
    member = models.CharField(max_length=200)
    seen_until = models.DateTimeField()
    sleeping = models.BooleanField()

    class Meta:
        db_table = "flextx_outbox_member"
