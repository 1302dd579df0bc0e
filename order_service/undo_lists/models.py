"""Finished operations that an operator has undone one by one, the last one first."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class UndoList(models.Model):
    """`finished_at`: every operation in it has ended, undone or refused."""

    list_id = models.UUIDField(primary_key=True)
    who = models.CharField(max_length=100)
    why = models.CharField(max_length=500)
    to_debt = models.BooleanField()
    idempotency_key = models.CharField(max_length=200)
    request_fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["who", "idempotency_key"], name="undo_list_once_per_key")]


class UndoItem(models.Model):
    """One operation. `position`: where it stands in the order in which the operations were done."""

    class State(models.TextChoices):
        WAITING = "waiting"
        UNDOING = "undoing"
        UNDONE = "undone"
        REFUSED = "refused"  # with a code; the operation is as it was

    id = models.BigAutoField(primary_key=True)
    undo_list = models.ForeignKey(UndoList, on_delete=models.PROTECT, related_name="items")
    position = models.IntegerField()
    kind = models.CharField(max_length=10)
    target_id = models.CharField(max_length=100)
    state = models.CharField(max_length=10, choices=State, default=State.WAITING)
    run_id = models.UUIDField(null=True)
    code = models.CharField(max_length=100, default="")
    started_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["undo_list", "position"], name="undo_item_position"),
            models.UniqueConstraint(fields=["undo_list", "kind", "target_id"], name="undo_item_once_in_a_list"),
            models.CheckConstraint(condition=Q(kind__in=["gift", "order"]), name="undo_item_kind"),
            models.CheckConstraint(
                condition=Q(state__in=["waiting", "undoing", "undone", "refused"]), name="undo_item_state"
            ),
        ]
