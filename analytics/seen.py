"""What an overview consists of: the numbers, bars, lists and clocks that a dashboard shows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from analytics.asking import Asked
from analytics.figures import Figure


@dataclass(frozen=True)
class Part:
    """One bar: how many there are of a value, and where they are listed. Key `sums.REST`: of all
    values that are not among the largest, `values` of them, listed nowhere.
    """

    key: str
    label: str
    n: int
    rows_url: str
    values: int = 1


@dataclass(frozen=True)
class DayCount:
    """How many were received on a day."""

    day: date
    n: int
    rows_url: str


@dataclass(frozen=True)
class Heat:
    """Category (rows) by region or area (columns), each (key, label), the largest first; only cells
    with something in them.
    """

    rows: list[tuple[str, str]]
    columns: list[tuple[str, str]]
    cells: dict[tuple[str, str], Part]


@dataclass(frozen=True)
class Load:
    """Open cases of a person (None: nobody's), and of them those that press."""

    owner: int | None
    name: str
    open: int
    overdue: int
    due_today: int
    rows_url: str
    overdue_url: str
    due_today_url: str


@dataclass(frozen=True)
class ClockKept:
    """How often a kind of statutory clock was kept and missed."""

    key: str
    label: str
    kept: int
    missed: int
    kept_url: str
    missed_url: str


@dataclass(frozen=True)
class Clock:
    """One running clock that is late or runs out soon."""

    number: str
    kind: str
    title: str
    nature: str
    due_at: datetime
    owner: str
    url: str
    late: bool


@dataclass(frozen=True)
class Overview:
    """Everything of one look. `behind`: changes that are not counted yet, 0 as a rule. `heat` has
    provinces, `areas` the large regions that they make up.
    """

    asked: Asked
    as_of: datetime
    behind: int
    figures: dict[str, Figure]
    received: list[DayCount]
    by_category: list[Part]
    by_area: list[Part]
    by_region: list[Part]
    by_channel: list[Part]
    by_product: list[Part]
    by_brand: list[Part]
    by_right: list[Part]
    by_team: list[Part]
    by_owner: list[Part]
    by_phase: list[Part]
    by_clock: list[ClockKept]
    heat: Heat
    areas: Heat
    load: list[Load]
    clocks: list[Clock]

    @property
    def map(self) -> Heat:
        """The one to look at: large regions, within one of them its provinces."""
        return self.heat if self.asked.area or self.asked.region else self.areas
