"""Attempts to give a trade's money back to the payer."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now

from order_service.recharge.models import Order, Payment


class Refund(models.Model):
    """One attempt, carried out by the run of this id. A payment has at most one that is under way or succeeded.

    `whole_order`: it is the order that is refunded; without it only a surplus trade of that order goes back.
    `reason`: the code of why it was refused. `who` asked for it, and `why`.
    """

    class Status(models.TextChoices):
        REFUNDING = "refunding"
        REFUNDED = "refunded"
        REFUSED = "refused"

    run_id = models.UUIDField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="refunds")
    payment = models.ForeignKey(Payment, on_delete=models.PROTECT, related_name="refunds")
    # The payment again, until the attempt is refused: a plain UNIQUE then allows one.
    open_payment = models.OneToOneField(Payment, on_delete=models.PROTECT, null=True, related_name="open_refund")
    whole_order = models.BooleanField()
    status = models.CharField(max_length=10, choices=Status, default=Status.REFUNDING)
    reason = models.CharField(max_length=100, default="")
    who = models.CharField(max_length=120)
    why = models.CharField(max_length=500)
    created_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(status__in=["refunding", "refunded"], open_payment__isnull=False, open_payment=F("payment"))
                | Q(status="refused", open_payment__isnull=True),
                name="refund_open_until_refused",
            ),
            models.CheckConstraint(
                condition=Q(status="refunding", ended_at__isnull=True)
                | Q(status__in=["refunded", "refused"], ended_at__isnull=False),
                name="refund_ended_has_time",
            ),
        ]
        indexes = [models.Index(fields=["status", "created_at"], name="refund_by_status")]
