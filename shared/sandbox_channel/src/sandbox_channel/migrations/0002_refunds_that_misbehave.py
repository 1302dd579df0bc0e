from datetime import UTC, datetime

from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    dependencies = (("sandbox_channel", "0001_initial"),)
    operations = (
        migrations.AddField(
            model_name="refund",
            name="due_at",
            # What was promised before there was a delay is due.
            field=models.DateTimeField(default=datetime(2000, 1, 1, tzinfo=UTC)),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="trade",
            name="refund_delay_seconds",
            field=models.FloatField(default=0),
        ),
        migrations.AddField(
            model_name="trade",
            name="refund_fails",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="trade",
            name="refund_unknown_answers_left",
            field=models.IntegerField(default=0),
        ),
        migrations.AddConstraint(
            model_name="trade",
            constraint=models.CheckConstraint(
                condition=Q(refund_unknown_answers_left__gte=0), name="trade_refund_unknown_answers_not_negative"
            ),
        ),
    )
