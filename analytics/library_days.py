"""The holidays of this version, remembered with what was counted by them.

A year that becomes known with a new version is no change of the calendar that anybody made: no row
of the database tells it, and working time over its days would stay as it was.
"""

from __future__ import annotations

from datetime import date

from django.db import transaction
from django.utils import timezone

from analytics import folding
from analytics.models import LibraryDay, Occurrence, Touched
from complaints.workdays import STATE, Calendar


@transaction.atomic
def compare(calendar: Calendar = STATE) -> date | None:
    """Touch what ended on the first day that is another now, or later; answers that day.

    One statement where nothing is another. Nothing is done while somebody else folds. Two versions
    that run at once count in turn until one of them ends.
    """
    here = dict.fromkeys(calendar.off, False) | dict.fromkeys(calendar.work, True)
    known = _known()
    if known == here or not folding.alone(wait=False) or (known := _known()) == here:
        return None
    first = min(day for day in known.keys() | here.keys() if known.get(day) != here.get(day))
    LibraryDay.objects.all().delete()
    LibraryDay.objects.bulk_create(
        LibraryDay(day=day, is_worked=worked) for day, worked in here.items()
    )
    if Occurrence.objects.exists():
        Touched.objects.create(from_day=first, since=timezone.now())
    return first


def _known() -> dict[date, bool]:
    return dict(LibraryDay.objects.values_list("day", "is_worked"))
