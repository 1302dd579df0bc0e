"""Gifts, and who moved them. Amounts are fixed when a gift is sent: what follows cannot fail on a changed price."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now

FINAL = ("refused", "undone")


class GiftProduct(models.Model):
    """What can be given: an effect for a price in whole coins."""

    gift_product_id = models.CharField(primary_key=True, max_length=100)
    coins = models.BigIntegerField()
    on_sale = models.BooleanField(default=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(coins__gt=0), name="gift_product_positive")]


class Gift(models.Model):
    """`coins` leave the sender, `litchi` is what the host gets for them. `run_id`: the run that sends it,
    `undo_run_id`: the one that takes it back."""

    class Status(models.TextChoices):
        SENDING = "sending"
        SENT = "sent"
        REFUSED = "refused"  # nothing was taken
        UNDONE = "undone"  # taken and given back
        UNDOING = "undoing"

    gift_id = models.CharField(primary_key=True, max_length=40)
    sender_id = models.CharField(max_length=100)
    room_id = models.CharField(max_length=100)
    host_id = models.CharField(max_length=100)
    gift_product_id = models.CharField(max_length=100)
    count = models.IntegerField()
    coins = models.BigIntegerField()
    litchi = models.BigIntegerField()
    comment = models.CharField(max_length=200)
    status = models.CharField(max_length=10, choices=Status, default=Status.SENDING)
    reason = models.CharField(max_length=100, default="")
    run_id = models.UUIDField(null=True, unique=True)
    undo_run_id = models.UUIDField(null=True, unique=True)

    idempotency_key = models.CharField(max_length=200)
    request_fingerprint = models.CharField(max_length=64)
    created_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sender_id", "idempotency_key"], name="gift_once_per_key"),
            models.CheckConstraint(condition=Q(count__gt=0, coins__gt=0, litchi__gt=0), name="gift_positive"),
            models.CheckConstraint(
                condition=Q(status="sending", sent_at__isnull=True)
                | Q(status__in=["sent", "undoing"], sent_at__isnull=False)
                | Q(status__in=["refused", "undone"], ended_at__isnull=False),
                name="gift_status_has_its_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="undoing") | Q(undo_run_id__isnull=False), name="gift_undone_by_a_run"
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="gift_by_status")]


class GiftMove(models.Model):
    """The audit trail: who moved a gift from where to where, when and why."""

    id = models.BigAutoField(primary_key=True)
    gift = models.ForeignKey(Gift, on_delete=models.PROTECT, related_name="moves")
    from_status = models.CharField(max_length=10)
    to_status = models.CharField(max_length=10)
    who = models.CharField(max_length=120)  # a role before the longest name
    why = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())
