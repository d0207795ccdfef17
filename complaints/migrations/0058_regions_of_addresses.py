"""The province of the cases that are there, as far as their masked addresses say it for certain.

A mask ends after the first 市, 省, 区, 州 or 盟; where none of them was near it keeps two characters
of anything, which say nothing.
"""

import re
from collections import defaultdict

import pgtrigger
from django.db import migrations

from complaints import places

_SAYS = re.compile(r"(.+[市省区州盟])\*\*\*")


def fill(apps, schema_editor):
    masked = apps.get_model("complaints", "Consumer").objects.exclude(address_masked="")
    found = defaultdict(list)
    for shown in masked.values_list("address_masked", flat=True).distinct().iterator():
        if (said := _SAYS.fullmatch(shown)) and (code := places.of_address(said[1])):
            found[code].append(shown)
    cases = apps.get_model("complaints", "Complaint").objects.filter(region="", destroyed_at=None)
    with pgtrigger.ignore("complaints.Complaint:held_case_is_kept"):  # nothing registered changes
        for code, addresses in found.items():
            cases.filter(consumer__address_masked__in=addresses).update(region=code)


class Migration(migrations.Migration):
    dependencies = [("complaints", "0057_circumstances")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
