from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0011_sign_in_locks")]

    operations = [
        migrations.AddField(
            model_name="user",
            name="toured_at",
            field=models.DateTimeField(blank=True, editable=False, null=True),
        )
    ]
