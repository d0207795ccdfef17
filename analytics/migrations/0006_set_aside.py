from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("analytics", "0005_saved_reports"),
    ]

    operations = [
        migrations.AddField(
            model_name="touched",
            name="failed_at",
            field=models.DateTimeField(null=True),
        ),
    ]
