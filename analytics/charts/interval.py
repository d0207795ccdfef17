"""A ratio and its interval as a bar on a logarithmic scale: half as much is as far from 1 as twice
as much.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import log2

WIDTH, PAD = 208, 16  # of the drawing; the scale lies between the pads
FURTHEST = 4.0  # the scale ends at a quarter and at four times; what is beyond ends there


@dataclass(frozen=True)
class Interval:
    """Where the ends and the middle stand, from the left."""

    low: int
    middle: int
    high: int

    @property
    def long(self) -> int:
        """How long the bar is: at least a dot."""
        return max(self.high - self.low, 2)


def place(ratio: float) -> int:
    """Where a ratio stands; nothing and less than a quarter stand at the left end."""
    held = min(max(ratio, 1 / FURTHEST), FURTHEST)
    share = (log2(held) + log2(FURTHEST)) / (2 * log2(FURTHEST))
    return round(PAD + share * (WIDTH - 2 * PAD))


def interval(low: float, middle: float, high: float) -> Interval:
    """ValueError unless low ≤ middle ≤ high."""
    if not low <= middle <= high:
        raise ValueError(f"{low} ≤ {middle} ≤ {high} does not hold")
    return Interval(place(low), place(middle), place(high))


TICKS: Sequence[tuple[str, int]] = tuple(
    (f"{ratio:g}", place(ratio)) for ratio in (0.25, 0.5, 1.0, 2.0, 4.0)
)
ONE = place(1.0)
