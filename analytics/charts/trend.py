"""A line over time with its control limits: where points, ticks and labels stand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from analytics.charts.control import Limits, limits
from analytics.charts.scale import spread, ticks

TOP, BOTTOM = 14.0, 24.0  # pixels above the plot and for the labels below it
LETTERS = 14.0  # pixels from one line of labels to the next
LABELS = 8  # at most, whatever the number of points
WORDS_WIDE = 40.0  # hundredths of the plot that what is said of a run is wide, at most

_Down = Callable[[float], float]


@dataclass(frozen=True)
class Observed:
    """One value. `label` stands on the axis, `said` is the full name of the day or days, `value` is
    None where nothing is known. `apart`: not compared with the others (a rest day, part of a week),
    so it does not make the limits. `days`: the first and the last
    day as they stand in an address.
    """

    label: str
    said: str
    value: float | None
    url: str = ""
    apart: bool = False
    days: tuple[str, str] = ("", "")


@dataclass(frozen=True)
class Mark:
    """A point: across in per cent, down in pixels. `beyond`: above, below or nothing. `left` and
    `width`: the column that can be clicked.
    """

    x: float
    y: float
    left: float
    width: float
    observed: Observed
    beyond: str = ""

    @property
    def value(self) -> float:
        """Its number; only days of which something is known are marks."""
        return self.observed.value or 0.0

    @property
    def shape(self) -> str:
        """A lozenge around the point: beyond a limit is told by the shape as well."""
        return "M0,-6 L6,0 L0,6 L-6,0 Z"


@dataclass(frozen=True)
class Run:
    """Neighbouring points beyond the same limit: the first, the last, how many."""

    first: Mark
    last: Mark
    count: int

    @property
    def beyond(self) -> str:
        """above or below."""
        return self.first.beyond


@dataclass(frozen=True)
class Line:
    """A limit or the mean: its value, its height and where its label stands."""

    kind: str
    value: float
    y: float
    label_y: float


@dataclass(frozen=True)
class Trend:
    """The whole chart, without a word."""

    height: float
    floor: float
    observed: Sequence[Observed]
    marks: list[Mark] = field(default_factory=list)
    segments: list[tuple[Mark, Mark]] = field(default_factory=list)
    ticks: list[tuple[float, float]] = field(default_factory=list)
    labels: list[tuple[float, str, str]] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    runs: list[Run] = field(default_factory=list)
    limits: Limits | None = None
    bounded: bool = True

    @property
    def empty(self) -> bool:
        """Nothing is known of any day."""
        return not self.marks

    @property
    def total(self) -> float:
        """All of it."""
        return sum(mark.value for mark in self.marks)

    @property
    def last(self) -> Observed:
        """The youngest value."""
        return self.observed[-1]

    @property
    def any_apart(self) -> bool:
        """Whether some values are not compared with the others."""
        return any(each.apart for each in self.observed)

    @property
    def dense(self) -> bool:
        """So many points that they have to be small."""
        return len(self.observed) > 45

    @property
    def strokes(self) -> list[tuple[float, float, float, float]]:
        """The ends of the segments: across and down, across and down."""
        return [(a.x, a.y, b.x, b.y) for a, b in self.segments]

    @property
    def rows(self) -> list[tuple[Observed, str]]:
        """Every day with what it is beyond, for the table."""
        beyond = {id(mark.observed): mark.beyond for mark in self.marks}
        return [(each, beyond.get(id(each), "")) for each in self.observed]

    @property
    def told(self) -> Run | None:
        """The run that the chart says in words: the longest, of equal ones the last."""
        return max(self.runs, key=lambda run: (run.count, run.last.x), default=None)

    @property
    def told_anchor(self) -> str:
        """At which side of its point the words stand, so that they stay on the paper."""
        return "end" if self.told and self.told.first.x > WORDS_WIDE else "start"

    @property
    def told_down(self) -> float | None:
        """How far down the words stand: over all points beside them, else under; None: nowhere."""
        if not self.told:
            return None
        x = self.told.first.x
        left, right = (x - WORDS_WIDE, x) if self.told_anchor == "end" else (x, x + WORDS_WIDE)
        beside = [mark.y for mark in self.marks if left <= mark.x <= right]
        over, under = min(beside) - LETTERS, max(beside) + LETTERS
        if over >= LETTERS / 2:
            return over
        return under if under <= self.floor - LETTERS / 2 else None


def trend(observed: Sequence[Observed], height: float = 200.0, *, bounded: bool = True) -> Trend:
    """The chart of the values, the oldest first. `bounded`: with control limits."""
    known = [each for each in observed if each.value is not None]
    compared = [each.value for each in known if each.value is not None and not each.apart]
    usual = limits(compared) if bounded else None
    floor = height - BOTTOM
    if not known:
        return Trend(height, floor, observed)
    largest = max(each.value or 0.0 for each in known)
    steps = ticks(max(largest, usual.upper if usual else 0.0))

    def down(value: float) -> float:
        return round(floor - (floor - TOP) * value / steps[-1], 1)

    marks = _marks(observed, down, usual)
    found = [mark for mark in marks if mark]
    return Trend(
        height,
        floor,
        observed,
        marks=found,
        segments=[(a, b) for a, b in pairwise(marks) if a and b],
        ticks=[(value, down(value)) for value in steps],
        labels=_labels(observed),
        lines=_lines(usual, down),
        runs=_runs(marks),
        limits=usual,
        bounded=bounded,
    )


def _across(index: int, count: int) -> float:
    return round(100 * index / (count - 1), 2) if count > 1 else 50.0


def _marks(observed: Sequence[Observed], down: _Down, usual: Limits | None) -> list[Mark | None]:
    """One per day, nothing where nothing is known."""
    count = len(observed)
    width = round(100 / max(1, count - 1), 2)
    marks: list[Mark | None] = []
    for index, each in enumerate(observed):
        if each.value is None:
            marks.append(None)
            continue
        x = _across(index, count)
        beyond = usual.mark(each.value) if usual else ""
        # fewer than usual is no news on a day that is quieter anyway
        beyond = "" if each.apart and beyond == "below" else beyond
        marks.append(Mark(x, down(each.value), round(x - width / 2, 2), width, each, beyond))
    return marks


def _labels(observed: Sequence[Observed]) -> list[tuple[float, str, str]]:
    """(across, words, anchor) of some days, always of the last."""
    count = len(observed)
    step = max(1, -(-count // LABELS))
    chosen = [i for i in range(count - 1, -1, -step)][::-1]
    return [(_across(i, count), observed[i].label, "middle") for i in chosen]


def _lines(usual: Limits | None, down: _Down) -> list[Line]:
    if not usual:
        return []
    values = [("upper", usual.upper), ("mean", usual.mean)]
    if usual.lower > 0:
        values.append(("lower", usual.lower))
    heights = [down(value) for _kind, value in values]
    places = spread(heights, LETTERS)
    return [
        Line(kind, value, y, round(place, 1))
        for (kind, value), y, place in zip(values, heights, places, strict=True)
    ]


def _runs(marks: Sequence[Mark | None]) -> list[Run]:
    runs: list[Run] = []
    before: Mark | None = None
    for mark in marks:
        if mark and mark.beyond:
            if before and before.beyond == mark.beyond:
                runs[-1] = Run(runs[-1].first, mark, runs[-1].count + 1)
            else:
                runs.append(Run(mark, mark, 1))
        before = mark
    return runs
