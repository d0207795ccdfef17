"""Who is blamed? Ten people of two hundred do bad work; how many of them, and how many innocent
ones, are pointed at.

    python -m benchmarks.fairness [SEEDS] [FIRST SEED]

Assumed: 200 people in ten queues whose cases are reopened at rates between 3 and 30 % (log-uniform;
within a queue three channels at 0.7, 1 and 1.4 times); everybody works mostly in one queue and now
and then in two others; 250 to 1,500 cases each; honest people differ by themselves by 8 % (one
standard deviation); ten have 1.8 times the events. Beside ours: the ten largest raw rates; a raw
rate above the mean by two or three standard deviations, or by half; the same gamma-Poisson test
with other bounds.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from analytics.detection.fairness import SURE, WELL_ABOVE, Standing, Tally, compare
from quickstart.terminal import say, table, tolerate_any_encoding

PEOPLE, BAD, WORSE = 200, 10, 1.8
QUEUES, CHANNELS = 10, (0.7, 1.0, 1.4)
OWN_SPREAD = 0.08
SEEDS, INNOCENT = 100, 3


class World(NamedTuple):
    """What people did; the first ten of them did it badly."""

    tallies: list[Tally]
    rates: np.ndarray  # raw, a person each


def world(seed: int) -> World:
    """From the seed alone."""
    random = np.random.default_rng(seed)
    difficulty = np.exp(random.uniform(np.log(0.03), np.log(0.3), QUEUES))
    tallies, rates = [], []
    for person in range(PEOPLE):
        own = (WORSE if person < BAD else 1.0) * random.lognormal(0, OWN_SPREAD)
        total = int(random.integers(250, 1501))
        queues = random.choice(QUEUES, 3, replace=False)
        cases = random.multinomial(total, np.outer([0.8, 0.15, 0.05], [0.3, 0.5, 0.2]).ravel())
        events = 0
        for at, count in enumerate(cases):
            queue, channel = queues[at // 3], at % 3
            rate = min(difficulty[queue] * CHANNELS[channel] * own, 0.95)
            happened = int(random.binomial(count, rate))
            stratum = (f"queue {queue}", f"channel {channel}")
            tallies.append(Tally(person, stratum, int(count), happened))
            events += happened
        rates.append(events / total)
    return World(tallies, np.array(rates))


def largest_ten(world: World, _: tuple[Standing, ...]) -> list[int]:
    """A league table."""
    return list(map(int, np.argsort(-world.rates)[:10]))


def deviations(times: float) -> Callable[[World, tuple[Standing, ...]], list[int]]:
    """A control limit over raw rates."""

    def flagged(world: World, _: tuple[Standing, ...]) -> list[int]:
        limit = world.rates.mean() + times * world.rates.std()
        return list(map(int, np.flatnonzero(world.rates > limit)))

    return flagged


def half_more(world: World, _: tuple[Standing, ...]) -> list[int]:
    """A raw rate that is 50 % above the mean."""
    return list(map(int, np.flatnonzero(world.rates > 1.5 * world.rates.mean())))


def surer_than(sure: float) -> Callable[[World, tuple[Standing, ...]], list[int]]:
    """The adjusted test at another bound."""

    def flagged(_: World, standings: tuple[Standing, ...]) -> list[int]:
        return [int(one.person) for one in standings if (one.probability or 0) > sure]

    return flagged


def ours(_: World, standings: tuple[Standing, ...]) -> list[int]:
    """As it is built in."""
    return [int(one.person) for one in standings if one.flagged]


METHODS: dict[str, Callable[[World, tuple[Standing, ...]], list[int]]] = {
    "the ten largest raw rates": largest_ten,
    "mean + 2 SD of raw rates": deviations(2),
    "mean + 3 SD of raw rates": deviations(3),
    "mean + 50 % of raw rates": half_more,
    f"P(ratio > {WELL_ABOVE}) > 0.8": surer_than(0.8),
    f"P(ratio > {WELL_ABOVE}) > 0.9": surer_than(0.9),
    f"P(ratio > {WELL_ABOVE}) > 0.95": surer_than(0.95),
    f"ours: P(ratio > {WELL_ABOVE}) > {SURE}": ours,
}


def main() -> int:
    """1 if more than three innocent people are flagged in more than one seed of twenty, else 0."""
    tolerate_any_encoding()
    count, first = [*map(int, sys.argv[1:]), *(SEEDS, 0)[len(sys.argv) - 1 :]]
    found: dict[str, list[tuple[int, int]]] = {name: [] for name in METHODS}
    enough = []
    for seed in range(first, first + count):
        there = world(seed)
        standings = compare(there.tallies)
        enough.append(sum(one.enough for one in standings))
        for name, method in METHODS.items():
            flagged = method(there, standings)
            bad = sum(person < BAD for person in flagged)
            found[name].append((bad, len(flagged) - bad))
    rows: list[tuple[str, ...]] = [
        ("", "bad of 10", "innocent of 190", "most", f"seeds with > {INNOCENT}")
    ]
    for name, results in found.items():
        bad, innocent = np.array(results).T
        over = (innocent > INNOCENT).mean()
        rows.append(
            (
                name,
                f"{bad.mean():.1f}",
                f"{innocent.mean():.1f}",
                f"{innocent.max()}",
                f"{over:.0%}",
            )
        )
    say(f"mean of {count} seeds\n{table(rows)}", timed=False)
    say(f"with enough data: {np.mean(enough):.0f} of {PEOPLE}", timed=False)
    missed = over > 0.05
    say("missed" if missed else "held: no more than three innocent people of 190", timed=False)
    return int(missed)


if __name__ == "__main__":
    sys.exit(main())
