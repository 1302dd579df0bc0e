"""What is on its way, and how far: everything can be asked for by the run's id, without reading a log."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

FINAL_STATES = ("done", "undone", "refused")


class Run(models.Model):
    """One execution of a saga. It is final, or parked, or it has a time at which somebody looks at it again.

    `open_key` is the business key while the run is under way or done, and null once it ended without effect, so that a
    second attempt is possible. `step_number` and `side`: where it stands. `epoch` grows whenever the run moves or a
    worker takes it up: what an earlier one still holds is out of date. `claims`: taken up since it last moved.
    """

    class State(models.TextChoices):
        RUNNING = "running"
        WAITING = "waiting"  # for a person
        UNDOING = "undoing"
        PARKED = "parked"
        DONE = "done"
        UNDONE = "undone"
        REFUSED = "refused"  # nothing was done

    run_id = models.UUIDField(primary_key=True)
    saga = models.CharField(max_length=100)
    version = models.IntegerField()
    state = models.CharField(max_length=10, choices=State, default=State.RUNNING)
    business_key = models.CharField(max_length=200)
    open_key = models.CharField(max_length=310, unique=True, null=True)
    initiator = models.CharField(max_length=100)
    data = models.JSONField()
    traceparent = models.CharField(max_length=55)

    step_number = models.IntegerField(default=0)
    side = models.CharField(max_length=4, default="do")
    reason = models.CharField(max_length=100, default="")
    detail = models.CharField(max_length=1000, default="")
    parked_reason = models.CharField(max_length=100, default="")
    last_error = models.TextField(default="")
    command_sequence = models.BigIntegerField(default=0)
    epoch = models.BigIntegerField(default=0)
    claims = models.IntegerField(default=0)

    deadline_at = models.DateTimeField(null=True)
    next_due_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(db_default=Now())
    moved_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=["running", "waiting", "undoing", "parked", "done", "undone", "refused"]),
                name="run_state",
            ),
            models.CheckConstraint(condition=Q(side__in=["do", "undo"]), name="run_side"),
            # Nothing is stuck silently.
            models.CheckConstraint(
                condition=Q(state__in=["done", "undone", "refused"], finished_at__isnull=False)
                | (Q(state="parked") & ~Q(parked_reason=""))
                | Q(state__in=["running", "waiting", "undoing"], next_due_at__isnull=False),
                name="run_is_final_or_parked_or_due",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["undone", "refused"], open_key__isnull=True)
                | (~Q(state__in=["undone", "refused"]) & Q(open_key__isnull=False)),
                name="run_holds_its_key_while_open_or_done",
            ),
        ]
        indexes = [
            models.Index(
                fields=["next_due_at"], condition=Q(state__in=["running", "waiting", "undoing"]), name="run_due"
            ),
            models.Index(fields=["saga", "business_key"], name="run_business_key"),
            models.Index(fields=["state", "created_at"], name="run_by_state"),
        ]

    @property
    def is_final(self) -> bool:
        return self.state in FINAL_STATES


class StepSide(models.Model):
    """One side (do or undo) of one step of a run, from its first try on.

    `tries` counts tries that failed or had no answer's certainty; `asked` how often the command was sent or the call
    made. `attempted` is stored before an outside party is called.
    """

    class State(models.TextChoices):
        ATTEMPTED = "attempted"
        APPLIED = "applied"
        REFUSED = "refused"
        EMPTY = "empty"
        REJECTED = "rejected"
        SKIPPED = "skipped"

    id = models.BigAutoField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="sides")
    number = models.IntegerField()
    name = models.CharField(max_length=100)
    kind = models.CharField(max_length=15)
    side = models.CharField(max_length=4)
    state = models.CharField(max_length=10, choices=State, default=State.ATTEMPTED)
    command_id = models.UUIDField(unique=True)
    command_sequence = models.BigIntegerField(null=True)
    asked = models.IntegerField(default=0)
    tries = models.IntegerField(default=0)
    code = models.CharField(max_length=100, default="")
    detail = models.CharField(max_length=1000, default="")
    last_error = models.TextField(default="")
    result = models.JSONField(default=dict)
    by_hand = models.BooleanField(default=False)
    started_at = models.DateTimeField(db_default=Now())
    deadline_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number", "side"], name="step_side_once"),
            models.CheckConstraint(condition=Q(side__in=["do", "undo"]), name="step_side"),
            models.CheckConstraint(
                condition=Q(state__in=["attempted", "applied", "refused", "empty", "rejected", "skipped"]),
                name="step_state",
            ),
            models.CheckConstraint(
                condition=Q(state="attempted") | Q(settled_at__isnull=False), name="step_settled_has_time"
            ),
        ]


class ReplyReceived(models.Model):
    """Every reply that came, with the participant's part of the journey. `applied`: whether it moved the run.

    A reply to a side that was settled before, or that the run has turned away from, is recorded and moves nothing.
    """

    event_id = models.UUIDField(primary_key=True)
    run = models.ForeignKey(Run, on_delete=models.PROTECT, related_name="replies")
    command_id = models.UUIDField()
    step = models.CharField(max_length=100)
    side = models.CharField(max_length=4)
    outcome = models.CharField(max_length=10)
    duplicate = models.BooleanField()
    applied = models.BooleanField()
    participant = models.JSONField()
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    received_at = models.DateTimeField()
