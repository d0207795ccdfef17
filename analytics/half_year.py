"""半年投诉分析: half a year of complaints beside the half before: figures, the clocks of the law
with the article that sets each, categories, and the archive.

Everything is counted over the cases that the reader may see, of one team or of all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.models import User
from analytics.asking import Asked, asked
from analytics.overview import ClockKept, Overview, Part, overview
from analytics.periods import Half
from analytics.rows import cases_of
from complaints import regimes
from complaints.choices import DeadlineState
from complaints.lifecycle import State
from complaints.models import (
    Deadline,
    Destroyed,
    LegalHold,
    Package,
    Retention,
    Transition,
)
from complaints.querysets import ComplaintQuerySet
from complaints.workdays import SHANGHAI

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Law:
    """One statutory clock: kept and missed in the half and in the one before, and how many of it
    are still not done. `basis`: the law and the article that set it.
    """

    key: str
    label: str
    basis: str
    now: ClockKept | None
    before: ClockKept | None
    open: int


@dataclass(frozen=True)
class Compared:
    """A category: received in the half and in the one before."""

    part: Part
    before: int


@dataclass(frozen=True)
class Archive:
    """Files: brought into the archive, sealed and destroyed in the half (and in the one before);
    under a hold, and kept by class, now.
    """

    archived: tuple[int, int]
    sealed: tuple[int, int]
    destroyed: tuple[int, int]
    held: int
    matters: int
    classes: Mapping[str, int]


@dataclass(frozen=True)
class HalfYear:
    """One look at a half. `complete`: its last day is over."""

    user: User
    half: Half
    asked: Asked
    at: datetime
    found: Overview
    past: Overview

    @property
    def complete(self) -> bool:
        """Whether nothing can be added any more."""
        return self.half.until < timezone.localdate(self.at)

    @cached_property
    def laws(self) -> list[Law]:
        """The clocks of the law, those missed most first. One statement."""
        now = {clock.key: clock for clock in self.found.by_clock}
        before = {clock.key: clock for clock in self.past.by_clock}
        still = self._still_open()
        rows = [
            Law(
                key,
                (now.get(key) or before[key]).label,
                basis_of(key),
                now.get(key),
                before.get(key),
                still.get(key, 0),
            )
            for key in {**now, **before}
        ]
        return sorted(rows, key=lambda row: (-(row.now.missed if row.now else 0), row.label))

    def _still_open(self) -> dict[str, int]:
        """Kind → clocks of the law that fell due in the half and are still not done."""
        since, until = moments(self.half)
        rows = (
            Deadline.objects.filter(
                complaint__in=self.cases.open().order_by().values("pk"),
                nature="statutory",
                owed_by="enterprise",
                state__in=[DeadlineState.RUNNING, DeadlineState.MISSED],
                met_at=None,
                due_at__gte=since,
                due_at__lt=min(until, self.at),
            )
            .order_by()
            .values("kind")
            .annotate(n=Count("pk"))
        )
        return {row["kind"]: row["n"] for row in rows}

    @cached_property
    def cases(self) -> ComplaintQuerySet:
        """Those that are counted, whatever their day."""
        return cases_of(self.user, self.asked)

    @property
    def categories(self) -> list[Compared]:
        """Those of the half, the most first, then those that are no more."""
        before = {part.key: part for part in self.past.by_category}
        rows = [
            Compared(part, before[part.key].n if part.key in before else 0)
            for part in self.found.by_category
        ]
        seen = {part.key for part in self.found.by_category}
        gone = [part for key, part in before.items() if key not in seen]
        return rows + [Compared(replace(part, n=0, rows_url=""), part.n) for part in gone]

    @cached_property
    def archive(self) -> Archive:
        """The files. Eight statements."""
        cases = self.cases.order_by().values("pk")
        kept = Retention.objects.filter(complaint__in=cases, complaint__destroyed=None)
        classes = kept.order_by().values("code").annotate(n=Count("pk"))
        archived = Transition.objects.filter(complaint__in=cases, to_state=State.ARCHIVED)
        return Archive(
            archived=self._both(archived, "at"),
            sealed=self._both(Package.objects.filter(sealing__complaint__in=cases), "made_at"),
            destroyed=self._both(Destroyed.objects.filter(complaint__in=cases), "at"),
            held=self.cases.filter(legal_hold=True).order_by().count(),
            matters=LegalHold.objects.in_force()
            .filter(cases__complaint__in=cases)
            .distinct()
            .count(),
            classes={row["code"]: row["n"] for row in classes},
        )

    def _both(self, rows: QuerySet[Any], column: str) -> tuple[int, int]:
        since, until = moments(self.half)
        earlier, _until = moments(self.half.before)
        now = Q(**{f"{column}__gte": since, f"{column}__lt": until})
        before = Q(**{f"{column}__gte": earlier, f"{column}__lt": since})
        found = rows.order_by().aggregate(
            now=Count("pk", filter=now), before=Count("pk", filter=before)
        )
        return found["now"], found["before"]


def half_year(user: User, half: Half, team: str = "", now: datetime | None = None) -> HalfYear:
    """Read it. Raises Invalid for a team that is none of the person's."""
    now = now or timezone.now()
    today = timezone.localdate(now)

    def looked(one: Half) -> Asked:
        days = {"from": one.since.isoformat(), "to": one.until.isoformat()}
        return asked({**days, "team": team}, user, today)

    of_half, of_before = looked(half), looked(half.before)
    return HalfYear(
        user, half, of_half, now, overview(user, of_half, now), overview(user, of_before, now)
    )


def halves(today: date, number: int = 6) -> list[Half]:
    """The half that runs and those before it."""
    found = [Half.of(today)]
    while len(found) < number:
        found.append(found[-1].before)
    return found


def basis_of(kind: str) -> str:
    """《…》第 8 条 of a clock of the law; "" where the table names none any more."""
    lang = "en" if (get_language() or "").startswith("en") else "zh"
    row = regimes.row(kind) or regimes.first_of(kind)
    law = row.law if row is not None else None
    if law is None or not law.citations:
        return ""
    cited = law.citations[0]
    name = law.name_of(cited, lang)
    if cited.external is None:
        name = _("《{title}》").format(title=name)
    if not cited.article:
        return name
    return _("{instrument}第 {article} 条").format(instrument=name, article=cited.article)


def moments(half: Half) -> tuple[datetime, datetime]:
    """Its first moment, and the first after it."""
    first, last = half.since, half.until + DAY
    return (datetime.combine(first, time(0), SHANGHAI), datetime.combine(last, time(0), SHANGHAI))
