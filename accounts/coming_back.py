"""Coming back: which days away are over, and after which the person is to be told what happened.

What happened is not known here: cases are a matter of the apps above.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import Absence, User

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Span:
    """Away from `left` until `back`; entered at `since`, from when on cases were handed over."""

    since: datetime
    left: datetime
    back: datetime


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(0)))


def _left(absence: Absence) -> datetime:
    return max(_midnight(absence.first_day), absence.created_at)


def _last(absence: Absence) -> date:
    return timezone.localdate(absence.ended_at) if absence.ended_at else absence.last_day


def _back(absence: Absence) -> datetime:
    return absence.ended_at or _midnight(absence.last_day + DAY)


def took_place(absence: Absence) -> bool:
    """False where it was called off before it began."""
    return absence.ended_at is None or absence.ended_at > _left(absence)


def span(absence: Absence, now: datetime) -> Span | None:
    """When the person was away; days that follow each other without a gap are one. None while the
    person is away, or was not at all. One statement.
    """
    if not took_place(absence) or _back(absence) > now:
        return None
    first = absence
    earlier = Absence.objects.filter(user=absence.user_id, first_day__lte=absence.first_day)
    for other in earlier.exclude(pk=absence.pk).order_by("-first_day", "-pk"):
        if took_place(other) and _last(other) + DAY >= first.first_day:
            first = other
    return Span(first.created_at, _left(first), _back(absence))


def goes_on(absence: Absence) -> bool:
    """Whether the next days away follow at once: what happened is told after those."""
    later = Absence.objects.filter(
        user=absence.user_id,
        first_day__gte=absence.first_day,
        first_day__lte=_last(absence) + DAY,
        last_day__gt=_last(absence),
    )
    return any(took_place(other) for other in later.exclude(pk=absence.pk))


def to_tell(now: datetime) -> QuerySet[Absence]:
    """Those that are over and of which the person was not told yet."""
    over = Q(ended_at__isnull=False) | Q(last_day__lt=timezone.localdate(now))
    return Absence.objects.filter(over, tell_on_return=True).order_by("pk")


def told(absence: Absence, *, shows: bool) -> None:
    """Told once; `shows`: there is something to look at. The caller holds its row."""
    absence.tell_on_return, absence.summary_waits = False, shows
    absence.save(update_fields=["tell_on_return", "summary_waits"])


def waiting(user: User) -> Absence | None:
    """The newest whose summary the person has not looked at."""
    return Absence.objects.filter(user=user, summary_waits=True).order_by("-pk").first()


def seen(absence: Absence) -> None:
    """The person has looked at it; also before being told, who needs not be told then."""
    Absence.objects.filter(pk=absence.pk).update(summary_waits=False, tell_on_return=False)


def lately(user: User, now: datetime, most: int = 3) -> list[Absence]:
    """The last days away that are over, the newest first."""
    over = Q(ended_at__isnull=False) | Q(last_day__lt=timezone.localdate(now))
    rows = Absence.objects.filter(over, user=user).order_by("-first_day", "-pk")[: most * 3]
    return [row for row in rows if took_place(row)][:most]
