"""What falls due today or is over, by person: counts of everybody in one statement, the rows of a
page in two.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.utils.translation import gettext as _

from accounts import absences
from accounts.models import Absence, User
from accounts.roles import Role
from complaints.models import Complaint
from complaints.querysets import ComplaintQuerySet
from complaints.views.queue_directory import Directory
from complaints.views.queue_filters import end_of_today
from complaints.views.queue_row import Row
from complaints.views.queue_rows import BY_DUE
from complaints.views.queue_views import capped_counts, shown
from complaints.workdays import DAY, SHANGHAI

NOBODY = "none"
SOON = timedelta(days=7)  # how long before it a leave is shown


@dataclass(frozen=True)
class Load:
    """How many cases of a person are over and how many fall due today, counted up to 99+."""

    over: int
    today: int

    @property
    def words(self) -> str:
        """超时 2 · 今日 3."""
        return _("超时 {over} · 今日 {today}").format(
            over=shown(self.over), today=shown(self.today)
        )

    @property
    def pressed(self) -> bool:
        """Whether anything presses at all."""
        return bool(self.over or self.today)


@dataclass(frozen=True)
class Receiver:
    """Somebody a case can be handed to, with what lies there already."""

    value: str
    words: str


@dataclass(frozen=True)
class Threatened:
    """One case in danger: its row, who could take it, and what was typed and refused."""

    row: Row
    receivers: list[Receiver]
    typed: Mapping[str, str] = field(default_factory=dict)
    errors: tuple[str, ...] = ()


@dataclass(frozen=True)
class Group:
    """The cases of one person on the page."""

    owner: str
    name: str
    load: Load
    absent: bool
    cases: list[Threatened]


@dataclass(frozen=True)
class Leave:
    """Days away of somebody whose cases are in the list, and how many of them fall due by the last
    of these days or are over.
    """

    absence: Absence
    number: int

    @property
    def shown(self) -> str:
        """The number, 99+ for more."""
        return shown(self.number)


@dataclass
class Danger:
    """The list before one person. A supervisor sees the teams led, an agent the own cases."""

    user: User
    now: datetime
    directory: Directory

    @property
    def leads(self) -> bool:
        """Whether others' cases belong to the list."""
        return self.user.may("assign")

    @property
    def cases(self) -> ComplaintQuerySet:
        """What falls due before midnight or is over; never what stands still."""
        return self._before(end_of_today(self.now))

    def _before(self, moment: datetime) -> ComplaintQuerySet:
        visible = Complaint.objects.visible_to(self.user)
        if not self.leads:
            visible = visible.owned_by(self.user)
        elif self.user.led_team_ids and not self.user.is_(Role.AUDITOR):
            visible = visible.filter(team__in=self.user.led_team_ids)
        return visible.due_before(moment)

    def of(self, who: str) -> ComplaintQuerySet:
        """The cases of one person, or of nobody."""
        return self.cases.filter(owner=None if who == NOBODY else int(who))

    def during(self, absence: Absence) -> ComplaintQuerySet:
        """What of somebody's cases falls due by the end of the days away, or is over."""
        end = datetime.combine(absence.last_day + DAY, time(0), SHANGHAI)
        return self._before(end).filter(owner=absence.user_id)

    @cached_property
    def absences(self) -> list[Absence]:
        """Days away of these people, now and to come. One statement."""
        people = [int(who) for who, _name in self.people if who != NOBODY]
        return list(absences.coming(self.today).filter(user__in=people))

    @property
    def today(self) -> date:
        """The day in the time zone of the business."""
        return self.now.astimezone(SHANGHAI).date()

    def leaves(self) -> list[Leave]:
        """Whoever is away or goes within a week and has cases to hand over. One statement more
        where there is anybody.
        """
        soon = [each for each in self.absences if each.first_day <= self.today + SOON]
        lists = {str(e.pk): BY_DUE.sort(self.during(e), backwards=False) for e in soon}
        counts = capped_counts(lists) if lists else {}
        found = [Leave(each, counts[str(each.pk)]) for each in soon]
        return [leave for leave in found if leave.number]

    @property
    def people(self) -> list[tuple[str, str]]:
        """(id, name) of whose cases may be in danger; nobody's come first."""
        if not self.leads:
            return [(str(self.user.pk), self.user.name)]
        return [(NOBODY, _("待分配")), *self.directory.people]

    def loads(self) -> dict[str, Load]:
        """Person → load. One statement."""
        lists = {}
        for who, _name in self.people:
            mine = BY_DUE.sort(self.of(who), backwards=False)
            lists[f"{who}.over"] = mine.filter(next_due_at__lte=self.now)
            lists[f"{who}.today"] = mine.filter(next_due_at__gt=self.now)
        counts = capped_counts(lists)
        return {
            who: Load(counts[f"{who}.over"], counts[f"{who}.today"]) for who, _name in self.people
        }


def grouped(
    danger: Danger,
    rows: list[Row],
    loads: Mapping[str, Load],
    again: Mapping[str, Any] | None = None,
) -> list[Group]:
    """The rows by person, the person with the soonest first. `again`: {number, typed, errors} of a
    hand-over that was refused.
    """
    names, groups = dict(danger.people), {}
    for row in rows:
        owner = row.case.owner
        who = str(owner.pk) if owner else NOBODY
        if who not in groups:
            name = owner.name if owner else names.get(NOBODY, _("待分配"))
            load = loads.get(who, Load(0, 0))
            absent = who in danger.directory.absent
            groups[who] = Group(who, name, load, absent, [])
        groups[who].cases.append(_threatened(danger, row, who, loads, again))
    return list(groups.values())


def _threatened(
    danger: Danger,
    row: Row,
    who: str,
    loads: Mapping[str, Load],
    again: Mapping[str, Any] | None,
) -> Threatened:
    # `named`: who is named in the case, asked together with it by the view
    receivers = [
        Receiver(value, f"{name}　{loads[value].words}" if value in loads else name)
        for value, name in danger.directory.present.get(row.case.team_id, [])
        if value != who and int(value) not in row.case.named
    ]
    if again and again["number"] == row.number:
        return Threatened(row, receivers, again["typed"], tuple(again["errors"]))
    return Threatened(row, receivers)
