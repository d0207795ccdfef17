"""What the calendar page shows: days with their marks, what falls due, holidays in a row."""

from __future__ import annotations

import calendar as months
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from functools import cached_property

import chinese_calendar.constants as library
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.urls import reverse
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from complaints import calendars
from complaints.models import CalendarDay, CalendarNotice, Complaint
from complaints.views.calendar_reach import step
from complaints.workdays import DAY, FIXED, SHANGHAI, Calendar

Text = str | Promise
NAMES: dict[str, Text] = {
    "New Year's Day": gettext_lazy("元旦"),
    "Spring Festival": gettext_lazy("春节"),
    "Tomb-sweeping Day": gettext_lazy("清明节"),
    "Labour Day": gettext_lazy("劳动节"),
    "Dragon Boat Festival": gettext_lazy("端午节"),
    "Mid-autumn Festival": gettext_lazy("中秋节"),
    "National Day": gettext_lazy("国庆节"),
    "Anti-Fascist 70th Day": gettext_lazy("抗战胜利纪念日"),
}
# as notices write them: said in the language of the page
FESTIVALS = frozenset(["元旦", "春节", "清明节", "劳动节", "端午节", "中秋节", "国庆节"])
BY_LAW = {1: "New Year's Day", 5: "Labour Day", 10: "National Day"}  # months of FIXED
# mark → the sign in the cell, what it means
SIGNS: dict[str, tuple[Text, Text]] = {
    "off": (gettext_lazy("休"), gettext_lazy("放假")),
    "work": (gettext_lazy("班"), gettext_lazy("补班")),
    "own_off": (gettext_lazy("本休"), gettext_lazy("本企业放假")),
    "own_work": (gettext_lazy("本班"), gettext_lazy("本企业加班")),
}


@dataclass(frozen=True)
class Cell:
    """One day. `mark`: a key of SIGNS, "" for an ordinary day; `worked`: by the State's calendar.

    `law`: what the State says of a day that the enterprise has marked itself.
    """

    date: date
    mark: str
    name: str
    worked: bool
    today: bool
    law: Text = ""
    due: int = 0
    url: str = ""
    late: bool = False  # the day is over

    @property
    def sign(self) -> Text:
        """休, 班, 本休, 本班."""
        return SIGNS[self.mark][0] if self.mark else ""

    @property
    def meaning(self) -> Text:
        """The sign in words."""
        return SIGNS[self.mark][1] if self.mark else ""


Week = list[Cell | None]


@dataclass(frozen=True)
class Month:
    """One month as weeks from Monday on, None outside of it."""

    first: date
    weeks: Sequence[Week]

    @property
    def days(self) -> list[Cell]:
        """Its days in order."""
        return [cell for week in self.weeks for cell in week if cell is not None]

    @property
    def working_days(self) -> int:
        """How many are worked by the State's calendar."""
        return sum(cell.worked for cell in self.days)


@dataclass
class Stretch:
    """Days in a row of the same name, as a notice says them."""

    name: str
    first: date
    last: date
    ids: list[int] = field(default_factory=list)
    kind: str = ""

    @property
    def length(self) -> int:
        """In days."""
        return (self.last - self.first).days + 1


class Days:
    """The days of one year with everything that is known of them: two statements.

    `due`: what falls due on a day is counted for the person's cases, in one month.
    """

    def __init__(self, year: int, today: date, due: tuple[User, date] | None = None) -> None:
        self.first, self.last, self.today, self.due = (
            date(year, 1, 1),
            date(year, 12, 31),
            today,
            due,
        )
        self.calendar: Calendar = calendars.current()

    @cached_property
    def rows(self) -> list[CalendarDay]:
        """What was loaded or entered for these days."""
        holds = Q(notice=None) | Q(
            notice__loaded_at__isnull=False, notice__superseded_at__isnull=True
        )
        rows = CalendarDay.objects.filter(holds, date__range=(self.first, self.last))
        return list(rows.filter(removed_at=None).order_by("date"))

    @cached_property
    def own(self) -> dict[date, CalendarDay]:
        """The enterprise's own days."""
        return {row.date: row for row in self.rows if row.notice_id is None}

    @cached_property
    def _named(self) -> dict[date, str]:
        return {row.date: row.name for row in self.rows if row.notice_id is not None}

    @cached_property
    def _due(self) -> Mapping[date, int]:
        if self.due is None or not self.due[0].may("see_complaints"):
            return {}
        user, first = self.due
        start = datetime.combine(first, time.min, SHANGHAI)
        end = datetime.combine(step(first, 1), time.min, SHANGHAI)
        cases = Complaint.objects.visible_to(user).open()
        cases = cases.filter(next_due_at__gte=start, next_due_at__lt=end)
        days = cases.annotate(day=TruncDate("next_due_at", tzinfo=SHANGHAI)).values("day")
        return {row["day"]: row["n"] for row in days.annotate(n=Count("pk")).order_by()}

    def cell(self, day: date) -> Cell:
        """The day as it is shown."""
        mark, own = self._law(day), self.own.get(day)
        law = SIGNS[mark][1] if mark else ""
        n = self._due.get(day, 0)
        return Cell(
            day,
            f"own_{own.kind}" if own else mark,
            own.name if own else self.name(day),
            self.calendar.is_working_day(day),
            day == self.today,
            law if own else "",
            n,
            f"{reverse('queue')}?state=open&due_on={day}" if n else "",
            day < self.today,
        )

    def _law(self, day: date) -> str:
        if self.calendar.is_published(day.year):
            if day in self.calendar.work:
                return "work"
            return "off" if day in self.calendar.off else ""
        return "off" if (day.month, day.day) in FIXED else ""

    def name(self, day: date) -> str:
        """What the day is called: by the notice that was loaded, else by the library."""
        if day in self._named:
            given = self._named[day]
            return _(given) if given in FESTIVALS else given
        if not self._law(day):
            return ""
        known = library.holidays.get(day) or library.workdays.get(day) or BY_LAW.get(day.month, "")
        return str(NAMES.get(str(getattr(known, "value", known)), known))

    def month(self, first: date) -> Month:
        """The weeks of one month."""
        weeks = months.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
        return Month(
            first,
            [[self.cell(d) if d.month == first.month else None for d in week] for week in weeks],
        )

    def holidays(self, year: int) -> list[Stretch]:
        """The days off of the year in a row, as a notice says them."""
        days = _days_of(year)
        return _stretches((d, self.name(d), self._law(d)) for d in days if self._law(d) == "off")

    def make_up(self, year: int) -> list[date]:
        """Days of weekends that are worked."""
        return [d for d in _days_of(year) if self._law(d) == "work"]

    def as_rows(self) -> list[tuple[str, str, str]]:
        """Rows of a file that could be loaded: date, 放假 or 补班, name; in Chinese."""
        types = {"off": "放假", "work": "补班"}
        with translation.override("zh-hans"):
            return [
                (day.isoformat(), types[mark], self.name(day))
                for day in _days_of(self.first.year)
                if (mark := self._law(day))
            ]

    def own_stretches(self) -> list[Stretch]:
        """The enterprise's own days, in a row."""
        found = _stretches((row.date, row.name, row.kind) for row in self.own.values())
        for stretch in found:
            stretch.ids = [
                row.pk for day, row in self.own.items() if stretch.first <= day <= stretch.last
            ]
        return found


def _days_of(year: int) -> Iterable[date]:
    day = date(year, 1, 1)
    while day.year == year:
        yield day
        day += DAY


def _stretches(days: Iterable[tuple[date, str, str]]) -> list[Stretch]:
    found: list[Stretch] = []
    for day, name, kind in days:
        last = found[-1] if found else None
        if last and (last.name, last.kind) == (name, kind) and day - last.last == DAY:
            last.last = day
        else:
            found.append(Stretch(name, day, day, kind=kind))
    return found


@dataclass(frozen=True)
class Origin:
    """Where a year's days come from: a loaded notice, the library, or nothing yet."""

    year: int
    notice: CalendarNotice | None
    published: bool

    @property
    def words(self) -> str:
        """One sentence."""
        if self.notice is not None:
            told = self.notice.title or self.notice.file_name
            return f"{told} {self.notice.number}".strip()
        if self.published:
            return _("随软件附带的放假安排")
        return _("通知还没有载入：按周末和法定节假日推算，日期是暂定的")


def origin_of(year: int, calendar: Calendar) -> Origin:
    """One statement."""
    notice = calendars.notices().filter(year=year).select_related("loaded_by").first()
    return Origin(year, notice, calendar.is_published(year))
