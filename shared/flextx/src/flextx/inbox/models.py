"""What was read, how far, and what could not be handled."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class InboxPosition(models.Model):
    """How far one consumer is in one partition. Locked first and advanced in the transaction of the effects.

    So a zombie cannot apply what its successor took over, and a restored database asks for what it lost.
    `trying_by`, `trying_until`: who has a batch under way, and where it ends; written before it, taken back with its
    effects. `deaths`: how often whoever that was has gone since; `alone_until`: up to there records run one by one.
    """

    pk = models.CompositePrimaryKey("consumer", "topic", "partition")
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    log_id = models.CharField(max_length=100)
    next_offset = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())
    trying_by = models.CharField(max_length=250, db_default="")
    trying_until = models.BigIntegerField(db_default=0)
    deaths = models.IntegerField(db_default=0)
    alone_until = models.BigIntegerField(db_default=0)


class InboxMessage(models.Model):
    """One event this consumer has taken in: the same event id a second time changes nothing."""

    pk = models.CompositePrimaryKey("consumer", "event_id")
    consumer = models.CharField(max_length=100)
    event_id = models.UUIDField()
    event_type = models.CharField(max_length=100)
    event_version = models.IntegerField()
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    key = models.CharField(max_length=200)
    sequence = models.BigIntegerField()
    causation_id = models.UUIDField(null=True)
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["received_at"], name="inbox_received_at")]


class SkippedType(models.Model):
    """Events of a type that nobody here handles: counted, so that a forgotten handler is seen."""

    pk = models.CompositePrimaryKey("consumer", "event_type")
    consumer = models.CharField(max_length=100)
    event_type = models.CharField(max_length=200)
    skipped = models.BigIntegerField(default=0)
    last_at = models.DateTimeField(db_default=Now())


class DivertedKey(models.Model):
    """A key whose records go aside since one of them failed; divert, retry and release lock this row.

    `due_at` is when its first record is tried again; null: it waits for a person. `trying_by` and `deaths`: as in
    InboxPosition.
    """

    pk = models.CompositePrimaryKey("consumer", "key")
    consumer = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    due_at = models.DateTimeField(null=True)
    trying_by = models.CharField(max_length=250, db_default="")
    deaths = models.IntegerField(db_default=0)

    class Meta:
        indexes = [models.Index(fields=["consumer", "due_at"], name="inbox_diverted_due")]


class DivertedRecord(models.Model):
    """A record that failed, or that follows one of its key that did; kept whole, in the order of the log.

    `raw_key`: the key itself where it cannot be stored as text and `key` stands in for it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"  # tried again at its key's due time
        PARKED = "parked"  # waits for a person
        HANDLED = "handled"
        SKIPPED = "skipped"  # given up by a person: its key goes on without it

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    key = models.CharField(max_length=200)
    raw_key = models.BinaryField(null=True)
    headers = models.JSONField()
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.IntegerField(default=0)
    reason = models.CharField(max_length=100, default="")
    last_error = models.TextField(default="")
    diverted_at = models.DateTimeField(db_default=Now())
    parked_at = models.DateTimeField(null=True)
    handled_at = models.DateTimeField(null=True)
    resolved_at = models.DateTimeField(null=True)  # skipped, and a person said how it was made good

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "topic", "partition", "offset"], name="inbox_diverted_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "parked", "handled", "skipped"]), name="inbox_diverted_state"
            ),
        ]
        indexes = [
            models.Index(
                fields=["consumer", "key", "id"],
                condition=Q(state__in=["waiting", "parked"]),
                name="inbox_diverted_left_by_key",
            )
        ]
