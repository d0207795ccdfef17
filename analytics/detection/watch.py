"""All series watched at once: baseline, thresholds, alarms, each excess named once.

The baseline is fitted anew every four weeks (on fixed days, so that it does not matter on which
night one asks), from everything older than two weeks before, and then holds: what is judged never
teaches the baseline it is judged by.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from analytics.detection import baseline, calibrate, cusum, hierarchy, noise
from analytics.detection.alarm import Alarm, Day, ratio_interval
from analytics.detection.budget import STANDARD
from analytics.detection.series import ENOUGH_DAYS, Floats, Panel, Path, panel

BLOCK, GUARD, WARM_BLOCKS = 28, 14, 3
LAST_DAYS = 28


@dataclass(frozen=True)
class Watch:
    """`alarms` by day; `unjudged` series with the reason; `thresholds` by path."""

    alarms: list[Alarm]
    unjudged: list[tuple[Path, str]]
    thresholds: dict[Path, float]


@dataclass
class _Past:
    """What was expected, block by block: `judged` and `expected` are leaves × days (0 where not
    judged), `learnt` per day the first day that the baseline did not see, `fit` the one that was
    known when `since` began, `learning` its days."""

    judged: NDArray[np.bool_]
    expected: Floats
    learnt: NDArray[np.int_]
    fit: baseline.Fit | None = None
    learning: int = 0


def find_alarms(
    days: Sequence[dt.date],
    counts: ArrayLike,
    orders: ArrayLike | None = None,
    budget: float = STANDARD,
    tree: Sequence[Sequence[str]] | None = None,
    *,
    since: dt.date | None = None,
    seed: int = 8,
) -> list[Alarm]:
    """The alarms of `watch`."""
    return watch(days, counts, orders, budget, tree, since=since, seed=seed).alarms


def watch(
    days: Sequence[dt.date],
    counts: ArrayLike,
    orders: ArrayLike | None = None,
    budget: float = STANDARD,
    tree: Sequence[Sequence[str]] | None = None,
    *,
    since: dt.date | None = None,
    seed: int = 8,
) -> Watch:
    """Every day from `since` on (default: the last 28) judged by what was known before it.

    `days`: consecutive, oldest first, finished days only. `counts`: series × days, complaints;
    NaN before a series existed. `orders`: order volumes, the same shape; a whole row of NaN for a
    series without them; None for all. `budget`: false alarms per series and year, all series
    together. `tree`: the path of each series, broadest level first. The same input and seed give
    the same alarms. Raises ValueError naming the series and the day that cannot be.
    """
    if not (np.isfinite(budget) and budget > 0):
        raise ValueError(f"the budget must be above 0 false alarms per series-year, not {budget}")
    given = panel(days, counts, orders, tree)
    begin = given.position(since) if since else max(0, len(given.days) - LAST_DAYS)
    if not 0 <= begin < len(given.days):
        raise ValueError(f"{since} is not among the days {given.days[0]} to {given.days[-1]}")
    past = _expected(given, begin)
    unjudged = _unjudged(given, past, begin)
    if past.fit is None:
        return Watch([], unjudged, {})
    nodes = hierarchy.nodes(given.paths)
    watched = _watched(given, past, nodes, budget, seed)
    size = watched.noise.size(watched.expected)
    steps = cusum.evidence(watched.counts, watched.expected, size)
    found = cusum.episodes(steps, watched.thresholds)
    kept = [one for one in hierarchy.named(found, nodes, watched) if one.day >= begin]
    alarms = [_alarm(one, given, past, nodes, watched, budget) for one in kept]
    known = dict(zip(nodes.paths, watched.thresholds.tolist(), strict=True))
    return Watch(sorted(alarms, key=lambda one: (one.day, one.path)), unjudged, known)


def _blocks(given: Panel, begin: int) -> list[int]:
    """The first days of the blocks, from some before `begin`; they lie on fixed days."""
    shift = given.days[0].toordinal() % BLOCK
    first = (begin + shift) // BLOCK * BLOCK - shift - WARM_BLOCKS * BLOCK
    return list(range(first, len(given.days), BLOCK))


def _expected(given: Panel, begin: int) -> _Past:
    shape = given.counts.shape
    past = _Past(np.zeros(shape, dtype=bool), np.zeros(shape), np.zeros(shape[1], dtype=int))
    fit = None
    for block in _blocks(given, begin):
        until = block - GUARD
        seen = given.present[:, : max(until, 0)].sum(axis=1)
        ready = seen >= ENOUGH_DAYS
        if not ready.any():
            continue
        before, here = slice(0, until), slice(block, min(block + BLOCK, shape[1]))
        fit = baseline.robust(
            given.days[before],
            given.counts[:, before],
            given.offset[:, before],
            given.present[:, before] * 1.0,
            fit,
        )
        past.judged[:, here] = ready[:, None] & given.present[:, here]
        past.expected[:, here] = fit.expected(given.days[here], given.offset[:, here])
        past.learnt[here] = until
        if past.fit is None or block <= begin:
            past.fit, past.learning = fit, until
    past.expected *= past.judged
    return past


def _unjudged(given: Panel, past: _Past, begin: int) -> list[tuple[Path, str]]:
    never = ~past.judged[:, begin:].any(axis=1)
    reasons = np.where(
        given.present.any(axis=1),
        f"less than {ENOUGH_DAYS} days of history",
        "no complaint and no order yet",
    )
    return [(given.paths[row], str(reasons[row])) for row in np.flatnonzero(never)]


def _watched(
    given: Panel, past: _Past, nodes: hierarchy.Nodes, budget: float, seed: int
) -> hierarchy.Watched:
    fit, until = past.fit, past.learning
    assert fit is not None  # noqa: S101 - the caller has asked
    before = slice(0, until)
    mean = fit.expected(given.days[before], given.offset[:, before])
    kept = nodes.sums @ fit.kept
    scatter = noise.estimated(
        nodes.sums @ (given.counts[:, before] * fit.kept),
        nodes.sums @ (mean * fit.kept),
        (kept > 0) * 1.0,
    )
    leaves = scatter.of(slice(0, len(mean)))
    seen = baseline.kept_of_scatter(mean, leaves, given.present[:, before] * 1.0, seed)
    scatter = scatter.divided(seen)
    year = np.arange(until - calibrate.YEAR, until) % until
    x = baseline.design(given.days[before], fit.origin)[year]
    null = calibrate.Null(mean[:, year], fit.cov, x, nodes.sums, scatter)
    limits = calibrate.thresholds(null, budget, seed)
    counts = nodes.sums @ (given.counts * past.judged)
    return hierarchy.Watched(counts, nodes.sums @ past.expected, scatter, limits)


def _alarm(
    found: cusum.Episode,
    given: Panel,
    past: _Past,
    nodes: hierarchy.Nodes,
    watched: hierarchy.Watched,
    budget: float,
) -> Alarm:
    days = slice(found.started, found.day + 1)
    observed, expected = watched.counts[found.row, days], watched.expected[found.row, days]
    scatter = watched.noise.of(slice(found.row, found.row + 1))
    dispersion = 1.0 + float(
        (expected**2 / scatter.size(expected[None, :])[0]).sum() / expected.sum()
    )
    low, high = ratio_interval(observed.sum(), expected.sum(), dispersion)
    members = nodes.sums[found.row].indices
    until = int(past.learnt[found.day])
    begun = int(given.present[members].any(axis=0).argmax())
    volumes = given.orders[members].sum(axis=0)
    known = bool(given.with_orders[members].all())
    listed = [float(volume) if known else None for volume in volumes[days]]
    return Alarm(
        path=nodes.paths[found.row],
        started=given.days[found.started],
        day=given.days[found.day],
        ended=given.days[found.ended],
        observed=int(observed.sum()),
        expected=float(expected.sum()),
        ratio=float(observed.sum() / expected.sum()),
        ratio_low=low,
        ratio_high=high,
        orders=float(volumes[days].sum()) if known else None,
        orders_before=float(volumes[begun:until].mean()) if known else None,
        baseline_from=given.days[begun],
        baseline_until=given.days[until - 1],
        dispersion=dispersion,
        noise_shape=scatter.shape,
        noise_excess=float(scatter.excess[0]),
        statistic=found.statistic,
        threshold=float(watched.thresholds[found.row]),
        budget=budget,
        daily=tuple(
            Day(given.days[found.started + n], int(observed[n]), float(expected[n]), listed[n])
            for n in range(len(listed))
        ),
    )
