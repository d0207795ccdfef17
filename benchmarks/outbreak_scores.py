"""How alarms are judged against planted outbreaks, our method, and two that dashboards use.

- Found: a day that raises an alarm lies between the first and the last day of the outbreak, in its
  own series. Delay: that day minus the first day (0 = the night after the first day).
- False: any other alarm, except in the 14 days after an outbreak, which count as neither. Alarms of
  one series that follow each other within a week are one.
- Ours is `analytics.detection.watch.find_alarms`, which the nightly task runs. It gets a budget (1,
  and 0.2 false alarms per series-year) and never sees where outbreaks are; its thresholds come from
  the history before the judged year.
- "mean + 3 SD" of the 28 days before, and "week over week + 50 %" (7 days against the 7 before), as
  they are used; and with their limits moved, in hindsight on the judged year itself, to the false
  alarms that ours had.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analytics.detection.cusum import SAME_EPISODE
from analytics.detection.watch import find_alarms
from benchmarks.outbreak_world import Made, Outbreak

AFTERMATH = 14
Raised = list[tuple[int, int]]  # (series, day), days since the beginning of the world


class Score(NamedTuple):
    """Part found, median delay in days, false alarms per series-year, and what was found when."""

    found: float
    delay: float
    false: float
    delays: dict[Outbreak, int]


def judged(world: Made, raised: Raised) -> Score:
    """By the rules in the header."""
    planted: dict[int, list[Outbreak]] = {}
    for outbreak in world.outbreaks:
        planted.setdefault(outbreak.series, []).append(outbreak)
    delays: dict[Outbreak, int] = {}
    false = 0
    for series, day in sorted(raised, key=lambda one: one[1]):
        near = [o for o in planted.get(series, ()) if o.first <= day <= o.last + AFTERMATH]
        false += not near
        for outbreak in near:
            if day <= outbreak.last:
                delays.setdefault(outbreak, day - outbreak.first)
    years = len(world.counts) * (len(world.days) - start(world)) / 365
    middle = float(np.median(list(delays.values()))) if delays else float("nan")
    return Score(len(delays) / max(1, len(world.outbreaks)), middle, false / years, delays)


def ours(world: Made, budget: float) -> Raised:
    """Series and day of each alarm."""
    found = find_alarms(world.days, world.counts, world.orders, budget, since=world.since)
    return [(int(alarm.path[0]), (alarm.day - world.days[0]).days) for alarm in found]


def deviations(world: Made) -> np.ndarray:
    """How many standard deviations above the mean of the 28 days before; series × days."""
    scores = np.zeros_like(world.counts)
    for day in range(start(world), len(world.days)):
        before = world.counts[:, max(0, day - 28) : day]
        spread = np.maximum(before.std(axis=1, ddof=1), 1e-9)
        scores[:, day] = (world.counts[:, day] - before.mean(axis=1)) / spread
    return scores


def week_over_week(world: Made) -> np.ndarray:
    """Seven days divided by the seven before, minus one; series × days."""
    scores = np.zeros_like(world.counts)
    sums = np.cumsum(np.pad(world.counts, ((0, 0), (1, 0))), axis=1)
    for day in range(start(world), len(world.days)):
        this = sums[:, day + 1] - sums[:, day - 6]
        last = sums[:, day - 6] - sums[:, day - 13]
        scores[:, day] = np.where(this > 0, this / np.maximum(last, 1e-9) - 1, 0.0)
    return scores


def above(scores: np.ndarray, limit: float) -> Raised:
    """The first day of each run of days above the limit (days within a week are one run)."""
    series, days = np.nonzero(scores > limit)
    first = np.ones(len(days), dtype=bool)
    first[1:] = (np.diff(series) > 0) | (np.diff(days) > SAME_EPISODE)
    return list(zip(series[first].tolist(), days[first].tolist(), strict=True))


def moved(world: Made, scores: np.ndarray, false: float) -> Score:
    """The score with the limit, in hindsight, at which there are at most so many false alarms."""
    low, high = 0.0, float(scores[np.isfinite(scores)].max()) + 1
    for _ in range(20):
        middle = np.sqrt((low + 0.01) * high)
        if judged(world, above(scores, middle)).false > false:
            low = middle
        else:
            high = middle
    return judged(world, above(scores, high))


NAIVE: dict[str, tuple[Callable[[Made], np.ndarray], float]] = {
    "mean + 3 SD": (deviations, 3.0),
    "week over week + 50 %": (week_over_week, 0.5),
}


def start(world: Made) -> int:
    """The first judged day, counted from the beginning of the world."""
    return (world.since - world.days[0]).days
