import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q


def row_id() -> "models.BigAutoField[int, int]":
    return models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")


def belongs_to(model: str, related_name: str) -> "models.ForeignKey[models.Model, models.Model]":
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name=related_name, to=f"sandbox_channel.{model}"
    )


class Migration(migrations.Migration):
    initial = True
    dependencies = ()
    operations = (
        migrations.CreateModel(
            name="Prepay",
            fields=[
                ("id", row_id()),
                ("order_no", models.CharField(max_length=64, unique=True)),
                ("prepay_id", models.CharField(max_length=64, unique=True)),
                ("merchant_id", models.CharField(max_length=64)),
                ("amount_minor", models.BigIntegerField()),
                ("currency", models.CharField(max_length=3)),
                ("notify_url", models.CharField(max_length=1000)),
                ("pay_url", models.CharField(max_length=1000)),
                ("expires_at", models.DateTimeField()),
                ("created_at", models.DateTimeField()),
                ("paid_at", models.DateTimeField(null=True)),
                ("closed_at", models.DateTimeField(null=True)),
                ("unknown_answers_left", models.IntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        name="prepay_paid_xor_closed",
                        condition=Q(paid_at__isnull=True) | Q(closed_at__isnull=True),
                    ),
                    models.CheckConstraint(name="prepay_amount_positive", condition=Q(amount_minor__gt=0)),
                    models.CheckConstraint(
                        name="prepay_unknown_answers_not_negative", condition=Q(unknown_answers_left__gte=0)
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Trade",
            fields=[
                ("id", row_id()),
                ("trade_no", models.CharField(max_length=64, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                ("paid_at", models.DateTimeField()),
                ("prepay", belongs_to("prepay", "trades")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="trade_amount_positive", condition=Q(amount_minor__gt=0)),
                ],
            },
        ),
        migrations.CreateModel(
            name="Refund",
            fields=[
                ("id", row_id()),
                ("refund_no", models.CharField(max_length=64, unique=True)),
                ("amount_minor", models.BigIntegerField()),
                (
                    "state",
                    models.CharField(
                        choices=[("PROCESSING", "Processing"), ("SUCCESS", "Success"), ("FAILED", "Failed")],
                        default="PROCESSING",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("settled_at", models.DateTimeField(null=True)),
                ("trade", belongs_to("trade", "refunds")),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(name="refund_amount_positive", condition=Q(amount_minor__gt=0)),
                    models.CheckConstraint(
                        name="refund_state_known", condition=Q(state__in=["PROCESSING", "SUCCESS", "FAILED"])
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Callback",
            fields=[
                ("id", row_id()),
                ("notify_id", models.CharField(max_length=64)),
                ("wrong_signature", models.BooleanField(default=False)),
                ("next_at", models.DateTimeField(null=True)),
                ("attempts", models.IntegerField(default=0)),
                ("last_error", models.CharField(default="", max_length=500)),
                ("acknowledged_at", models.DateTimeField(null=True)),
                ("given_up_at", models.DateTimeField(null=True)),
                ("trade", belongs_to("trade", "callbacks")),
            ],
            options={
                "indexes": [
                    models.Index(name="callback_due", fields=["next_at"], condition=Q(next_at__isnull=False)),
                ],
                "constraints": [
                    models.CheckConstraint(
                        name="callback_due_or_ended",
                        condition=Q(next_at__isnull=False, acknowledged_at__isnull=True, given_up_at__isnull=True)
                        | Q(next_at__isnull=True, acknowledged_at__isnull=False, given_up_at__isnull=True)
                        | Q(next_at__isnull=True, acknowledged_at__isnull=True, given_up_at__isnull=False),
                    ),
                ],
            },
        ),
    )
