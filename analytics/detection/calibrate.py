"""Thresholds that keep all series together within an alarm budget.

Years are drawn from the fitted baseline, its own uncertainty included (the true mean and the true
scatter are drawn from what the fit leaves open, what is expected stays as fitted), and false alarms
are counted for a range of thresholds. The budget is then spent where it buys most: the same drawn
years with a reference problem planted in them say how often each threshold would find it, and each
series gets the threshold at which one more false alarm buys the same everywhere. Nothing here looks
at the days that are judged.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from scipy import sparse

from analytics.detection import cusum
from analytics.detection.noise import Noise
from analytics.detection.series import Floats

GRID = np.geomspace(2.1, 14.0, 18)  # 2.1 = three complaints out of nothing: 3 × ln 2
FINE = np.arange(2.1, 14.0, 0.05)
YEAR, ROUND, WARM, REFERENCE_DAYS = 360, 30, 10, 18
REFERENCE_TIMES = (1.5, 2.0, 3.0)
DRAWN_YEARS = 2400  # of all series together
AT_ONCE = 960
NEIGHBOURS = 31


class Null(NamedTuple):
    """What is drawn from: leaf means over a year (series × YEAR), the fit's covariance (series ×
    parts × parts), the design (YEAR × parts), the matrix that sums leaves to nodes (nodes ×
    leaves) and the noise of the nodes."""

    mean: Floats
    cov: Floats
    design: Floats
    sums: sparse.csr_matrix
    noise: Noise


def thresholds(null: Null, budget: float, seed: int) -> Floats:
    """One threshold per node: together `budget` false alarms per leaf and year."""
    expected = null.sums @ null.mean
    false, found = _curves(null, expected, seed)
    order = np.argsort(expected.mean(axis=1), kind="stable")
    false, found = _smooth(false, order), _smooth(found, order)
    return _spent(false, found, budget * null.mean.shape[0])


def _curves(null: Null, expected: Floats, seed: int) -> tuple[Floats, Floats]:
    """False alarms a year and the part of reference problems found: nodes × GRID."""
    rng = np.random.default_rng(seed)
    nodes, size = expected.shape[0], null.noise.size(expected)
    together = max(1, AT_ONCE // nodes)  # drawn years of all nodes that are run side by side
    times = max(2, -(-DRAWN_YEARS // (nodes * together)))
    roots = _roots(null.cov)
    false, found = np.zeros((nodes, len(GRID))), np.zeros((nodes, len(GRID)))
    turned = np.arange(YEAR) % ROUND
    planted = (turned >= WARM) & (turned < WARM + REFERENCE_DAYS)
    for begun in range(0, times * together, together):
        calm: list[Floats] = []
        raised: list[Floats] = []
        for turn in range(begun, begun + together):
            mean = _true_mean(null, roots, rng)
            lift = REFERENCE_TIMES[turn % len(REFERENCE_TIMES)]
            scatter = null.noise.drawn(rng).size(mean)
            for height, steps in ((1.0, calm), (lift, raised)):
                lifted = np.where(planted[None, :], mean * height, mean)
                counts = rng.poisson(lifted * rng.gamma(scatter) / scatter).astype(float)
                steps.append(cusum.evidence(counts, expected, size))
        false += _alarms(np.vstack(calm)).reshape(together, nodes, -1).mean(axis=0)
        found += _hits(np.vstack(raised), planted).reshape(together, nodes, -1).mean(axis=0)
    return false / times * (365 / YEAR), found / times


def _true_mean(null: Null, roots: Floats, rng: np.random.Generator) -> Floats:
    """Nodes × YEAR, drawn from the distribution of the fit."""
    error = np.einsum("spq,sq->sp", roots, rng.standard_normal(roots.shape[:2]))
    drawn: Floats = null.mean * np.exp(np.clip(error @ null.design.T, -2, 2))
    return null.sums @ drawn


def _roots(cov: Floats) -> Floats:
    values, vectors = np.linalg.eigh(cov)
    result: Floats = vectors * np.sqrt(np.maximum(values, 0.0))[:, None, :]
    return result


def _alarms(steps: Floats) -> Floats:
    """Episodes in the year, nodes × GRID."""
    total = np.zeros((len(GRID), steps.shape[0]))
    last, number = np.full(total.shape, -YEAR), np.zeros(total.shape)
    for day in range(steps.shape[1]):
        total = np.maximum(0.0, total + steps[:, day])
        hits = total >= GRID[:, None]
        number += hits & (day - last > cusum.SAME_EPISODE)
        last[hits] = day
        total[hits] = 0.0
    return number.T


def _hits(steps: Floats, planted: np.ndarray) -> Floats:
    """The part of planted problems that raised an alarm while they lasted, nodes × GRID."""
    total = np.zeros((len(GRID), steps.shape[0]))
    seen, number = np.zeros(total.shape, dtype=bool), np.zeros(total.shape)
    for day in range(steps.shape[1]):
        if day % ROUND == 0:
            number += seen
            seen[:], total[:] = False, 0.0
        total = np.maximum(0.0, total + steps[:, day])
        hits = total >= GRID[:, None]
        if planted[day]:
            seen |= hits
        total[hits] = 0.0
    return (number + seen).T / (YEAR // ROUND)


def _smooth(curve: Floats, order: np.ndarray) -> Floats:
    """The mean over the series that are nearest in size: one series alone is drawn too seldom."""
    wide = min(NEIGHBOURS, len(order) - 1 + len(order) % 2)
    half = wide // 2
    padded = np.pad(curve[order], ((half, half), (0, 0)), mode="reflect" if half else "edge")
    sums = np.cumsum(np.vstack([np.zeros((1, curve.shape[1])), padded]), axis=0)
    result = np.empty_like(curve)
    result[order] = (sums[wide:] - sums[:-wide]) / wide
    return result


def _spent(false: Floats, found: Floats, allowed: float) -> Floats:
    """The thresholds that find most with `allowed` false alarms a year (Lagrange: equal price)."""
    costs = np.stack([np.interp(FINE, GRID, row) for row in false])
    gains = np.stack([np.interp(FINE, GRID, row) for row in found])
    rows = np.arange(len(costs))
    cheap, dear = 1e-5, 1e3
    for _ in range(50):
        price = np.sqrt(cheap * dear)
        best = (gains - price * costs).argmax(axis=1)
        if costs[rows, best].sum() > allowed:
            cheap = price
        else:
            dear = price
    return FINE[(gains - dear * costs).argmax(axis=1)]
