"""Who steered what by hand: the audit of every operator's action."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class OperatorAction(models.Model):
    """One action on one thing, with its state before and after. Some wait for a second person first.

    `open_key` is set while an action waits for its confirmation: at most one for each thing and action.
    """

    class State(models.TextChoices):
        AWAITING = "awaiting_confirmation"
        DONE = "done"
        VOID = "void"  # what it was about moved on before anybody confirmed it

    id = models.BigAutoField(primary_key=True)
    subject = models.CharField(max_length=120)
    action = models.CharField(max_length=20)
    who = models.CharField(max_length=100)
    confirmed_by = models.CharField(max_length=100, default="")
    why = models.CharField(max_length=500)
    state = models.CharField(max_length=25, choices=State)
    open_key = models.CharField(max_length=150, unique=True, null=True)
    before = models.JSONField()
    after = models.JSONField(null=True)
    asked_at = models.DateTimeField(db_default=Now())
    done_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(confirmed_by=F("who")), name="confirmed_by_somebody_else"),
            models.CheckConstraint(
                condition=Q(state="awaiting_confirmation", open_key__isnull=False)
                | Q(state__in=["done", "void"], open_key__isnull=True),
                name="open_only_while_awaiting",
            ),
        ]
        indexes = [models.Index(fields=["subject", "id"], name="operator_action_subject")]
