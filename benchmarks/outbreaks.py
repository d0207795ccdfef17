"""How many planted outbreaks are found, how fast and at how many false alarms, beside two methods
that dashboards use, on the same data.

    python -m benchmarks.outbreaks [--seeds 101-110] [--series 240] [--low 0.2] [--noise drawn] …

Ten made-up companies, a year each, drawn from the seeds: some two minutes of a processor, shared by
as many processes as there are processors (`--processes`). Every assumption of the company is in
`benchmarks/outbreak_world.py` and an option here; how alarms are judged, and what the two other
methods are: `benchmarks/outbreak_scores.py`. Each figure is the mean over the seeds with its 95 %
interval (Student's t), its goal beside it; a missed goal is exit code 1.

Promotions: a company without any outbreak, in whose judged year the orders of all series are
doubled for 30 days at a constant rate of complaints. Once without chance: complaints as regular as
whole numbers allow, so that any alarm would be the promotion's; and once with the usual noise,
where the budget allows some: there are to be no more than in the rest of the year. Ours at budget
1, the others as used.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from typing import NamedTuple

import numpy as np
from scipy.stats import t as student

from analytics.detection.budget import STANDARD, STRICT
from benchmarks.outbreak_scores import NAIVE, Raised, Score, above, judged, moved, ours, start
from benchmarks.outbreak_world import Made, Outbreak, World, made
from quickstart.terminal import say, table, tolerate_any_encoding

DOUBLED_AFTER, DOUBLED_DAYS = 100, 30
SEEDS = "101-110"
CONFIDENCE = 0.95
ONE_SEED = 0.5  # what chance may add in 30 days of 240 series when there is one seed
OURS = "ours"


class Row(NamedTuple):
    """A figure by method: what it is, its goal in words, whether a mean keeps it (if it is one)."""

    what: str
    goal: str = ""
    keeps: Callable[[float], bool] | None = None


FOUND, DELAY, FALSE = "found", "median delay, days", "false alarms / series-year"
STEADY, DURING, REST = "exact complaints: alarms", "with noise: false alarms", "rest of the year"
AT_ONE, AT_STRICT, AS_USED = "budget 1", "strict (0.2)", "as used"
PROMOTION = "orders doubled"
ROWS = (
    Row(f"{AT_ONE}: {FOUND}", "≥ 0.80", lambda value: value >= 0.80),
    Row(f"{AT_ONE}: {DELAY}", "≤ 5", lambda value: value <= 5),
    Row(f"{AT_ONE}: {FALSE}", "≤ 1", lambda value: value <= 1),
    Row(f"{AT_STRICT}: {FOUND}", "≥ 0.60", lambda value: value >= 0.60),
    Row(f"{AT_STRICT}: {DELAY}"),
    Row(f"{AT_STRICT}: {FALSE}", "≤ 0.30", lambda value: value <= 0.30),
    Row(f"{AS_USED}: {FOUND}"),
    Row(f"{AS_USED}: {DELAY}"),
    Row(f"{AS_USED}: {FALSE}"),
    Row(f"{PROMOTION}, {STEADY}", "0", lambda value: value == 0),
    Row(f"{PROMOTION}, {DURING}", "≤ the rest"),
    Row(f"{PROMOTION}, {REST}"),
)


class Result(NamedTuple):
    """Of one seed: `figures` by row and method, what was planted, what ours found at budget 1."""

    seed: int
    figures: dict[tuple[str, str], float]
    planted: list[Outbreak]
    found: dict[Outbreak, int]


def one(assumed: World, seed: int) -> Result:
    """Everything about the company of one seed."""
    world = made(assumed, seed)
    best, strict = judged(world, ours(world, STANDARD)), judged(world, ours(world, STRICT))
    figures = _rows(OURS, AT_ONE, best) | _rows(OURS, AT_STRICT, strict)
    for method, (scored, usual) in NAIVE.items():
        scores = scored(world)
        figures |= _rows(method, AS_USED, judged(world, above(scores, usual)))
        figures |= _rows(method, AT_ONE, moved(world, scores, best.false))
        figures |= _rows(method, AT_STRICT, moved(world, scores, strict.false))
    return Result(seed, figures | promotion(assumed, seed), world.outbreaks, best.delays)


def _rows(method: str, setting: str, score: Score) -> dict[tuple[str, str], float]:
    named = zip((FOUND, DELAY, FALSE), score[:3], strict=True)
    return {(f"{setting}: {what}", method): value for what, value in named}


def promotion(assumed: World, seed: int) -> dict[tuple[str, str], float]:
    """The alarms while orders are doubled at a constant rate, and in the rest of the year."""
    calm = dataclasses.replace(assumed, per_year=0.0, contaminated=False)
    world, more = made(calm, seed), made(calm, seed, again=True)
    days = slice(start(world) + DOUBLED_AFTER, start(world) + DOUBLED_AFTER + DOUBLED_DAYS)
    orders, counts, means = world.orders.copy(), world.counts.copy(), world.means.copy()
    orders[:, days] *= 2
    means[:, days] *= 2
    counts[:, days] += more.counts[:, days]  # twice the orders bring as many complaints again
    noisy, steady = (world._replace(orders=orders, counts=c) for c in (counts, regular(means)))
    series, length = counts.shape
    rest = series * (length - start(world) - DOUBLED_DAYS) / 365
    figures = {}
    for method, raising in _raising().items():
        inside = [days.start <= day < days.stop for _, day in raising(noisy)]
        steadily = sum(days.start <= day < days.stop for _, day in raising(steady))
        figures[f"{PROMOTION}, {STEADY}", method] = float(steadily)
        figures[f"{PROMOTION}, {DURING}", method] = sum(inside) / (series * DOUBLED_DAYS / 365)
        figures[f"{PROMOTION}, {REST}", method] = (len(inside) - sum(inside)) / rest
    return figures


def _raising() -> dict[str, Callable[[Made], Raised]]:
    methods: dict[str, Callable[[Made], Raised]] = {OURS: partial(ours, budget=STANDARD)}
    for name, (scored, usual) in NAIVE.items():
        methods[name] = partial(_above, scored=scored, usual=usual)
    return methods


def _above(world: Made, scored: Callable[[Made], np.ndarray], usual: float) -> Raised:
    return above(scored(world), usual)


def regular(means: np.ndarray) -> np.ndarray:
    """Whole numbers whose sums follow those of the means as closely as whole numbers can; each
    series begins at a phase of its own, so that not all of them have their complaint on one day."""
    phase = np.linspace(0, 1, len(means), endpoint=False)[:, None]
    return np.diff(np.floor(np.cumsum(means, axis=1) + phase), axis=1, prepend=0.0)


def interval(values: Sequence[float]) -> tuple[float, float]:
    """Mean and half of its 95 % interval (NaN for one value)."""
    known = [value for value in values if np.isfinite(value)]
    if len(known) < 2:
        return (known[0] if known else float("nan")), float("nan")
    half = student.ppf((1 + CONFIDENCE) / 2, len(known) - 1) * np.std(known, ddof=1)
    return float(np.mean(known)), float(half / np.sqrt(len(known)))


def shown(results: list[Result]) -> tuple[list[tuple[str, ...]], bool]:
    """The table, and whether every goal is kept."""
    lines: list[tuple[str, ...]] = [("", "goal", OURS, "", *NAIVE)]
    missed = False
    for row in ROWS:
        listed = {
            method: [one.figures.get((row.what, method), np.nan) for one in results]
            for method in (OURS, *NAIVE)
        }
        cells = {method: _cell(values) for method, values in listed.items()}
        verdict = ""
        if row.goal:
            good = _kept(row, listed[OURS], results)
            missed |= not good
            verdict = "kept" if good else "MISSED"
        lines.append((row.what, row.goal, cells[OURS], verdict, *(cells[m] for m in NAIVE)))
    return lines, not missed


def _cell(values: list[float]) -> str:
    mean, half = interval(values)
    if not np.isfinite(mean):
        return "—"
    return f"{mean:.2f} ± {half:.2f}" if np.isfinite(half) else f"{mean:.2f}"


def _kept(row: Row, values: list[float], results: list[Result]) -> bool:
    """The mean keeps the goal; no more false alarms while orders are doubled than in the rest of
    the year, as far as the seeds can tell (the interval of the differences)."""
    if row.keeps is not None:
        return row.keeps(interval(values)[0])
    rest = [result.figures[f"{PROMOTION}, {REST}", OURS] for result in results]
    mean, half = interval([one - other for one, other in zip(values, rest, strict=True)])
    return mean <= (half if np.isfinite(half) else ONE_SEED)


def by_size(assumed: World, results: list[Result]) -> Iterator[str]:
    """How many of each size ours found at budget 1."""
    for size in assumed.sizes:
        planted = [(r, o) for r in results for o in r.planted if o.size == size]
        found = sum(outbreak in result.found for result, outbreak in planted)
        yield f"× {size:g}: {found}/{len(planted)}"


def _asked() -> tuple[World, list[int], int]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--seeds", default=SEEDS, help="7, or 101-110 (the default)")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    for field in dataclasses.fields(World):
        if isinstance(field.default, (int, float, str)) and not isinstance(field.default, bool):
            parser.add_argument(f"--{field.name}", type=type(field.default), default=field.default)
    given = vars(parser.parse_args())
    processes = max(1, given.pop("processes"))
    first, _, last = given.pop("seeds").partition("-")
    return World(**given), list(range(int(first), int(last or first) + 1)), processes


def _all(assumed: World, seeds: list[int], processes: int) -> Iterator[Result]:
    """In the order of the seeds."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):  # the processes are the threads
        os.environ.setdefault(name, "1")
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        yield from pool.map(partial(one, assumed), seeds)


def main() -> int:
    """1 when a mean over the seeds misses its goal (docs/analytics-signals.md)."""
    tolerate_any_encoding()
    assumed, seeds, processes = _asked()
    results = []
    for result in _all(assumed, seeds, processes):
        results.append(result)
        found, false = (result.figures[f"{AT_ONE}: {what}", OURS] for what in (FOUND, FALSE))
        say(f"seed {result.seed}: {found:.2f} of {len(result.planted)} at {false:.2f} false")
    lines, kept = shown(results)
    say(f"mean of {len(seeds)} seeds with its 95 % interval\n{table(lines)}", timed=False)
    others = "the others at our budgets: limits moved in hindsight to the false alarms of ours"
    say(others, timed=False)
    say(f"ours, {AT_ONE}, by size: " + ", ".join(by_size(assumed, results)), timed=False)
    say("every goal kept" if kept else "a goal MISSED", timed=False)
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main())
