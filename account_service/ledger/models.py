"""Accounts and transfers. The constraints make a wrong ledger hard to store; the rest is in the migrations."""

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now


class Account(models.Model):
    """One (kind, owner, asset).

    Owners' accounts keep a running balance and number their legs under their row's lock: `user` is what an owner can
    spend, `escrow` what is held, `debt` (zero or below) what the owner owes. System accounts (`issuer`, `sink`) keep
    neither and are never locked: their balance is the sum of their legs; otherwise every recharge would wait for every
    other.
    """

    class Kind(models.TextChoices):
        USER = "user"
        ESCROW = "escrow"
        DEBT = "debt"
        ISSUER = "issuer"
        SINK = "sink"

    id = models.BigAutoField(primary_key=True)
    kind = models.CharField(max_length=10, choices=Kind)
    owner_id = models.CharField(max_length=100)
    asset = models.CharField(max_length=16)
    balance = models.BigIntegerField(default=0)
    last_leg = models.BigIntegerField(default=0)
    updated_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "owner_id", "asset"], name="account_once"),
            # The target of the transfers' foreign keys: a leg's asset is its account's asset.
            models.UniqueConstraint(fields=["id", "asset"], name="account_id_asset"),
            models.CheckConstraint(
                condition=Q(kind__in=["user", "escrow", "debt", "issuer", "sink"]), name="account_kind"
            ),
            models.CheckConstraint(condition=Q(kind="debt") | Q(balance__gte=0), name="account_never_overdrawn"),
            models.CheckConstraint(condition=~Q(kind="debt") | Q(balance__lte=0), name="account_debt_is_owed"),
            models.CheckConstraint(
                condition=Q(kind__in=["user", "escrow", "debt"]) | Q(balance=0, last_leg=0),
                name="account_system_keeps_no_balance",
            ),
        ]

    @property
    def keeps_balance(self) -> bool:
        return self.kind not in (Account.Kind.ISSUER, Account.Kind.SINK)


class Transfer(models.Model):
    """Money moved from one account to another, once. Never changed, never deleted; undo is a new transfer.

    `transfer_id` comes from what the transfer is for (`recharge:R123`), never from a message. `debit_leg` and
    `credit_leg` number the legs of an owner's account; `*_balance_after` is the balance behind that leg.
    """

    transfer_id = models.UUIDField(primary_key=True)
    kind = models.CharField(max_length=30)
    cause_id = models.CharField(max_length=150)
    asset = models.CharField(max_length=16)
    amount = models.BigIntegerField()
    debit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="debits")
    credit_account = models.ForeignKey(Account, on_delete=models.PROTECT, related_name="credits")
    debit_leg = models.BigIntegerField(null=True)
    credit_leg = models.BigIntegerField(null=True)
    debit_balance_after = models.BigIntegerField(null=True)
    credit_balance_after = models.BigIntegerField(null=True)
    # What this one undoes, equal and opposite; and the hold that this one ends. Each at most once.
    reverses_transfer_id = models.UUIDField(null=True, unique=True)
    closes_transfer_id = models.UUIDField(null=True, unique=True)
    created_at = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(amount__gt=0), name="transfer_positive"),
            models.CheckConstraint(condition=~Q(debit_account=F("credit_account")), name="transfer_not_to_itself"),
            models.UniqueConstraint(fields=["kind", "cause_id"], name="transfer_once_per_cause"),
            models.UniqueConstraint(fields=["debit_account", "debit_leg"], name="transfer_debit_leg"),
            models.UniqueConstraint(fields=["credit_account", "credit_leg"], name="transfer_credit_leg"),
            # The target of the reversal's foreign key.
            models.UniqueConstraint(
                fields=["transfer_id", "asset", "amount", "credit_account", "debit_account"],
                name="transfer_mirror",
            ),
            # The target of the closing's foreign key: what ends a hold takes all of it out of the account it went to.
            models.UniqueConstraint(
                fields=["transfer_id", "asset", "amount", "credit_account"], name="transfer_whole_hold"
            ),
        ]


class Owner(models.Model):
    """Whoever holds accounts; the row is there from the first charge or freeze on, also without any account.

    `frozen` refuses only what the owner sets going (gifts, own refund requests); everything else passes.
    """

    owner_id = models.CharField(max_length=100, primary_key=True)
    frozen = models.BooleanField(default=False)


class FreezeMove(models.Model):
    """Who froze or unfroze an owner, when and why."""

    id = models.BigAutoField(primary_key=True)
    owner = models.ForeignKey(Owner, on_delete=models.PROTECT, related_name="freeze_moves")
    frozen = models.BooleanField()
    who = models.CharField(max_length=100)
    why = models.CharField(max_length=500)
    moved_at = models.DateTimeField(db_default=Now())
