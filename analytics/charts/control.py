"""Control limits of a row of counts: what is usual from one day to the next.

An individuals chart (XmR): the spread comes from the differences between neighbours, so that a slow
trend or one step does not widen it. The median of the differences stands a few outliers; what lies
beyond the limits is set aside once and both are taken again, as is usual when the limits come from
the shown days themselves. Sources: Montgomery, Introduction to Statistical Quality Control, 6.4;
ISO 7870-2.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from statistics import fmean, median

LEAST = 8  # days, else nothing is usual yet
MEDIAN_TO_SIGMA = 0.954  # d4 of two neighbours: median moving range ÷ 0.954 estimates sigma
SIGMAS = 3


@dataclass(frozen=True)
class Limits:
    """Mean, upper and lower limit in the unit of the values. `lower` is never below 0, `days`: from
    how many values they come.
    """

    mean: float
    upper: float
    lower: float
    days: int

    def mark(self, value: float) -> str:
        """above, below, or nothing for what is usual."""
        if value > self.upper:
            return "above"
        return "below" if value < self.lower else ""


def limits(values: Sequence[float]) -> Limits | None:
    """The limits; nothing for fewer than `LEAST` values or while all are the same."""
    if len(values) < LEAST:
        return None
    first = _once(values)
    inside = [value for value in values if first and not first.mark(value)]
    again = _once(inside) if first and LEAST <= len(inside) < len(values) else None
    return again or first


def _once(values: Sequence[float]) -> Limits | None:
    steps = [abs(b - a) for a, b in pairwise(values)]
    sigma = median(steps) / MEDIAN_TO_SIGMA or fmean(steps) / 1.128  # many equal neighbours
    if not sigma:
        return None
    mean = fmean(values)
    spread = SIGMAS * sigma
    return Limits(mean, mean + spread, max(0.0, mean - spread), len(values))
