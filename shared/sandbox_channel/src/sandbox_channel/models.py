"""What the payment company remembers. Times are null until the thing they name has happened."""

from django.db import models
from django.db.models import Q


class Prepay(models.Model):
    """An order that the merchant announced: what it costs, and whom to tell when it is paid."""

    order_no = models.CharField(max_length=64, unique=True)
    prepay_id = models.CharField(max_length=64, unique=True)
    merchant_id = models.CharField(max_length=64)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    notify_url = models.CharField(max_length=1000)
    pay_url = models.CharField(max_length=1000)
    expires_at = models.DateTimeField()
    created_at = models.DateTimeField()
    paid_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)
    unknown_answers_left = models.IntegerField(default=0)

    class Meta:
        constraints = (
            # The race of payer and merchant is settled here: whoever comes second cannot be stored.
            models.CheckConstraint(
                name="prepay_paid_xor_closed", condition=Q(paid_at__isnull=True) | Q(closed_at__isnull=True)
            ),
            models.CheckConstraint(name="prepay_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="prepay_unknown_answers_not_negative", condition=Q(unknown_answers_left__gte=0)
            ),
        )


class ClosedUnseen(models.Model):
    """An order that was closed before it was ever announced: a prepay that was still on its way comes too late."""

    order_no = models.CharField(max_length=64, unique=True)
    closed_at = models.DateTimeField()


class Trade(models.Model):
    """One payment. An order has none, one, or (when told to misbehave) several."""

    prepay = models.ForeignKey(Prepay, on_delete=models.PROTECT, related_name="trades")
    trade_no = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()  # another than the order's only when told to misbehave
    paid_at = models.DateTimeField()
    # How its refunds are to misbehave, as the payer asked.
    refund_unknown_answers_left = models.IntegerField(default=0)
    refund_fails = models.BooleanField(default=False)
    refund_delay_seconds = models.FloatField(default=0)

    class Meta:
        constraints = (
            models.CheckConstraint(name="trade_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="trade_refund_unknown_answers_not_negative", condition=Q(refund_unknown_answers_left__gte=0)
            ),
        )


class Callback(models.Model):
    """One notification, sent again and again until it is acknowledged or a day has passed."""

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="callbacks")
    notify_id = models.CharField(max_length=64)  # not unique: a duplicate may repeat it
    wrong_signature = models.BooleanField(default=False)
    next_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    last_error = models.CharField(max_length=500, default="")
    acknowledged_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        indexes = (models.Index(name="callback_due", fields=["next_at"], condition=Q(next_at__isnull=False)),)
        constraints = (
            # Nothing is stuck silently: a callback is due, acknowledged or given up, and only one of these.
            models.CheckConstraint(
                name="callback_due_or_ended",
                condition=Q(next_at__isnull=False, acknowledged_at__isnull=True, given_up_at__isnull=True)
                | Q(next_at__isnull=True, acknowledged_at__isnull=False, given_up_at__isnull=True)
                | Q(next_at__isnull=True, acknowledged_at__isnull=True, given_up_at__isnull=False),
            ),
        )


class Refund(models.Model):
    """Money that goes back to the payer: accepted first, carried out a moment later."""

    class State(models.TextChoices):
        PROCESSING = "PROCESSING"
        SUCCESS = "SUCCESS"
        FAILED = "FAILED"  # no money moved; the same number stays FAILED

    trade = models.ForeignKey(Trade, on_delete=models.PROTECT, related_name="refunds")
    refund_no = models.CharField(max_length=64, unique=True)
    amount_minor = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROCESSING)
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()  # carried out then, not before
    settled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(name="refund_amount_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="refund_state_known", condition=Q(state__in=["PROCESSING", "SUCCESS", "FAILED"])
            ),
        )
