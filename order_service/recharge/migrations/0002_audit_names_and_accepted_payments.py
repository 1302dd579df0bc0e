from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("recharge", "0001_initial"),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="payment",
            name="payment_accepted_for_its_order",
        ),
        migrations.AlterField(
            model_name="ordermove",
            name="who",
            field=models.CharField(max_length=120),
        ),
        migrations.AddConstraint(
            model_name="payment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("accepted_for", models.F("order")), ("accepted_for__isnull", False), ("state", "accepted")
                    ),
                    models.Q(("accepted_for__isnull", True), ("state", "to_refund")),
                    ("state__in", ["refunding", "refunded"]),
                    _connector="OR",
                ),
                name="payment_accepted_for_its_order",
            ),
        ),
    ]
