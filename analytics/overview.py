"""What a dashboard shows, for one person, window and filters: a handful of statements, whatever the
number of cases.

Every number is counted over exactly the rows that its address opens (`analytics/rows.py`). Longer
than others on purpose: what is read and what is made of it stand one below the other.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Hashable, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, F, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import User
from analytics import figures, folding, labels, sums, targets
from analytics import occurrences as o
from analytics.addresses import Addresses
from analytics.asking import Asked, spelled
from analytics.dimensions import BETWEEN, HEAT, KEY, OWNER, REGION, TEAM
from analytics.figures import Figure, Read
from analytics.rows import cases_of
from analytics.seen import Clock, ClockKept, DayCount, Heat, Load, Overview, Part
from analytics.sums import BEFORE, DAILY, PAST, REST, STOCK
from analytics.sums import NOW as WINDOW
from complaints.choices import DeadlineNature, DeadlineState
from complaints.clock_words import title_of
from complaints.lifecycle import Phase
from complaints.models import Deadline
from complaints.prepared import END, NOW, START, TODAY, prepared
from complaints.seen import saw_cases
from complaints.workdays import SHANGHAI

__all__ = ["Clock", "ClockKept", "DayCount", "Heat", "Load", "Overview", "Part", "overview"]

CLOCKS = 10  # at risk, soonest first
_OF_ITS_CASE = ("complaint__number", "complaint__owner__name")


def overview(
    user: User, asked: Asked, now: datetime | None = None, *, fold: bool = True
) -> Overview:
    """Read it all. What changed just before is counted first (`folding.catch_up`), which keeps
    others waiting until the caller's transaction ends; without `fold` it is only said how much.
    """
    behind = folding.catch_up() if fold else folding.waiting()
    return Reading.of(user, asked, now, behind=behind).overview()


@dataclass
class Reading:
    """What is read of the database for a look, and what follows from it."""

    user: User
    asked: Asked
    now: datetime
    behind: int

    @classmethod
    def of(cls, user: User, asked: Asked, now: datetime | None = None, *, behind: int) -> Reading:
        """Everything that is read. `behind`: how many changes are not counted."""
        found = cls(user, asked, now or timezone.now(), behind)
        found._read()
        return found

    def _read(self) -> None:
        self.today = self.now.astimezone(SHANGHAI).date()
        self.sums = sums.sums(self.user, self.asked, sums.slots(self.asked, self.today))
        self.pressing = self._pressing()
        self.clocks = self._clocks()
        self.targets = self._targets()

    @property
    def ground(self) -> tuple[Hashable, ...]:
        """All that the overview follows from, but for the moment and the language: where it is the
        same, so is every number.
        """
        pressing = frozenset(self.pressing.items())
        words = (self.asked, self.today, self.behind, self.targets)
        return (*words, self.sums.rows, pressing, *self.clocks)

    def overview(self) -> Overview:
        """Every number, bar and row."""
        self.addresses = Addresses(self.asked)
        cells = self.sums.by(WINDOW, o.RECEIVED, HEAT)
        return Overview(
            asked=self.asked,
            as_of=self.now,
            behind=self.behind,
            figures=self._figures(),
            received=self._received(),
            **{f"by_{name}": self._received_by(name) for name in PARTS},
            by_area=self._parts("area", sums.in_areas(self.sums.by(WINDOW, o.RECEIVED, REGION))),
            by_right=self._by_key("right", "right", self.sums.by(WINDOW, o.RIGHT, KEY)),
            by_team=self._by_team(),
            by_owner=self._by_owner(),
            by_phase=self._by_phase(),
            by_clock=self._by_clock(),
            heat=self._heat("region", cells),
            areas=self._heat("area", sums.in_areas(cells)),
            load=self._load(),
            clocks=self.clocks,
        )

    # --- what is read besides the sums

    def _pressing(self) -> dict[int | None, tuple[int, int]]:
        """Owner → open cases due today that are late already, and that are not. One statement."""
        start = datetime.combine(self.today, time(0), SHANGHAI)
        moments = {START: start, END: start + timedelta(days=1), NOW: self.now}
        rows = prepared("pressing", self.user, self.asked, self._pressing_cases, moments).rows()
        return {owner: (late, number - late) for owner, number, late in rows}

    def _pressing_cases(self) -> QuerySet[Any, Any]:
        return (
            cases_of(self.user, self.asked)
            .open()
            .filter(next_due_at__gte=START, next_due_at__lt=END)
            .order_by()
            .values("owner")
            .annotate(all=Count("pk"), late=Count("pk", filter=Q(next_due_at__lte=NOW)))
            .values_list("owner", "all", "late")
        )

    def _targets(self) -> tuple[str, ...]:
        """What was said of targets and holds on the last day. One statement."""
        day = min(self.asked.until, self.today)
        rows = prepared("targets", self.user, (), lambda: targets.held_on(TODAY), {TODAY: day})
        return tuple(text for _pk, text, _which in rows.rows())

    def _clocks(self) -> list[Clock]:
        """The next of each case, the soonest first. One statement."""
        found = []
        rows = prepared("clocks", self.user, self.asked, self._running_clocks, {}).rows()
        for kind, entry, title, nature, due_at, number, owner in rows:
            saw_cases(number)
            found.append(
                Clock(
                    number=number,
                    kind=kind,
                    title=title_of(Deadline(kind=kind, entry=entry, title=json.loads(title))),
                    nature=str(DeadlineNature(nature).label),
                    due_at=due_at,
                    owner=owner or "",
                    url=reverse("case", args=[number]),
                    late=due_at <= self.now,
                )
            )
        return found

    def _running_clocks(self) -> QuerySet[Any, Any]:
        soonest = cases_of(self.user, self.asked).open().filter(next_due_at__isnull=False)
        return (
            Deadline.objects.filter(
                complaint__in=soonest.order_by("next_due_at", "id").values("pk")[:CLOCKS],
                state=DeadlineState.RUNNING,
                due_at=F("complaint__next_due_at"),
            )
            .order_by("due_at", "id")
            .values_list("kind", "entry", "title", "nature", "due_at", *_OF_ITS_CASE)[:CLOCKS]
        )

    # --- numbers

    def _figures(self) -> dict[str, Figure]:
        late = sum(late for late, _today in self.pressing.values())
        today = sum(today for _late, today in self.pressing.values())
        read: dict[str, tuple[Read, figures.Value]] = figures.standing(self.sums, late, today)
        for code, measure in figures.OF_WINDOW.items():
            read[code] = (measure(self.sums, WINDOW), measure(self.sums, BEFORE).value)
        said = dict(targets.read(text) for text in self.targets)
        return {
            code: Figure(
                measure=measure,
                value=read[code][0].value,
                n=read[code][0].n,
                of=read[code][0].of,
                previous=read[code][1],
                rows_url=self._url(code),
                as_of=self.now,
            )
            for code, measure in targets.measures(said).items()
        }

    def _url(self, measure: str, **changes: str) -> str:
        runs = measure in RUNNING and self.asked.until >= self.today
        if runs or measure in MOMENTS:  # else what runs out until it is opened would count too
            changes = {**changes, "at": self.now.isoformat()}
        return self.addresses.of(measure, **changes)

    def _received(self) -> list[DayCount]:
        by, found = self.sums.by(DAILY, o.RECEIVED), []
        for number in range(self.asked.days):
            day = self.asked.since + timedelta(days=number)
            text = day.isoformat()
            url = self._url("received", **{"from": text, "to": text})
            found.append(DayCount(day, by.get(text, 0), url))
        return found

    def _received_by(self, dimension: str) -> list[Part]:
        by = self.sums.by(WINDOW, o.RECEIVED, dimension)
        others, values = by.pop(REST, 0), self.sums.rest.get((WINDOW, o.RECEIVED, dimension), 0)
        found = self._parts(dimension, by)
        if others:
            found.append(Part(REST, _("其余 {n} 项").format(n=values), others, "", values))
        return found

    def _parts(self, dimension: str, by: Mapping[str, int]) -> list[Part]:
        parts = [
            _part(dimension, key, n, self._url("received", **{dimension: spelled(key)}))
            for key, n in by.items()
        ]
        return sorted(parts, key=_largest_first)

    def _by_key(self, measure: str, dimension: str, by: Mapping[str, int]) -> list[Part]:
        parts = [_part(dimension, key, n, self._url(measure, key=key)) for key, n in by.items()]
        return sorted(parts, key=_largest_first)

    def _by_phase(self) -> list[Part]:
        by = self.sums.by(STOCK, o.OPEN, KEY)
        return [
            _part("phase", phase.value, by.get(phase, 0), self._url("open", key=phase.value))
            for phase in Phase
            if phase != Phase.ARCHIVE
        ]

    def _by_team(self) -> list[Part]:
        parts = [
            Part(
                key,
                self.sums.names[TEAM].get(key, key),
                n,
                self._url("received", team=key),
            )
            for key, n in self.sums.by(WINDOW, o.RECEIVED, TEAM).items()
        ]
        return sorted(parts, key=_largest_first)

    def _owner_name(self, key: str) -> str:
        return self.sums.names[OWNER].get(key, key) if key else _("待分配")

    def _by_owner(self) -> list[Part]:
        parts = [
            Part(key, self._owner_name(key), n, self._url("received", owner=key or NOBODY))
            for key, n in self.sums.by(WINDOW, o.RECEIVED, OWNER).items()
        ]
        return sorted(parts, key=_largest_first)

    def _load(self) -> list[Load]:
        past, found = self.sums.by(PAST, o.OPEN, OWNER), []
        for key, n in self.sums.by(STOCK, o.OPEN, OWNER).items():
            owner = int(key) if key else None
            late, today = self.pressing.get(owner, (0, 0))
            found.append(
                Load(
                    owner=owner,
                    name=self._owner_name(key),
                    open=n,
                    overdue=past.get(key, 0) + late,
                    due_today=today,
                    rows_url=self._url("open", owner=key or NOBODY),
                    overdue_url=self._url("overdue", owner=key or NOBODY),
                    due_today_url=self._url("due_today", owner=key or NOBODY),
                )
            )
        return sorted(found, key=lambda load: (-load.open, -load.overdue, load.name))

    def _by_clock(self) -> list[ClockKept]:
        kinds: dict[str, list[int]] = {}
        for key, n in figures.over(self.sums, WINDOW, o.CLOCK).items():
            kind, _colon, end = key.rpartition(":")
            kinds.setdefault(kind, [0, 0])[end != o.KEPT] += n
        return [
            ClockKept(
                key=kind,
                label=labels.label("clock", kind),
                kept=kept,
                missed=missed,
                kept_url=self._url("clocks_kept", key=kind),
                missed_url=self._url("clocks_missed", key=kind),
            )
            for kind, (kept, missed) in sorted(kinds.items(), key=lambda row: (-sum(row[1]), row))
            if kept or missed
        ]

    def _heat(self, across: str, by: Mapping[str, int]) -> Heat:
        numbers = {labels.split(key): n for key, n in by.items()}
        rows, columns = Counter[str](), Counter[str]()
        for (category, place), n in numbers.items():
            rows[category] += n
            columns[place] += n
        found = Heat(_named("category", rows), _named(across, columns), {})
        categories, places = dict(found.rows), dict(found.columns)
        for (category, place), n in numbers.items():
            chosen = {"category": spelled(category), across: spelled(place)}
            found.cells[category, place] = Part(
                f"{category}{BETWEEN}{place}",
                f"{categories[category]} × {places[place]}",
                n,
                self._url("received", **chosen),
            )
        return found


PARTS = ("category", "region", "channel", "product", "brand")
MOMENTS = ("overdue", "due_today")
RUNNING = ("promises_kept", "clocks_kept", "clocks_missed")  # without what is due today or later
NOBODY = "none"


def _part(dimension: str, key: str, n: int, url: str) -> Part:
    return Part(key, labels.label(dimension, key), n, url)


def _largest_first(part: Part) -> tuple[int, str]:
    return (-part.n, part.key)


def _named(dimension: str, counts: Mapping[str, int]) -> list[tuple[str, str]]:
    keys = sorted(counts, key=lambda key: (-counts[key], key))
    return [(key, labels.label(dimension, key)) for key in keys]
