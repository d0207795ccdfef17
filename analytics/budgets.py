"""误报预算: how many alarms of the series may be chance. A supervisor chooses; it holds for every
look from then on, the nightly one and those that somebody asks for.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import acting
from analytics.detection.budget import STANDARD, STRICT
from analytics.models import AlarmBudget
from audit.record import record
from complaints.errors import Invalid

WEEKLY = "weekly"
PER_SERIES_YEAR: dict[str, float | None] = {WEEKLY: None, "standard": STANDARD, "strict": STRICT}
LEAST = 0.05  # per series-year; below it hardly anything is found
WEEKS = 52
LOCK = 7_301_807  # advisory: two choices at once are two rows, or one where they are the same


def choices() -> list[tuple[str, str]]:
    """(code, words), for a menu."""
    return [
        (
            WEEKLY,
            _("全部序列合计每周约 {n} 次误报").format(n=f"{settings.FALSE_ALARMS_PER_WEEK:g}"),
        ),
        ("standard", _("常规：每个序列每年约 1 次误报")),
        ("strict", _("严格：每个序列每年约 0.2 次误报，发现得少些、晚些")),
    ]


def newest() -> AlarmBudget | None:
    """The choice that holds; None where nobody chose. One statement."""
    return AlarmBudget.objects.select_related("by").order_by("-pk").first()


def code_of(chosen: AlarmBudget | None) -> str:
    """Its code; that of the weekly budget where a later version knows the number no more."""
    number = None if chosen is None else chosen.per_series_year
    return next((code for code, one in PER_SERIES_YEAR.items() if one == number), WEEKLY)


def per_series_year(chosen: AlarmBudget | None, series: int) -> float:
    """False alarms per series and year, for so many series."""
    if chosen is not None and chosen.per_series_year is not None:
        return chosen.per_series_year
    return min(STANDARD, max(settings.FALSE_ALARMS_PER_WEEK * WEEKS / max(series, 1), LEAST))


def choose(code: str, by: User, now: datetime | None = None) -> bool:
    """Choose; False when it held already. Raises NotAllowed, Invalid."""
    acting.allowed(by)
    if code not in PER_SERIES_YEAR:
        raise Invalid({"budget": [_("请从列表中选择误报预算")]})
    now = now or timezone.now()
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        if code_of(newest()) == code:
            return False
        AlarmBudget.objects.create(per_series_year=PER_SERIES_YEAR[code], by=by, at=now)
        record("signals.budget", "signals", by, now, {"budget": code})
    return True
