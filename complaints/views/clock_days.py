"""The days of a clock, one by one: which counted, which were left out, and why. Drawn as a calendar
where that fits, and told as a list of stretches.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from complaints import clock_words, workdays
from complaints.models import Deadline
from complaints.workdays import DAY, SHANGHAI

Text = str | Promise
MOST_WEEKS = 10
MOST_DAYS = 4000  # of a term of years only the stretches are told
START, COUNTED, MADE_UP, WEEKEND, HOLIDAY, HELD, MOVED, DUE, OUTSIDE = (
    *("start", "counted", "made_up", "weekend", "holiday", "held", "moved", "due", "outside"),
)
WEEKDAYS: tuple[Text, ...] = (
    pgettext_lazy("weekday", "一"),
    pgettext_lazy("weekday", "二"),
    pgettext_lazy("weekday", "三"),
    pgettext_lazy("weekday", "四"),
    pgettext_lazy("weekday", "五"),
    pgettext_lazy("weekday", "六"),
    pgettext_lazy("weekday", "日"),
)
# In a cell of the calendar, and in a list.
SHORT: dict[str, Text] = {
    START: pgettext_lazy("day of a clock", "起"),
    MADE_UP: pgettext_lazy("day of a clock", "班"),
    WEEKEND: pgettext_lazy("day of a clock", "休"),
    HOLIDAY: pgettext_lazy("day of a clock", "假"),
    HELD: pgettext_lazy("day of a clock", "停"),
    MOVED: pgettext_lazy("day of a clock", "延"),
    DUE: pgettext_lazy("day of a clock", "止"),
}
LONG: dict[str, Text] = {
    START: gettext_lazy("起算的当日，不计"),
    COUNTED: gettext_lazy("计入"),
    MADE_UP: gettext_lazy("调休补班，计入"),
    WEEKEND: gettext_lazy("周末，不计"),
    HOLIDAY: gettext_lazy("节假日，不计"),
    HELD: gettext_lazy("中止期间，不计"),
    MOVED: gettext_lazy("末日遇休息日，顺延"),
    DUE: gettext_lazy("届满"),
}


@dataclass(frozen=True)
class Day:
    """One day: what it is, and the how-manieth that counted (0: it did not)."""

    on: date
    kind: str
    number: int = 0

    @property
    def short(self) -> Text:
        """The word in its cell."""
        return SHORT.get(self.kind, "")

    @property
    def long(self) -> str:
        """What a screen reader says of it."""
        if self.kind == OUTSIDE:
            return ""
        words = str(LONG[self.kind])
        if not self.number:
            return words
        nth = _("第 {n} 天").format(n=self.number)
        return _("{words}，{nth}").format(words=words, nth=nth)


@dataclass(frozen=True)
class Stretch:
    """Days of one kind in a row."""

    days: str
    words: Text
    kind: str
    length: int


def days_of(deadline: Deadline) -> list[Day]:
    """From the day of the event to the due day; [] where no days are counted."""
    told = deadline.explanation
    if told.get("unit") not in workdays.DAYS or told.get("back"):
        return []
    start, due = (m.astimezone(SHANGHAI).date() for m in (deadline.started_at, deadline.due_at))
    if not 0 < (due - start).days <= MOST_DAYS:
        return []
    return [Day(start, START), *_counted(_range(start + DAY, due), due, _kinds(told))]


def _counted(days: Iterator[date], due: date, kinds: dict[date, str]) -> Iterator[Day]:
    """Each day with its number. Of a term whose last day was moved that day still counts, and the
    due day is another.
    """
    number, moved = 0, False
    for on in days:
        kind = kinds.get(on, COUNTED)
        counts = not moved and kind in (COUNTED, MADE_UP, MOVED)
        number += counts
        moved = moved or kind == MOVED
        shown = DUE if on == due and kind in (COUNTED, MADE_UP) else kind
        yield Day(on, shown, number if counts else 0)


def _kinds(told: dict[str, Any]) -> dict[date, str]:
    """What the days are that do not simply count."""
    named = set(clock_words.named_days(told.get("skipped", ())))
    kinds = {
        date.fromisoformat(day): HOLIDAY if day in named else WEEKEND
        for day in told.get("skipped", ())
    }
    for name, kind in (("made_up", MADE_UP), ("moved", MOVED), ("held", HELD)):
        kinds |= {date.fromisoformat(day): kind for day in told.get(name, ())}
    return kinds


def _range(first: date, last: date) -> Iterator[date]:
    day = first
    while day <= last:
        yield day
        day += DAY


def weeks_of(days: Sequence[Day]) -> list[list[Day]]:
    """The days as weeks from Monday to Sunday, filled up at both ends; [] when there are too many
    to draw.
    """
    if not days:
        return []
    first = days[0].on - timedelta(days=days[0].on.weekday())
    last = days[-1].on + timedelta(days=6 - days[-1].on.weekday())
    if (last - first).days >= MOST_WEEKS * 7:
        return []
    known = {day.on: day for day in days}
    whole = [known.get(on, Day(on, OUTSIDE)) for on in _range(first, last)]
    return [whole[at : at + 7] for at in range(0, len(whole), 7)]


def stretches_of(days: Sequence[Day]) -> list[Stretch]:
    """The days told in a row."""
    found = []
    for kind, group in groupby(days, key=lambda day: day.kind):
        run = [day.on for day in group]
        text = clock_words.stretches([day.isoformat() for day in run], days[0].on.year)
        found.append(Stretch(text, LONG[kind], kind, len(run)))
    return found


def legend_of(days: Sequence[Day]) -> list[tuple[str, Text, Text]]:
    """(kind, short, long) of the kinds that appear and need a word."""
    present = {day.kind for day in days}
    return [(kind, SHORT[kind], LONG[kind]) for kind in SHORT if kind in present]
