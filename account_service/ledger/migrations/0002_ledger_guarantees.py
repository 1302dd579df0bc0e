from django.db import migrations

from account_service.ledger import sql


class Migration(migrations.Migration):
    dependencies = [("ledger", "0001_initial")]

    operations = [
        migrations.RunSQL(sql.APPEND_ONLY),
        migrations.RunSQL(sql.SAME_ASSET_AND_EQUAL_REVERSAL),
    ]
