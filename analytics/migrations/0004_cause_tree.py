"""The cause tree that comes with the product; the enterprise changes it afterwards."""

from typing import Any

from django.db import migrations

from analytics.default_causes import TREE


def plant(apps: Any, _editor: Any) -> None:
    """Two levels, without titles: those of the set are translated."""
    cause = apps.get_model("analytics", "Cause")
    for place, (top, _name, below) in enumerate(TREE):
        branch, _new = cause.objects.get_or_create(code=top, defaults={"position": place})
        for n, (code, _title) in enumerate(below):
            cause.objects.get_or_create(code=code, defaults={"parent": branch, "position": n})


class Migration(migrations.Migration):
    dependencies = [("analytics", "0003_signals")]

    operations = [migrations.RunPython(plant, migrations.RunPython.noop)]
