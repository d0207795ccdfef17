"""When people were told that a corrective action is overdue."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('analytics', '0006_set_aside'),
    ]

    operations = [
        migrations.AddField(
            model_name='correctiveaction',
            name='told_overdue_at',
            field=models.DateTimeField(blank=True, null=True),
        ),
    ]
