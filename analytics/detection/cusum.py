"""The negative-binomial CUSUM: evidence for twice as many as expected, added up day by day.

S(t) = max(0, S(t−1) + log likelihood ratio of day t, ×2 against ×1), alarm at S ≥ threshold, then
from 0 again (Höhle & Paul 2008, Count data regression charts for the monitoring of surveillance
time series). A series with few cases takes longer to come to the threshold, by itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from analytics.detection.series import Floats

TIMES = 2.0
SAME_EPISODE = 7  # days: a crossing so soon after another belongs to the same episode


def evidence(counts: Floats, mean: Floats, size: Floats, times: float = TIMES) -> Floats:
    """log likelihood ratio of `times` as many as expected, per series and day."""
    tilt = np.log((size + times * mean) / (size + mean))
    result: Floats = counts * np.log(times) - (counts + size) * tilt
    return result


@dataclass
class Episode:
    """`started`: first day of the accumulation that crossed at `day`; `ended`: last crossing."""

    row: int
    started: int
    day: int
    ended: int
    statistic: float


def episodes(steps: Floats, thresholds: Floats) -> list[Episode]:
    """What crosses its threshold, row by row of `steps` (evidence, series × days)."""
    rows, length = steps.shape
    total, began = np.zeros(rows), np.zeros(rows, dtype=int)
    found: list[Episode] = []
    open_now: dict[int, Episode] = {}
    for day in range(length):
        began = np.where(total <= 0, day, began)
        total = np.maximum(0.0, total + steps[:, day])
        hits = np.flatnonzero(total >= thresholds)
        for row in hits.tolist():
            known = open_now.get(row)
            if known is not None and day - known.ended <= SAME_EPISODE:
                known.ended = day
                continue
            new = Episode(row, int(began[row]), day, day, float(total[row]))
            open_now[row] = new
            found.append(new)
        total[hits] = 0.0
    return found


def crossings(steps: Floats, threshold: float) -> NDArray[np.bool_]:
    """Days (series × days) that belong to an accumulation which crossed the threshold."""
    rows, length = steps.shape
    total, began = np.zeros(rows), np.zeros(rows, dtype=int)
    inside = np.zeros(steps.shape, dtype=bool)
    for day in range(length):
        began = np.where(total <= 0, day, began)
        total = np.maximum(0.0, total + steps[:, day])
        hits = np.flatnonzero(total >= threshold)
        for row in hits.tolist():
            inside[row, began[row] : day + 1] = True
        total[hits] = 0.0
    return inside
