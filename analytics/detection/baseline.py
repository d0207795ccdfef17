"""What was to be expected: weekday, season and trend of each series, in proportion to the orders.

log mean = log orders + level + weekday + two yearly waves + trend, fitted to all series at once by
penalised, reweighted least squares. A series with few cases learns its weekday, season and trend
from the others: each coefficient is drawn towards the mean of the set as strongly as the set says
(empirical Bayes). Days that look like an outbreak themselves are left out and the fit is made anew,
so that a contaminated history does not teach that outbreaks are usual (the aim of the reweighting
of Farrington et al. 1996 and Noufaily et al. 2013).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from analytics.detection import cusum, noise
from analytics.detection.series import Floats

YEAR = 365.25
PARTS = ("level", *["weekday"] * 6, *["season"] * 4, "trend")
WIDEST = {"level": 5.0, "weekday": 0.6, "season": 0.6, "trend": 0.6}
FIRST_SPREAD = {"level": 5.0, "weekday": 0.1, "season": 0.15, "trend": 0.15}
NARROWEST = 0.01
OUTBREAK_TIMES, OUTBREAK_EVIDENCE = 2.0, 5.0  # what is left out of the history
EXPONENT = 30.0
HISTORIES_DRAWN = 4


def design(days: Sequence[dt.date], origin: dt.date) -> Floats:
    """Days × 12: one, weekdays (6, against their mean), two yearly waves (4), years since."""
    weekday = np.array([day.weekday() for day in days])
    years = np.array([(day - origin).days for day in days]) / YEAR
    turn = np.array([day.toordinal() for day in days]) * (2 * np.pi / YEAR)
    week = np.eye(7)[weekday][:, :6] - (weekday == 6)[:, None]
    waves = np.stack([np.sin(turn), np.cos(turn), np.sin(2 * turn), np.cos(2 * turn)], axis=1)
    return np.column_stack([np.ones(len(days)), week, waves, years])


@dataclass(frozen=True)
class Fit:
    """`beta` series × 12 with covariance `cov`; `shared` and `spread` are those of
    the set; `kept` (series × days) is 0 where a day was left out."""

    origin: dt.date
    beta: Floats
    cov: Floats
    shared: Floats
    spread: Floats
    noise: noise.Noise
    kept: Floats

    def expected(self, days: Sequence[dt.date], offset: Floats) -> Floats:
        """Series × days."""
        return _mean(self.beta, design(days, self.origin), offset)


def _mean(beta: Floats, x: Floats, offset: Floats) -> Floats:
    result: Floats = np.exp(np.clip(beta @ x.T + offset, -EXPONENT, EXPONENT))
    return result


def robust(
    days: Sequence[dt.date],
    counts: Floats,
    offset: Floats,
    present: Floats,
    known: Fit | None = None,
) -> Fit:
    """Fitted to the history without its outbreaks; `known`, an earlier fit, saves rounds."""
    x = design(days, days[0] if known is None else known.origin)
    passes, rounds = (4, 8) if known is None else (2, 4)
    found = known or _first(days[0], counts, offset, present)
    weights = present
    for turn in range(passes):
        if turn or known:
            mean = _mean(found.beta, x, offset)
            weights = _without_outbreaks(counts, mean, found.noise, present)
        found = _fitted(found, x, counts, offset, weights, rounds)
    return found


def _without_outbreaks(
    counts: Floats, mean: Floats, scatter: noise.Noise, present: Floats
) -> Floats:
    steps = cusum.evidence(counts, mean, scatter.size(mean), OUTBREAK_TIMES)
    result: Floats = present * ~cusum.crossings(steps * present, OUTBREAK_EVIDENCE)
    return result


def kept_of_scatter(mean: Floats, scatter: noise.Noise, present: Floats, seed: int) -> float:
    """The part of the scatter that is still seen after chance peaks were left out as outbreaks.

    Found by drawing histories without any outbreak; dividing by it undoes the bias.
    """
    rng = np.random.default_rng(seed)
    size, parts = scatter.size(mean), []
    for _ in range(HISTORIES_DRAWN):
        counts = rng.poisson(mean * rng.gamma(size) / size).astype(float)
        weights = _without_outbreaks(counts, mean, scatter, present)
        seen, _ = noise.excess(scatter.shape, counts, mean, weights)
        parts.append(float(seen.sum() / scatter.excess.sum()))
    return float(np.clip(np.mean(parts), 0.5, 1.0))


def _first(origin: dt.date, counts: Floats, offset: Floats, present: Floats) -> Fit:
    rows, parts = counts.shape[0], len(PARTS)
    beta = np.zeros((rows, parts))
    volume = (np.exp(offset) * present).sum(axis=1)
    beta[:, 0] = np.log(((counts * present).sum(axis=1) + 0.5) / (volume + 1e-9))
    spread = np.array([FIRST_SPREAD[part] for part in PARTS])
    shared = np.zeros(parts)
    shared[0] = np.median(beta[:, 0])
    plain = noise.Noise("ratio", np.full(rows, 0.5))
    return Fit(origin, beta, np.zeros((rows, parts, parts)), shared, spread, plain, present)


def _fitted(
    start: Fit, x: Floats, counts: Floats, offset: Floats, weights: Floats, rounds: int
) -> Fit:
    rows, parts = start.beta.shape
    pairs = (x[:, :, None] * x[:, None, :]).reshape(len(x), -1)
    beta, shared, spread, scatter = start.beta, start.shared, start.spread, start.noise
    cov = start.cov
    widest = np.array([WIDEST[part] for part in PARTS])
    for _ in range(rounds):
        mean = _mean(beta, x, offset)
        pull = mean * weights / scatter.ratio(mean)
        residual = (pull * (counts - mean) / np.maximum(mean, 1e-12)) @ x
        hessian = (pull @ pairs).reshape(rows, parts, parts)
        hessian[:, np.arange(parts), np.arange(parts)] += 1.0 / spread**2
        cov = np.linalg.inv(hessian)
        step = np.einsum("spq,sq->sp", cov, residual - (beta - shared) / spread**2)
        beta = beta + np.clip(step, -2.0, 2.0)
        own = np.einsum("spp->sp", cov)
        shared = beta.mean(axis=0)
        spread = np.sqrt(((beta - shared) ** 2 + own).mean(axis=0))
        spread = np.clip(spread, NARROWEST, widest)
        spread[0] = widest[0]
    scatter = noise.estimated(counts, _mean(beta, x, offset), weights)
    return Fit(start.origin, beta, cov, shared, spread, scatter, weights)
