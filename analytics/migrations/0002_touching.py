from django.db import migrations

from analytics import touching


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0001_figures"),
    ]

    operations = [
        # The triggers are made after the migrations (`analytics/touching.py`).
        migrations.RunSQL(migrations.RunSQL.noop, list(touching.removed())),
        # Every case there is waits to be counted.
        migrations.RunSQL(
            "INSERT INTO analytics_touched (case_id, since) "
            "SELECT id, clock_timestamp() FROM complaints_complaint ORDER BY id",
            migrations.RunSQL.noop,
        ),
    ]
