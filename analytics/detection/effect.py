"""Did a corrective action help? The weeks after it beside weeks that did not raise the alarm.

The window of the alarm is high because it was chosen for being high; whatever is done, the weeks
after it are lower (regression to the mean). So it is never a baseline. There are two honest ones:
what was **usual** before the alarm, and the **problem** as it went on between the alarm and the
action, which nobody chose. It has fallen when it is below either beyond doubt. It has risen when it
is above both; where the problem had no weeks of its own, when it is above the usual and even above
the window of the alarm. Above the usual alone says that the problem is still there, not that
the action did harm: nothing is decided.

Rates are events for a unit of exposure (orders, or what a baseline expected), so that fewer orders
are no success. Counts of a week vary more than chance (Poisson) would; how much more is measured
from the weeks themselves, and widens the interval.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

import numpy as np
from scipy import stats

MODEL = "effect 1"
LEVEL = 0.95  # of the interval; 0.975 where there are two baselines, so that both err as rarely
LEVEL_OF_TWO = 0.975
WEEKS_AFTER, WEEKS_BEFORE = 2, 4  # whole weeks below which nothing is said
FEW = 5.0  # events expected in the weeks after, below which nothing is said
WEEK = timedelta(days=7)


class Verdict(StrEnum):
    """下降, 上升, 无法判断."""

    FELL = "fell"
    ROSE = "rose"
    UNDECIDED = "undecided"


@dataclass(frozen=True, slots=True)
class Week:
    """Seven days: their events, and what they are events of (orders, expected events, or 1)."""

    start: date
    observed: int
    exposure: float


@dataclass(frozen=True, slots=True)
class Comparison:
    """The rate after the action, divided by that of a baseline, with its interval."""

    weeks: int
    observed: int  # in the weeks of the baseline
    exposure: float
    expected: float  # in the weeks after, at the rate of the baseline
    ratio: float
    low: float
    high: float


@dataclass(frozen=True, slots=True)
class Effect:
    """What can be said of the weeks after an action, and against what."""

    verdict: Verdict
    reason: str  # "" | "too_early" | "no_baseline" | "too_few" | "still_high" | "within_chance"
    weeks_before: int = 0
    weeks_after: int = 0
    observed: int = 0  # in the weeks after
    expected: float | None = None
    against: str = ""  # "usual" | "problem"
    ratio: float | None = None
    low: float | None = None
    high: float | None = None
    level: float = LEVEL
    usual: Comparison | None = None
    problem: Comparison | None = None


def effect(
    weeks: Sequence[Week], *, alarm: tuple[date, date], action: date, settling_days: int = 0
) -> Effect:
    """Of weeks that do not overlap, from before the alarm until now; order and gaps do not matter.

    alarm: the first and last day of the window that raised it. action: the first day it had effect;
    settling_days: days after it that do not count yet. A week that lies partly in the alarm, or
    partly before the action, belongs to neither side, and one without exposure says nothing.
    ValueError for numbers below nought and an alarm that ends before it begins.
    """
    if alarm[1] < alarm[0] or any(week.observed < 0 or week.exposure < 0 for week in weeks):
        raise ValueError("An alarm has to end after it begins, and nothing can be below nought")
    known = [week for week in weeks if week.exposure > 0]
    after_from = action + timedelta(days=settling_days)
    after = [week for week in known if week.start >= max(after_from, alarm[1] + timedelta(days=1))]
    before = [week for week in known if week.start + WEEK <= action]
    usual = [week for week in before if week.start + WEEK <= alarm[0]]
    problem = [week for week in before if week.start > alarm[1]]
    alarmed = [week for week in before if week not in usual and week not in problem]
    usual = usual if len(usual) >= WEEKS_BEFORE else []
    return _decided(usual, problem, after, alarmed)


def _decided(
    usual: list[Week], problem: list[Week], after: list[Week], alarmed: list[Week]
) -> Effect:
    observed = sum(week.observed for week in after)
    if len(after) < WEEKS_AFTER:
        return Effect(Verdict.UNDECIDED, "too_early", weeks_after=len(after), observed=observed)
    baselines = [weeks for weeks in (usual, problem) if weeks]
    if not baselines:
        return Effect(Verdict.UNDECIDED, "no_baseline", weeks_after=len(after), observed=observed)
    level = LEVEL if len(baselines) == 1 else LEVEL_OF_TWO
    spread, known = _spread([*baselines, after])
    to_usual = _compared(usual, after, level, spread, known) if usual else None
    to_problem = _compared(problem, after, level, spread, known) if problem else None
    to_alarm = _compared(alarmed, after, level, spread, known) if alarmed else None
    verdict, reason, chosen = _verdict(to_usual, to_problem, to_alarm)
    return Effect(
        verdict=verdict,
        reason=reason,
        weeks_before=chosen.weeks,
        weeks_after=len(after),
        observed=observed,
        expected=chosen.expected,
        against="usual" if chosen is to_usual else "problem",
        ratio=chosen.ratio,
        low=chosen.low,
        high=chosen.high,
        level=level,
        usual=to_usual,
        problem=to_problem,
    )


def _verdict(
    usual: Comparison | None, problem: Comparison | None, alarmed: Comparison | None
) -> tuple[Verdict, str, Comparison]:
    """What is said, why not, and the comparison that says it."""
    both = [one for one in (problem, usual) if one]
    enough = [one for one in both if one.expected >= FEW]
    if not enough:
        return Verdict.UNDECIDED, "too_few", both[0]
    for one in enough:
        if one.high < 1:
            return Verdict.FELL, "", one
    first = enough[0]
    own_baseline = first is problem or not alarmed or alarmed.low > 1
    if own_baseline and all(one.low > 1 for one in enough):
        return Verdict.ROSE, "", first
    above_usual = usual is not None and usual.low > 1
    return Verdict.UNDECIDED, "still_high" if above_usual else "within_chance", first


def _spread(parts: list[list[Week]]) -> tuple[float, int]:
    """How much more the weeks vary around the rate of their part than chance would make them
    (Pearson's, never below 1), and from how many degrees of freedom this is known.
    """
    off, known = 0.0, 0
    for weeks in parts:
        observed = np.array([week.observed for week in weeks], dtype=float)
        exposure = np.array([week.exposure for week in weeks])
        expected = exposure * observed.sum() / exposure.sum()
        if expected.sum() > 0:
            off += float((np.square(observed - expected) / expected).sum())
            known += len(weeks) - 1
    return max(off / known, 1.0) if known else 1.0, known


def _compared(
    before: list[Week], after: list[Week], level: float, spread: float, known: int
) -> Comparison:
    """By the share of all events that fell into the weeks after (exact for Poisson counts); events
    count less where weeks vary more, and where it is poorly known how much.
    """
    tail = (1 + level) / 2
    unsure = float(stats.t.ppf(tail, known) / stats.norm.ppf(tail)) ** 2 if spread > 1 else 1.0
    then, now = (sum(week.observed for week in weeks) for weeks in (before, after))
    exposure, exposure_now = (sum(week.exposure for week in weeks) for weeks in (before, after))
    counted = spread * unsure
    shares = stats.beta.ppf([1 - tail, tail], now / counted + 0.5, then / counted + 0.5)
    low, high = shares / (1 - shares) * exposure / exposure_now
    return Comparison(
        weeks=len(before),
        observed=then,
        exposure=exposure,
        expected=then / exposure * exposure_now,
        ratio=(now + 0.5) / (then + 0.5) * exposure / exposure_now,
        low=float(low),
        high=float(high),
    )
