"""The largest first, with the share of all that they make up together (Pareto), lying: names of
products are long.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from analytics.charts.scale import clipped

ROW = 26.0  # pixels; a row can be clicked (WCAG 2.5.8 asks for 24)
TOP = 22.0  # for the numbers of the axis
NAMES = 124.0  # pixels for the names
LISTED = 100  # rows of its table
VITAL = 80.0  # per cent: the few that matter
BARS, SUMS = 42.0, 48.0  # per cent of the width: where bars end at most, where the sums begin


@dataclass(frozen=True)
class Slice:
    """One of the things that are counted."""

    label: str
    value: float
    url: str = ""
    chinese: bool = False  # words of the file, not of the page


@dataclass(frozen=True)
class Bar:
    """A row: its bar and its point of the line. `share` and `sum` in per cent of everything,
    `width` and `across` of the plot.
    """

    slice: Slice
    name: str
    y: float
    share: float
    sum: float
    width: float
    vital: bool

    @property
    def across(self) -> float:
        """Where the point of the line stands: the sums have a scale of their own, 0 to 100 %."""
        return round(SUMS + (100 - SUMS) * self.sum / 100, 2)

    @property
    def middle(self) -> float:
        """Height of the row's middle."""
        return self.y + ROW / 2

    @property
    def top(self) -> float:
        """Where the bar begins."""
        return self.y + 6

    @property
    def foot(self) -> float:
        """Where letters stand."""
        return self.middle + 4


@dataclass(frozen=True)
class Pareto:
    """The chart. `bars` are drawn, `listed` stand in its table, `rest`: how many are not drawn."""

    height: float
    bars: list[Bar] = field(default_factory=list)
    listed: list[Bar] = field(default_factory=list)
    total: float = 0.0
    rest: int = 0

    @property
    def empty(self) -> bool:
        """Nothing was counted."""
        return not self.bars

    @property
    def segments(self) -> list[tuple[Bar, Bar]]:
        """The line of sums from row to row."""
        return list(pairwise(self.bars))

    @property
    def few(self) -> Bar | None:
        """The last of the few that make up most; nothing if even all shown do not, or if it takes
        all of them, which would say nothing.
        """
        last = [bar for bar in self.bars if bar.vital]
        whole = len(last) == len(self.bars)
        return last[-1] if last and last[-1].sum >= VITAL and not whole else None

    @property
    def few_count(self) -> int:
        """How many they are."""
        return sum(bar.vital for bar in self.bars)


def pareto(
    slices: Sequence[Slice], most: int = 8, total: float | None = None, more: int = 0
) -> Pareto:
    """The `most` largest. `total`: all that is counted, of the slices and of `more` others."""
    counted = sorted((s for s in slices if s.value > 0), key=lambda s: (-s.value, s.label))
    whole = max(total or 0.0, sum(s.value for s in counted)) if total else None
    everything = whole or sum(s.value for s in counted)
    longest = 100 * counted[0].value / everything if counted else 100.0
    bars: list[Bar] = []
    reached = 0.0
    for index, each in enumerate(counted[:LISTED]):
        share = 100 * each.value / everything
        vital = reached < VITAL
        reached += share
        name = clipped(each.label, NAMES)
        y = TOP + index * ROW
        width = BARS * share / longest
        sums = round(min(reached, 100.0), 2)
        bars.append(Bar(each, name, y, round(share, 2), sums, round(width, 2), vital))
    height = TOP + ROW * min(most, len(bars)) + 4
    return Pareto(height, bars[:most], bars, everything, max(0, len(counted) - most) + more)
