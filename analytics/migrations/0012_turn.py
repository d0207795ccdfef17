from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0011_alarm_budget"),
    ]

    operations = [
        migrations.CreateModel(
            name="Turn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField()),
            ],
        ),
    ]
