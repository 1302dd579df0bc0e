"""What a service did for runs that others keep: one row a side of a step, so that one run's id shows both services."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class ParticipantRun(models.Model):
    """A run that asked something of this service. Locked first by whatever is done for it; numbers its replies."""

    run_id = models.UUIDField(primary_key=True)
    initiator = models.CharField(max_length=100)
    last_reply_sequence = models.BigIntegerField(default=0)
    first_asked_at = models.DateTimeField(db_default=Now())


class Barrier(models.Model):
    """One side of one step, decided once. `outcome` as in flextx.saga.messages.Settled.

    An undo that finds nothing writes the do's row too, as `empty`: that do can never happen any more.
    """

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(ParticipantRun, on_delete=models.PROTECT, related_name="barriers")
    step = models.CharField(max_length=100)
    side = models.CharField(max_length=4)
    command_id = models.UUIDField(null=True)
    outcome = models.CharField(max_length=10)
    code = models.CharField(max_length=100, default="")
    detail = models.CharField(max_length=1000, default="")
    result = models.JSONField(default=dict)
    duplicates = models.IntegerField(default=0)
    decided_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "step", "side"], name="barrier_once"),
            models.CheckConstraint(condition=Q(side__in=["do", "undo"]), name="barrier_side"),
            models.CheckConstraint(
                condition=Q(outcome__in=["applied", "refused", "empty", "rejected"]), name="barrier_outcome"
            ),
        ]
