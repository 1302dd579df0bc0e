"""What was read, how far, and what could not be handled."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class InboxPosition(models.Model):
    """How far one consumer is in one partition. Locked first and advanced in the transaction of the effects.

    So a zombie cannot apply what its successor took over, and a restored database asks for what it lost.
    """

    pk = models.CompositePrimaryKey("consumer", "topic", "partition")
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    log_id = models.CharField(max_length=100)
    next_offset = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())


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

    `due_at` is when its first record is tried again; null: it waits for a person.
    """

    pk = models.CompositePrimaryKey("consumer", "key")
    consumer = models.CharField(max_length=100)
    key = models.CharField(max_length=200)
    due_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["consumer", "due_at"], name="inbox_diverted_due")]


class DivertedRecord(models.Model):
    """A record that failed, or that follows one of its key that did; kept whole, in the order of the log."""

    class State(models.TextChoices):
        WAITING = "waiting"  # tried again at its key's due time
        PARKED = "parked"  # waits for a person
        HANDLED = "handled"

    id = models.BigAutoField(primary_key=True)
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    key = models.CharField(max_length=200)
    headers = models.JSONField()
    body = models.BinaryField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.IntegerField(default=0)
    reason = models.CharField(max_length=100, default="")
    last_error = models.TextField(default="")
    diverted_at = models.DateTimeField(db_default=Now())
    handled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["consumer", "topic", "partition", "offset"], name="inbox_diverted_once"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "parked", "handled"]), name="inbox_diverted_state"
            ),
        ]
        indexes = [
            models.Index(fields=["consumer", "key", "id"], condition=~Q(state="handled"), name="inbox_diverted_open")
        ]
