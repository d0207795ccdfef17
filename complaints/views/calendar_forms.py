"""The forms of the calendar: own days, business hours, lengths of our own clocks."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from complaints.actions import own_calendar
from complaints.errors import Invalid
from complaints.models import CalendarChange, CalendarDay

UNITS = (
    ("hour", _("小时")),
    ("working_hour", _("工作小时")),
    ("calendar_day", _("日")),
    ("working_day", _("工作日")),
    ("month", _("月")),
)


class _Day(forms.DateInput):
    input_type = "date"

    def __init__(self) -> None:
        super().__init__(format="%Y-%m-%d")


class _Time(forms.TimeInput):
    input_type = "time"


class Sent(forms.Form):
    """Only carries what was typed; the action says what is wrong with it, at its field."""

    def act(self, action: Callable[[], CalendarChange]) -> CalendarChange | None:
        """What the action answers; None when it refuses, with its sentences at the fields."""
        self.full_clean()
        try:
            return action()
        except Invalid as refused:
            for name, sentences in refused.errors.items():
                for sentence in sentences:
                    self.add_error(name if name in self.fields else None, sentence)
            return None


class OwnDaysForm(Sent):
    """Days off or days worked of the enterprise."""

    first = forms.CharField(label=_("自"), required=False, widget=_Day())
    last = forms.CharField(label=_("至（含当天）"), required=False, widget=_Day())
    kind = forms.ChoiceField(
        label=_("类型"),
        required=False,
        choices=[(CalendarDay.Kind.OFF, _("放假")), (CalendarDay.Kind.WORK, _("加班"))],
    )
    name = forms.CharField(label=_("名称"), required=False, max_length=80)

    def save(self, by: Any) -> CalendarChange | None:
        """Enter the days; None when they were refused."""
        values = {name: self.data.get(name, "") for name in self.fields}
        return self.act(lambda: own_calendar.set_days(values, by=by))


class HoursForm(Sent):
    """Business hours from a day on: up to four periods."""

    valid_from = forms.CharField(label=_("自何日起"), required=False, widget=_Day())
    periods = forms.CharField(label=_("工作时间"), required=False)  # only carries the sentence

    def __init__(self, *args: Any, periods: Sequence[Sequence[str]] = (), **kwargs: Any) -> None:
        """`periods`: those that hold now, for a form that nobody has filled in yet."""
        super().__init__(*args, **kwargs)
        sent = self.data
        if isinstance(sent, QueryDict):
            periods = list(zip(sent.getlist("opens"), sent.getlist("closes"), strict=False))
        rows = own_calendar.MOST_PERIODS
        padded = [*periods[:rows], *[("", "")] * (rows - len(periods[:rows]))]
        self.typed = [(place, a, b) for place, (a, b) in enumerate(padded, start=1)]

    def save(self, by: Any) -> CalendarChange | None:
        """Set the hours; None when they were refused."""
        periods = [[opens, closes] for _row, opens, closes in self.typed]
        values = {"valid_from": self.data.get("valid_from", ""), "periods": periods}
        return self.act(lambda: own_calendar.set_hours(values, by=by))


class LengthForm(Sent):
    """Another length for one of our own clocks."""

    length = forms.CharField(label=_("长度"), required=False)
    unit = forms.ChoiceField(label=_("单位"), required=False, choices=UNITS)
    valid_from = forms.CharField(label=_("自何日起"), required=False, widget=_Day())
    reason = forms.CharField(label=_("原因"), required=False, max_length=300)

    @property
    def also_running(self) -> bool:
        """Clocks that run already are meant too."""
        return self.data.get("running") == "1"

    def save(self, entry: str, by: Any) -> CalendarChange | None:
        """Set the length; None when it was refused."""
        values: dict[str, Any] = {name: self.data.get(name, "") for name in self.fields}
        values["running"] = self.also_running
        return self.act(lambda: own_calendar.set_length(entry, values, by=by))
