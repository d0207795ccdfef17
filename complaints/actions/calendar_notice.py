"""The State Council's notice for a year: read from a file, looked at, then loaded."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import PurePath

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from audit.record import record
from complaints import calendars
from complaints.actions import recount
from complaints.actions.recount import SUBJECT, Forecast, changing
from complaints.choices import RUNS
from complaints.errors import Invalid, NotAllowed
from complaints.importing import notice as files
from complaints.models import CalendarChange, CalendarDay, CalendarNotice, Deadline
from complaints.workdays import DAY, SHANGHAI, Calendar

KEPT = timedelta(days=7)  # a file that was read and not loaded
Days = tuple[date, date]
# 全国年节及纪念日放假办法 2: days off a year, since 2025 and before
BY_LAW, BY_LAW_BEFORE = 13, 11
SLACK = 2  # no notice since 2008 was further off


def allowed(by: User | None) -> None:
    """Raises NotAllowed. None is whoever has the server's own command line."""
    if by is not None and not by.may("manage_calendar"):
        raise NotAllowed(_("您的角色不能改动日历；请联系主管或系统管理员"))


def read(
    data: bytes,
    file_name: str,
    *,
    by: User | None,
    year: int | None = None,
    title: str = "",
    number: str = "",
    now: datetime | None = None,
) -> CalendarNotice:
    """Keep what the file says, not yet in force. `year` None: the one that the file speaks of.

    Raises NotAllowed, and NoticeRefused with every mistake and its line.
    """
    allowed(by)
    now = now or timezone.now()
    latest = now.astimezone(SHANGHAI).year + 1
    found = files.parse(data, year=year, latest=latest)
    return CalendarNotice.objects.create(
        year=found.year,
        title=title or found.title,
        number=number or found.number,
        file_name=PurePath(file_name.replace("\\", "/")).name[-200:] or "-",
        sha256=sha256(data).hexdigest(),
        days=[[day.date.isoformat(), day.kind, day.name] for day in found.days],
        read_by=by,
        read_at=now,
    )


def marked(notice: CalendarNotice) -> list[tuple[date, str, str]]:
    """The days of the notice: (date, kind, name)."""
    return [(date.fromisoformat(day), kind, name) for day, kind, name in notice.days]


def calendar_with(notice: CalendarNotice) -> Calendar:
    """The calendar as it would be with this notice, in place of the one that holds for its year."""
    return calendars.built({notice.year: [(day, kind) for day, kind, _name in marked(notice)]})


def doubt(notice: CalendarNotice) -> str:
    """Why the file looks cut off, "" where it does not: days off by exchange (调休) are worked at
    weekends, so what is off from Monday to Friday, without those, are the holidays of the law.

    A sentence and no refusal: the State Council may decide otherwise, and December may help out.
    """
    days = [(day, kind) for day, kind, _name in marked(notice)]
    off = sum(kind == CalendarDay.Kind.OFF and day.weekday() < 5 for day, kind in days)
    worked = sum(kind == CalendarDay.Kind.WORK for _day, kind in days)
    by_law = BY_LAW if notice.year >= files.SECOND_OF_MAY else BY_LAW_BEFORE
    if abs(off - worked - by_law) <= SLACK:
        return ""
    return _(
        "周一至周五放假 {off} 天，补班 {worked} 天，相差 {n} 天；法定节假日全年是 {by_law} 天，"
        "两者应当接近。文件可能缺了几行，请与通知原文核对后再载入。"
    ).format(off=off, worked=worked, n=off - worked, by_law=by_law)


@dataclass(frozen=True)
class DayChange:
    """A day that is counted otherwise: worked before (`was`) and after (`becomes`)."""

    date: date
    was: bool
    becomes: bool
    name: str


@dataclass(frozen=True)
class Difference:
    """What a notice changes: the days; `replaces`: the year had a notice before."""

    days: Sequence[DayChange]
    replaces: bool


def difference(notice: CalendarNotice, calendar: Calendar | None = None) -> Difference:
    """What would be counted otherwise than by the calendar of today."""
    before = calendar or calendars.current()
    after = calendar_with(notice)
    names = {day: name for day, _kind, name in marked(notice)}
    first, last = date(notice.year - 1, 12, 1), date(notice.year, 12, 31)
    days = [first + n * DAY for n in range((last - first).days + 1)]
    found = [
        DayChange(day, was, becomes, names.get(day, ""))
        for day in days
        if (was := before.is_working_day(day)) != (becomes := after.is_working_day(day))
    ]
    return Difference(found, before.is_published(notice.year))


def span_of(notice: CalendarNotice, found: Difference) -> Days:
    """First and last day on which the count may come out otherwise. A year that had no notice
    counts as a whole: its dates are provisional no longer.
    """
    days = [change.date for change in found.days]
    if not found.replaces:
        days += [date(notice.year, 1, 1), date(notice.year, 12, 31)]
    return min(days), max(days)


def forecast(notice: CalendarNotice) -> Forecast:
    """What loading the notice would do to the clocks that have not ended."""
    calendar = calendars.current()
    found = difference(notice, calendar)
    if found.replaces and not found.days:
        return Forecast(0, 0, 0, 0)
    running = Deadline.objects.filter(state__in=RUNS)
    clocks = running.filter(recount.spanning(*span_of(notice, found)))
    return recount.forecast(clocks, calendar_with(notice))


def load(
    notice_id: int, *, by: User | None, replace: bool = False, now: datetime | None = None
) -> CalendarChange:
    """Let the notice hold from now on, and count the clocks anew. `replace`: the person has seen
    that the year has a notice already, and what differs.

    Raises NotAllowed, CalendarNotice.DoesNotExist, Invalid.
    """
    allowed(by)
    now = now or timezone.now()
    with changing():
        notice = CalendarNotice.objects.select_for_update(of=("self",)).get(pk=notice_id)
        if notice.loaded_at is not None:
            raise Invalid({"notice": [_("这份通知已经载入过；不必再次载入")]})
        found = difference(notice, calendars.fresh())
        if found.replaces and not found.days:
            raise Invalid(
                {
                    "notice": [
                        _("与现行的 {year} 年日历相同，没有需要改变的日期").format(year=notice.year)
                    ]
                }
            )
        if found.replaces and not replace:
            raise Invalid(
                {
                    "replace": [
                        _("{year} 年已经有放假通知；请核对差异，并确认替换").format(
                            year=notice.year
                        )
                    ]
                }
            )
        _put_in_force(notice, by, now)
        detail = {
            "notice": notice.pk,
            "year": notice.year,
            "replaces": found.replaces,
            "days": len(found.days),
        }
        change = recount.begin(
            recount.Kind.NOTICE, detail, by=by, now=now, days=span_of(notice, found)
        )
        sealed = {**detail, "sha256": notice.sha256, "change": change.pk}
        record("calendar.notice_loaded", SUBJECT, by, now, sealed)
    return change


def _put_in_force(notice: CalendarNotice, by: User | None, now: datetime) -> None:
    calendars.notices().filter(year=notice.year).update(superseded_at=now)
    notice.loaded_by, notice.loaded_at = by, now
    notice.save(update_fields=["loaded_by", "loaded_at"])
    CalendarDay.objects.bulk_create(
        CalendarDay(date=day, kind=kind, name=name, notice=notice, by=by, at=now)
        for day, kind, name in marked(notice)
    )


def discard(notice_id: int, *, by: User) -> None:
    """Throw away a file that was read and not loaded. Raises NotAllowed, DoesNotExist."""
    allowed(by)
    CalendarNotice.objects.get(pk=notice_id, loaded_at=None).delete()


def forget_unloaded(now: datetime) -> int:
    """Drop files that nobody came back to; answers how many."""
    return CalendarNotice.objects.filter(loaded_at=None, read_at__lt=now - KEPT).delete()[0]
