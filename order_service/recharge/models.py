"""Orders, what was paid for them, and who moved them. The constraints hold even where the code is wrong."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Product(models.Model):
    """Coins for a price."""

    product_id = models.CharField(primary_key=True, max_length=100)
    coins = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    on_sale = models.BooleanField(default=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(coins__gt=0, amount_minor__gt=0), name="product_positive"),
        ]


class OwnerHead(models.Model):
    """Gives out an owner's order numbers under its lock, so that a list's cursor never passes a slow committer."""

    owner_id = models.CharField(primary_key=True, max_length=100)
    last_owner_seq = models.BigIntegerField(default=0)


class Order(models.Model):
    """A recharge: so many coins for so much money. Its terms are copied from the product and never change."""

    class Status(models.TextChoices):
        PENDING = "pending"
        COMPLETED = "completed"
        CREDITED = "credited"
        CLOSED = "closed"
        REFUND_DUE = "refund_due"
        REFUNDING = "refunding"
        REFUNDED = "refunded"

    id = models.BigAutoField(primary_key=True)
    order_no = models.CharField(max_length=40, unique=True)
    owner_id = models.CharField(max_length=100)
    owner_seq = models.BigIntegerField()
    product_id = models.CharField(max_length=100)
    coins = models.BigIntegerField()
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    channel = models.CharField(max_length=20)
    status = models.CharField(max_length=12, choices=Status, default=Status.PENDING)
    event_sequence = models.BigIntegerField(default=0)

    idempotency_key = models.CharField(max_length=200)
    request_fingerprint = models.CharField(max_length=64)
    payment_url = models.CharField(max_length=2000, null=True)

    created_at = models.DateTimeField(db_default=Now())
    expires_at = models.DateTimeField()
    completed_at = models.DateTimeField(null=True)
    credited_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    # While it is pending or completed it always has a time at which the settler looks at it again.
    settle_due_at = models.DateTimeField(db_default=Now())
    asked_times = models.IntegerField(db_default=0)
    close_asked_times = models.IntegerField(db_default=0)
    announced_times = models.IntegerField(db_default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner_id", "idempotency_key"], name="order_once_per_key"),
            models.UniqueConstraint(fields=["owner_id", "owner_seq"], name="order_owner_seq"),
            models.CheckConstraint(condition=Q(coins__gt=0, amount_minor__gt=0), name="order_positive"),
            models.CheckConstraint(
                condition=Q(status__in=["pending", "closed", "refund_due", "refunding", "refunded"])
                | Q(status__in=["completed", "credited"], completed_at__isnull=False),
                name="order_completed_has_time",
            ),
            models.CheckConstraint(
                condition=~Q(status="credited") | Q(credited_at__isnull=False), name="order_credited_has_time"
            ),
            models.CheckConstraint(condition=Q(expires_at__gt=F("created_at")), name="order_expires_later"),
        ]
        indexes = [
            models.Index(fields=["status", "completed_at"], name="order_by_status"),
            models.Index(
                fields=["status", "settle_due_at"],
                condition=Q(status__in=["pending", "completed"]),
                name="order_settle_due",
            ),
        ]

    def next_event_sequence(self) -> int:
        """The number of this order's next event; the caller holds the order's lock."""
        self.event_sequence += 1
        self.save(update_fields=["event_sequence"])
        return self.event_sequence


class Payment(models.Model):
    """Money the channel says it took. One a trade; at most one is accepted for an order, any other goes back."""

    class State(models.TextChoices):
        ACCEPTED = "accepted"
        TO_REFUND = "to_refund"
        REFUNDING = "refunding"
        REFUNDED = "refunded"

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=20)
    trade_no = models.CharField(max_length=100)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="payments")
    # Set for the accepted payment only: a plain UNIQUE then allows one an order.
    accepted_for = models.OneToOneField(Order, on_delete=models.PROTECT, null=True, related_name="accepted_payment")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    state = models.CharField(max_length=10, choices=State)
    notify_id = models.CharField(max_length=100)
    paid_at = models.DateTimeField()
    received_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "trade_no"], name="payment_once_per_trade"),
            models.CheckConstraint(condition=Q(amount_minor__gt=0), name="payment_positive"),
            models.CheckConstraint(
                # A comparison with NULL refuses nothing: that it is set has to be said.
                condition=Q(state="accepted", accepted_for__isnull=False, accepted_for=F("order"))
                | Q(state="to_refund", accepted_for__isnull=True)
                | (
                    Q(state__in=["refunding", "refunded"]) & (Q(accepted_for__isnull=True) | Q(accepted_for=F("order")))
                ),
                name="payment_accepted_for_its_order",
            ),
        ]


class OrderMove(models.Model):
    """The audit trail: who moved an order from where to where, when and why."""

    id = models.BigAutoField(primary_key=True)
    order = models.ForeignKey(Order, on_delete=models.PROTECT, related_name="moves")
    from_status = models.CharField(max_length=12)
    to_status = models.CharField(max_length=12)
    who = models.CharField(max_length=120)  # a role before the longest name
    why = models.CharField(max_length=500)
    at = models.DateTimeField(db_default=Now())


class CreditNotice(models.Model):
    """What `CoinsCredited` told about the account service's part of the journey, and where it arrived here."""

    order = models.OneToOneField(Order, on_delete=models.PROTECT, primary_key=True, related_name="credit_notice")
    event_id = models.UUIDField()
    announced_at = models.DateTimeField()
    consumer = models.CharField(max_length=100)
    topic = models.CharField(max_length=200)
    partition = models.IntegerField()
    offset = models.BigIntegerField()
    received_at = models.DateTimeField()
    account_side = models.JSONField()


class Incident(models.Model):
    """What the channel genuinely said and was refused: for a person to look at. A repeat is counted, not listed again.

    It is open until an operator resolves it.
    """

    id = models.BigAutoField(primary_key=True)
    channel = models.CharField(max_length=20)
    trade_no = models.CharField(max_length=100)
    reason = models.CharField(max_length=50)
    order_no = models.CharField(max_length=100)
    reported = models.JSONField()
    times_seen = models.IntegerField(default=1)
    first_seen_at = models.DateTimeField(db_default=Now())
    last_seen_at = models.DateTimeField(db_default=Now())
    resolved_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "trade_no", "reason"], name="incident_once_per_reason"),
        ]
        indexes = [
            models.Index(fields=["order_no"], name="incident_by_order"),
            models.Index(fields=["id"], condition=Q(resolved_at__isnull=True), name="incident_open"),
        ]
