from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0007_told_overdue"),
    ]

    operations = [
        migrations.CreateModel(
            name="LibraryDay",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField(unique=True)),
                ("is_worked", models.BooleanField()),
            ],
        ),
    ]
