from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0012_turn"),
    ]

    operations = [
        migrations.AddIndex(
            model_name="occurrence",
            index=models.Index(
                fields=["kind", "-day", "-id"],
                include=["complaint", "key", "value", "amount"],
                name="occurrences_whole_by_day",
            ),
        ),
        migrations.RemoveIndex(model_name="occurrence", name="occurrences_by_day"),
    ]
