"""What a change of the calendar moved, for one person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import User
from complaints import clock_words
from complaints.actions import recount
from complaints.models import CalendarChange, ClockMove
from complaints.querysets import scope_of
from complaints.seen import saw_cases
from config.tags import moment

PAGE_SIZE = 50
Kind = CalendarChange.Kind


def in_words(change: CalendarChange) -> str:
    """What was changed, with its days."""
    told = change.detail
    if change.kind == Kind.NOTICE:
        words = _("替换 {year} 年放假通知") if told["replaces"] else _("载入 {year} 年放假通知")
        return words.format(year=told["year"])
    if change.kind == Kind.OWN_DAYS:
        days = " – ".join(dict.fromkeys((told["first"], told["last"])))
        words = _("取消“{name}”：{days}") if told.get("removed") else _("登记“{name}”：{days}")
        return words.format(name=told["name"], days=days)
    if change.kind == Kind.HOURS:
        periods = _("、").join(f"{a}–{b}" for a, b in told["periods"])
        return _("自 {day} 起工作时间 {periods}").format(day=told["valid_from"], periods=periods)
    if change.kind == Kind.TARGET:
        return _("“{clock}”自 {day} 起 {length}").format(
            clock=clock_words.title_of_row(told["entry"]),
            day=told["valid_from"],
            length=clock_words.length_in_words(told["terms"]["length"], told["terms"]["unit"]),
        )
    return _("补算放假通知公布前的暂定日期")


@dataclass(frozen=True)
class Row:
    """One clock that moved: dates in words, marked where they are provisional."""

    move: ClockMove
    title: str
    before: str
    after: str
    days: int

    @property
    def earlier(self) -> int:
        """By how many days it is due earlier."""
        return -self.days


class ChangePage:
    """Everything is read when it is first asked for."""

    def __init__(self, change: CalendarChange, user: User, asked: Mapping[str, str]) -> None:
        self.change, self.user = change, user
        self._after = _place(asked.get("after", ""))
        self._before = _place(asked.get("before", ""))

    @property
    def words(self) -> str:
        """What was changed."""
        return in_words(self.change)

    @property
    def running(self) -> bool:
        """Cases are still being counted."""
        return self.change.state == CalendarChange.State.RUNNING

    @cached_property
    def progress(self) -> recount.Progress:
        """How far it is."""
        return recount.progress(self.change)

    @cached_property
    def _visible(self) -> Any:
        rows = ClockMove.objects.filter(scope_of(self.user, "complaint__"), change=self.change)
        return rows.select_related("complaint__consumer", "deadline")

    @cached_property
    def _page(self) -> tuple[list[ClockMove], bool, bool]:
        """(rows, whether there are earlier ones, whether there are later ones)."""
        if self._before:
            found = list(self._visible.filter(pk__lt=self._before).order_by("-pk")[: PAGE_SIZE + 1])
            return found[:PAGE_SIZE][::-1], len(found) > PAGE_SIZE, True
        found = list(self._visible.filter(pk__gt=self._after).order_by("pk")[: PAGE_SIZE + 1])
        return found[:PAGE_SIZE], self._after > 0, len(found) > PAGE_SIZE

    @property
    def rows(self) -> list[Row]:
        """One page of clocks that moved, of cases that the person may see."""
        return [_row(move) for move in self._page[0]]

    @property
    def previous(self) -> int:
        """Before which row the earlier page ends; 0 for none."""
        rows, earlier, _later = self._page
        return rows[0].pk if rows and earlier else 0

    @property
    def next(self) -> int:
        """After which row the later page begins; 0 for none."""
        rows, _earlier, later = self._page
        return rows[-1].pk if rows and later else 0


def _place(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else 0


def _row(move: ClockMove) -> Row:
    def day(at: Any) -> date:
        return date.fromisoformat(moment(at)[:10])

    saw_cases(move.complaint.number)
    return Row(
        move,
        clock_words.title_of(move.deadline),
        clock_words.marked(moment(move.before), provisional=move.was_provisional),
        clock_words.marked(moment(move.after), provisional=move.provisional),
        (day(move.after) - day(move.before)).days,
    )
