"""Is a corrective action praised that did nothing, and is one that worked seen?

    python -m benchmarks.effects [TIMES] [FIRST SEED]

Assumed: weekly orders around 1,000 with a season and a promotion of three times the orders; events
at a constant rate, negative binomial with a variance of 1 to 2.5 times the mean; 26 weeks before.
The alarm is the worst four weeks of the last sixteen, as alarms are; in half of the runs there is a
real problem (twice the rate) from the alarm until the action, which comes one to five weeks after
the alarm. Then eight weeks at 0.5, 0.7, 1 or 2 times the rate that went before the action. Beside
ours: the last four weeks before the action, or the window of the alarm, as the baseline, and "down"
when the rate is 20 % lower.
"""

from __future__ import annotations

import sys
from collections import Counter
from datetime import date, timedelta

import numpy as np

from analytics.detection.effect import Verdict, Week, effect
from quickstart.terminal import say, table, tolerate_any_encoding

TIMES = 300
EFFECTS = (0.5, 0.7, 1.0, 2.0)
RATES = (0.01, 0.03, 0.1)  # 10, 30, 100 events a week
BEFORE, AFTER, ALARM = 26, 8, 4
MONDAY = date(2025, 1, 6)
WRONG, SEEN = 0.05, 0.9  # of × 1.0 something else is said; of × 0.5 at 100 a week 下降 is
NAMES = {Verdict.FELL: "下降", Verdict.ROSE: "上升", Verdict.UNDECIDED: "无法判断"}


def run(seed: int, rate: float, changed: float) -> tuple[str, str, str]:
    """What we, a reader of the last weeks and a reader of the alarm say."""
    random = np.random.default_rng(seed)
    gap = int(random.integers(1, 6))
    real = 2.0 if seed % 2 else 1.0
    orders = _orders(random, BEFORE + ALARM + gap + AFTER)
    variance = random.uniform(1, 2.5)
    first = BEFORE
    factors = np.ones(len(orders))
    factors[first : first + ALARM + gap] = real
    factors[first + ALARM + gap :] = real * changed
    observed = _counts(random, orders * rate * factors, variance)
    if real == 1:  # nothing happened: the alarm is where chance was the highest
        starts = range(first - 12, first + 1)
        first = max(starts, key=lambda at: (observed / orders)[at : at + ALARM].sum())
    weeks = [
        Week(MONDAY + timedelta(weeks=at), int(observed[at]), float(orders[at]))
        for at in range(len(orders))
    ]
    action = BEFORE + ALARM + gap
    alarm = (weeks[first].start, weeks[first + ALARM].start - timedelta(days=1))
    found = effect(weeks, alarm=alarm, action=weeks[action].start)
    naive = [
        "下降" if _rate(weeks[action:]) < 0.8 * _rate(before) else "无法判断"
        for before in (weeks[action - 4 : action], weeks[first : first + ALARM])
    ]
    return NAMES[found.verdict], naive[0], naive[1]


def _orders(random: np.random.Generator, weeks: int) -> np.ndarray:
    season = 1 + 0.15 * np.sin(np.arange(weeks) / 52 * 2 * np.pi + random.uniform(0, 6))
    orders = 1000 * season * random.lognormal(0, 0.05, weeks)
    orders[random.integers(weeks)] *= 3
    return np.asarray(orders)


def _counts(random: np.random.Generator, expected: np.ndarray, variance: float) -> np.ndarray:
    """Negative binomial with so many times the variance of a Poisson number."""
    if variance < 1.01:
        return np.asarray(random.poisson(expected))
    return np.asarray(random.poisson(random.gamma(expected / (variance - 1), variance - 1)))


def _rate(weeks: list[Week]) -> float:
    return sum(week.observed for week in weeks) / sum(week.exposure for week in weeks)


def main() -> int:
    """1 if what did nothing is praised or blamed too often, or a halving is not seen; else 0."""
    tolerate_any_encoding()
    times, first = [*map(int, sys.argv[1:]), *(TIMES, 0)[len(sys.argv) - 1 :]]
    rows: list[tuple[str, ...]] = [
        ("events a week", "true", *NAMES.values(), "下降 (last weeks)", "下降 (alarm)")
    ]
    missed = False
    for rate in RATES:
        for changed in EFFECTS:
            said = [run(seed, rate, changed) for seed in range(first, first + times)]
            ours, last, alarm = (Counter(each) for each in zip(*said, strict=True))
            shares = {name: ours[name] / times for name in NAMES.values()}
            naive = (f"{each['下降'] / times:.2f}" for each in (last, alarm))
            shown = (f"{share:.2f}" for share in shares.values())
            rows.append((f"{1000 * rate:.0f}", f"× {changed}", *shown, *naive))
            missed |= changed == 1 and shares["无法判断"] < 1 - WRONG
            missed |= changed == 0.5 and rate == 0.1 and shares["下降"] < SEEN
    say(f"what is said, share of {times} runs\n{table(rows)}", timed=False)
    say("missed" if missed else "held: × 0.5 下降, × 1.0 无法判断", timed=False)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
