"""How people wish to be told, and what follows for the e-mail about a notice.

The only module that writes `Preferences`.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from django.db import transaction
from django.utils import timezone

from accounts.models import Absence, User
from audit.record import record
from complaints import calendars
from complaints.workdays import SHANGHAI
from correspondence import families, quiet
from correspondence.models import Notice, Preferences
from correspondence.quiet import Hours

DEFAULT = Preferences()


def of(user: User) -> Preferences:
    """The person's wishes, or the defaults (not saved)."""
    return Preferences.objects.filter(user=user).first() or Preferences(user=user)


def way_of(wishes: Preferences | None, family: str) -> str:
    """off, app, digest or now. A family that may not be switched off is at least in the
    application.
    """
    known = families.FAMILIES.get(family)
    if known is None:
        return families.APP
    way = (wishes.ways if wishes else {}).get(family, known.default)
    return families.APP if way == families.OFF and known.kept else str(way)


def hours_of(wishes: Preferences | None) -> Hours:
    """The person's quiet and working hours."""
    w = wishes or DEFAULT
    return Hours(
        w.quiet,
        w.quiet_from,
        w.quiet_until,
        w.rest_days,
        w.working_only,
        w.work_from,
        w.work_until,
        tuple(w.digest_at),
    )


def working_days() -> quiet.WorkingDay:
    """Which days people work here: the enterprise's own days count."""
    return partial(calendars.current().is_working_day, own=True)


def rings_anyway(wishes: Preferences | None, notice: Notice) -> bool:
    """Whether the person wishes to be woken for this one."""
    return bool(notice.urgent and wishes is not None and wishes.urgent_anyway)


def plan(
    notice: Notice, wishes: Preferences | None, now: datetime, *, back: Absence | None = None
) -> None:
    """Set when the e-mail about the notice may leave, if there shall be one (not saved).

    For somebody absent (`back`) it waits for the first digest after the return.
    """
    user, way = notice.user, way_of(wishes, notice.family)
    if user is None or not user.email or way not in (families.NOW, families.DIGEST):
        notice.mail_after = None
        return
    hours, working = hours_of(wishes), working_days()
    if back is not None:
        returns = datetime.combine(back.last_day + timedelta(days=1), time(0), SHANGHAI)
        notice.bundled, notice.mail_after = True, quiet.next_digest(returns, hours, working)
    elif rings_anyway(wishes, notice):
        notice.bundled, notice.mail_after = False, now
    elif way == families.NOW:
        notice.bundled, notice.mail_after = False, quiet.opens(now, hours, working)
    else:
        notice.bundled, notice.mail_after = True, quiet.next_digest(now, hours, working)


@transaction.atomic
def save(
    user: User, values: Mapping[str, Any], ways: Mapping[str, str], now: datetime | None = None
) -> Preferences:
    """Keep the person's wishes (`values`: the hours; `ways`: family → way). What waits to be mailed
    follows them at once.
    """
    now = now or timezone.now()
    wishes = Preferences.objects.select_for_update().filter(user=user).first()
    wishes = wishes or Preferences(user=user)
    for name, value in values.items():
        setattr(wishes, name, value)
    wishes.ways = {**wishes.ways, **ways}
    wishes.save()
    record("notices.preferred", f"user:{user.username}", user, now, {"ways": wishes.ways})
    _plan_anew(user, wishes, now)
    return wishes


def choose(user: User, ways: Mapping[str, str], now: datetime | None = None) -> Preferences:
    """Change only how some families come."""
    return save(user, {}, ways, now)


def _plan_anew(user: User, wishes: Preferences, now: datetime) -> None:
    """The notices that wait for an e-mail wait as the person wishes now."""
    waiting = list(
        Notice.objects.select_for_update(of=("self",))
        .filter(user=user, mail=None, mail_after__isnull=False)
        .select_related("user")
        .order_by("pk")
    )
    for notice in waiting:
        plan(notice, wishes, now)
    Notice.objects.bulk_update(waiting, ["bundled", "mail_after"], batch_size=500)
