"""An alarm and all the numbers it was raised on, so that it can be worked out again from itself."""

from __future__ import annotations

import dataclasses
import datetime as dt
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from scipy.stats import chi2

from analytics.detection import cusum
from analytics.detection.noise import Noise

VERSION = "nb-cusum-2"
CONFIDENCE = 0.95


class Day(NamedTuple):
    """One day of the accumulation; `orders` is None where there are no denominators."""

    day: dt.date
    observed: int
    expected: float
    orders: float | None


@dataclass(frozen=True)
class Alarm:
    """What was found, and from what.

    `path` names the series or the level above it, broadest first. `started` is the first day of
    the accumulation that crossed the `threshold` on `day`, `ended` the last day that crossed it
    again within a week. `observed`, `expected`, `ratio` (95 % interval `ratio_low` to `ratio_high`:
    counting and scatter, not the baseline's own error) and `orders` are of `started` to `day`;
    `orders_before` is the mean per day in the baseline window. `noise_shape` and `noise_excess`
    say how the counts scatter (analytics/detection/noise.py), `dispersion` is the variance/mean
    that follows from them here. `budget`: false alarms per series-year.
    """

    path: tuple[str, ...]
    started: dt.date
    day: dt.date
    ended: dt.date
    observed: int
    expected: float
    ratio: float
    ratio_low: float
    ratio_high: float
    orders: float | None
    orders_before: float | None
    baseline_from: dt.date
    baseline_until: dt.date
    dispersion: float
    noise_shape: str
    noise_excess: float
    statistic: float
    threshold: float
    budget: float
    daily: tuple[Day, ...]
    version: str = VERSION

    @property
    def level(self) -> int:
        """1 for the broadest level, one more for each step down."""
        return len(self.path)

    def recomputed(self) -> float:
        """The statistic, from `daily` and the noise alone."""
        observed = np.array([[day.observed for day in self.daily]], dtype=float)
        expected = np.array([[day.expected for day in self.daily]])
        size = Noise(self.noise_shape, np.array([self.noise_excess])).size(expected)
        total = 0.0
        for step in cusum.evidence(observed, expected, size)[0].tolist():
            total = max(0.0, total + step)
        return total

    def as_dict(self) -> dict[str, Any]:
        """For JSON; `from_dict` reads it."""
        found = {
            key: value.isoformat() if isinstance(value, dt.date) else value
            for key, value in vars(self).items()
        }
        days = [[str(day.day), day.observed, day.expected, day.orders] for day in self.daily]
        return found | {"path": list(self.path), "daily": days}

    @classmethod
    def from_dict(cls, given: dict[str, Any]) -> Alarm:
        """The alarm that `as_dict` wrote. Raises KeyError or ValueError on anything else."""
        read = {field.name: given[field.name] for field in dataclasses.fields(cls)}
        for name in ("started", "day", "ended", "baseline_from", "baseline_until"):
            read[name] = dt.date.fromisoformat(read[name])
        read["path"] = tuple(read["path"])
        read["daily"] = tuple(
            Day(dt.date.fromisoformat(day), *numbers) for day, *numbers in read["daily"]
        )
        return cls(**read)


def ratio_interval(observed: float, expected: float, dispersion: float) -> tuple[float, float]:
    """95 % interval of observed / expected (exact Poisson interval, Garwood 1936, of the counts
    divided by their dispersion)."""
    tail, counted = (1 - CONFIDENCE) / 2, observed / dispersion
    low = float(chi2.ppf(tail, 2 * counted)) / 2 if observed > 0 else 0.0
    high = float(chi2.ppf(1 - tail, 2 * (counted + 1))) / 2
    return low * dispersion / expected, high * dispersion / expected
