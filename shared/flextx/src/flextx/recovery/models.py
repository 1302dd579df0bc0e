"""Work for later, stored in the transaction that makes it necessary, so that it cannot be lost."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Job(models.Model):
    """One piece of work. `tries` are counted when it is taken up, so that a job that kills its worker is parked too.

    `once_key`: at most one job with it, ever. `epoch`: whose turn it is; an earlier worker cannot finish it.
    """

    class State(models.TextChoices):
        WAITING = "waiting"
        PARKED = "parked"
        DONE = "done"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(max_length=100)
    payload = models.JSONField()
    once_key = models.CharField(max_length=200, unique=True, null=True)
    policy = models.JSONField()
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    tries = models.IntegerField(default=0)
    epoch = models.BigIntegerField(default=0)
    due_at = models.DateTimeField(null=True)
    last_error = models.TextField(default="")
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=["waiting", "parked", "done", "skipped"]), name="job_state"),
            models.CheckConstraint(
                condition=~Q(state="waiting") | Q(due_at__isnull=False), name="job_waits_for_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state="waiting"), name="job_due"),
            models.Index(fields=["due_at"], condition=Q(state="parked"), name="job_parked"),
        ]
