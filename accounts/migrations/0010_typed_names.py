"""What people typed as their name at a failed sign-in was kept as it was typed: passwords and
numbers of documents among it. A lock-out ends after a quarter of an hour, so nothing is lost.
"""

from django.db import migrations


def forget(apps, schema_editor):
    apps.get_model("axes", "AccessAttempt").objects.all().delete()
    apps.get_model("axes", "AccessFailureLog").objects.all().delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_vault_keys"), ("axes", "0010_accessattemptexpiration")]
    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
