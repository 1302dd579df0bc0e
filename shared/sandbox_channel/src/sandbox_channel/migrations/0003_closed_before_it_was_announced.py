from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("sandbox_channel", "0002_refunds_that_misbehave"),)
    operations = (
        migrations.CreateModel(
            name="ClosedUnseen",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("order_no", models.CharField(max_length=64, unique=True)),
                ("closed_at", models.DateTimeField()),
            ],
        ),
    )
