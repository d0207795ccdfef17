"""When the demo's acts happen: in working time, before the first start, with deadlines around
today. Pure.

Everything hangs on one moment, the anchor. The same anchor gives the same times.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache

from complaints.workdays import SHANGHAI, add_calendar_days, is_working_day

HOURS = ((9 * 60, 12 * 60), (13 * 60, 18 * 60))
PER_DAY = 480
OPENING, MORNING_ENDS = time(9), time(9, 30)


@lru_cache(maxsize=8192)
def workday(day: date, steps: int) -> date:
    """The working day `steps` working days after `day` (before it when negative); 0: `day`, or the
    next one.
    """
    one = timedelta(days=-1 if steps < 0 else 1)
    while not is_working_day(day):
        day += timedelta(days=1)
    for _ in range(abs(steps)):
        day += one
        while not is_working_day(day):
            day += one
    return day


def at(day: date, minute: int) -> datetime:
    """The moment `minute` minutes of working time into the working day (0 to 480)."""
    minute = max(0, min(PER_DAY, minute))
    clock = HOURS[0][0] + minute if minute < 180 else HOURS[1][0] + minute - 180
    return datetime.combine(day, time(clock // 60, clock % 60), SHANGHAI)


def minute_of(moment: datetime) -> int:
    """Minutes of working time from the opening of its day to the moment."""
    clock = moment.hour * 60 + moment.minute
    return sum(max(0, min(clock, end) - start) for start, end in HOURS)


def later(moment: datetime, minutes: int) -> datetime:
    """`minutes` of working time after the moment (before it when negative), to the minute."""
    moment = moment.astimezone(SHANGHAI)
    day, done = moment.date(), minute_of(moment)
    if not is_working_day(day):
        day, done = workday(day, 0), 0
    days, minute = divmod(done + minutes, PER_DAY)
    return at(workday(day, days), minute)


@dataclass(frozen=True)
class Anchor:
    """The moment of the first start, and what lies around it."""

    now: datetime

    @cached_property
    def today(self) -> date:
        """The working day whose deadlines are "today's": today, or the next working day."""
        return workday(self.now.astimezone(SHANGHAI).date(), 0)

    def day(self, steps: int) -> date:
        """The working day so many working days after (before) today."""
        return workday(self.today, steps)

    @cached_property
    def desk(self) -> tuple[datetime, datetime]:
        """The latest stretch of working time that lies wholly in the past: today's, or the last
        working day's afternoon.
        """
        local = self.now.astimezone(SHANGHAI)
        opens = datetime.combine(self.today, OPENING, SHANGHAI)
        if local.date() == self.today and local.time() > MORNING_ENDS:
            end = min(local - timedelta(minutes=2), at(self.today, PER_DAY))
            return opens, end
        before = self.day(-1)
        return at(before, 240), at(before, PER_DAY)

    def lately(self, share: float) -> datetime:
        """A moment of `desk`; 0 its beginning, 1 its end."""
        start, end = self.desk
        return (start + (end - start) * share).replace(second=0, microsecond=0)

    def online(self, share: float) -> datetime:
        """A moment of today before the start, at any hour: consumers write at night too."""
        end = self.now.astimezone(SHANGHAI) - timedelta(minutes=2)
        midnight = datetime.combine(self.now.astimezone(SHANGHAI).date(), time(), SHANGHAI)
        start = min(end, max(midnight, end - timedelta(hours=9)))
        return start + (end - start) * share

    def entered(self, due: date, length: int, unit: str) -> date:
        """The latest working day on which a clock of this length must start to fall due on `due`,
        or the first working day after.
        """
        if unit == "working_day":
            return workday(due, -length)
        day = workday(due - timedelta(days=length), 0)
        while add_calendar_days(at(day, 60), length).at.date() > due:
            day = workday(day, -1)
        return day
