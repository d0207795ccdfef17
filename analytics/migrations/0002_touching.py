from django.db import migrations

from analytics import touching


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0001_figures"),
    ]

    operations = [
        # The triggers are made after the migrations (`analytics/touching.py`), and then every case
        # there is waits to be counted.
        migrations.RunSQL(migrations.RunSQL.noop, list(touching.removed())),
    ]
