"""A made-up company whose complaints, orders and outbreaks are known, to judge alarms against.

Assumptions, all of them parameters of `World`:
- 240 series, product × region × category (12 × 5 × 4); the mean complaints per day of each are
  drawn log-uniformly from 0.2 to 20.
- The rate per order has a weekday shape (shared, plus a little of each series' own), one yearly
  wave (amplitude up to 0.3, any phase) and a straight trend (up to ± 30 % a year).
- Orders have weekdays of their own, growth of up to ± 20 % a year, noise of 10 % and promotions:
  618 (1-20 June), 双十一 (1-12 November), in each year × 2 to × 3.5, drawn per product and year.
  Complaints are in proportion to the orders of the day.
- Noise is negative-binomial, variance = m + m²/size with one size for all, so that variance/mean
  goes from 1 for the rarest series to 3 for the most frequent (size 10). `noise="drawn"` draws
  variance/mean from 1 to 3 for each series however rare: harder, because a handful of complaints
  then often comes by chance alone.
- Outbreaks: × 1.5, × 2, × 3 or × 5 (equally often), 10 to 28 days, a step or a ramp (equally
  often; the ramp reaches its height half-way). About 0.95 per series-year (228), in the history as
  in the judged year, at least 35 days apart in one series: the history is contaminated, and nobody
  says where.
- History two years, judged one year, day by day.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

FIRST = dt.date(2023, 1, 2)
APART = 35


class Outbreak(NamedTuple):
    """`first` and `last` (inclusive) count days from the beginning of the world."""

    series: int
    first: int
    last: int
    size: float
    ramp: bool


@dataclass(frozen=True)
class World:
    """The assumptions; `made` draws one world from them."""

    series: int = 240
    history: int = 730
    judged: int = 365
    low: float = 0.2
    high: float = 20.0
    season: float = 0.3
    trend: float = 0.3
    noise: str = "size"
    noisiest: float = 3.0
    sizes: tuple[float, ...] = (1.5, 2.0, 3.0, 5.0)
    shortest: int = 10
    longest: int = 28
    ramp_part: float = 0.5
    per_year: float = 0.95
    contaminated: bool = True
    promotion: tuple[float, float] = (2.0, 3.5)


class Made(NamedTuple):
    """One world: `counts` and `orders` are series × days, `means` is what was expected of each
    cell without an outbreak, `outbreaks` are those of the judged year."""

    days: list[dt.date]
    counts: np.ndarray
    orders: np.ndarray
    means: np.ndarray
    paths: list[tuple[str, str, str]]
    outbreaks: list[Outbreak]
    since: dt.date


def made(world: World, seed: int, *, again: bool = False) -> Made:
    """The same seed gives the same world; `again` the same company with complaints drawn anew."""
    rng = np.random.default_rng(seed)
    length = world.history + world.judged
    days = [FIRST + dt.timedelta(n) for n in range(length)]
    paths = [(f"c{n % 4}", f"p{n // 20}", f"r{n // 4 % 5}") for n in range(world.series)]
    orders = _orders(world, days, paths, rng)
    means = orders * _rate(world, days, rng)
    level = np.exp(rng.uniform(np.log(world.low), np.log(world.high), world.series))
    means *= (level / means.mean(axis=1))[:, None]
    judged = _outbreaks(world, world.history, length, rng)
    before = _outbreaks(world, 0, world.history, rng) if world.contaminated else []
    lifted = means.copy()
    for outbreak in before + judged:
        lifted[outbreak.series, outbreak.first : outbreak.last + 1] *= _shape(world, outbreak)
    chance = np.random.default_rng([seed, again])
    counts = _noise(world, lifted, rng, chance)
    return Made(days, counts, np.round(orders), means, paths, judged, days[world.history])


def _orders(
    world: World, days: list[dt.date], paths: list[tuple[str, str, str]], rng: np.random.Generator
) -> np.ndarray:
    weekday = np.array([day.weekday() for day in days])
    years = np.arange(len(days)) / 365.25
    base = np.exp(rng.uniform(np.log(100), np.log(5000), world.series))[:, None]
    week = np.exp(rng.normal(0, 0.1, (world.series, 7)))[:, weekday]
    growth = np.exp(np.log1p(rng.uniform(-0.2, 0.2, world.series))[:, None] * years)
    orders = base * week * growth * np.exp(rng.normal(0, 0.1, (world.series, len(days))))
    products = np.unique([path[1] for path in paths], return_inverse=True)[1]
    for year in {day.year for day in days}:
        for month, until in ((6, 20), (11, 12)):
            sale = np.array([d.year == year and d.month == month and d.day <= until for d in days])
            lift = rng.uniform(*world.promotion, products.max() + 1)[products]
            orders *= np.where(sale[None, :], lift[:, None], 1.0)
    return orders


def _rate(world: World, days: list[dt.date], rng: np.random.Generator) -> np.ndarray:
    weekday = np.array([day.weekday() for day in days])
    years = np.arange(len(days)) / 365.25
    shared = np.array([0.15, 0.1, 0.05, 0.0, 0.0, -0.15, -0.15])
    week = (shared + rng.normal(0, 0.05, (world.series, 7)))[:, weekday]
    height, phase = rng.uniform(0, world.season, world.series), rng.uniform(0, 1, world.series)
    wave = height[:, None] * np.sin(2 * np.pi * (years + phase[:, None]))
    trend = np.log1p(rng.uniform(-world.trend, world.trend, world.series))[:, None] * years
    return np.exp(week + wave + trend)


def _outbreaks(world: World, since: int, until: int, rng: np.random.Generator) -> list[Outbreak]:
    wanted = round(world.per_year * world.series * (until - since) / 365)
    found: list[Outbreak] = []
    for _ in range(100 * wanted):
        if len(found) == wanted:
            break
        series, lasts = (
            int(rng.integers(world.series)),
            int(rng.integers(world.shortest, world.longest + 1)),
        )
        first = int(rng.integers(since, max(since + 1, until - lasts)))
        new = Outbreak(
            series,
            first,
            first + lasts - 1,
            world.sizes[len(found) % len(world.sizes)],
            len(found) // len(world.sizes) % 2 == 1,
        )
        if all(
            o.series != series or first > o.last + APART or new.last < o.first - APART
            for o in found
        ):
            found.append(new)
    return found


def _shape(world: World, outbreak: Outbreak) -> np.ndarray:
    lasts = outbreak.last - outbreak.first + 1
    if not outbreak.ramp:
        return np.full(lasts, outbreak.size)
    risen = np.minimum(1.0, np.arange(1, lasts + 1) / (world.ramp_part * lasts))
    return 1.0 + (outbreak.size - 1.0) * risen


def _noise(
    world: World,
    means: np.ndarray,
    rng: np.random.Generator,
    chance: np.random.Generator,
) -> np.ndarray:
    if world.noise == "drawn":
        ratio = rng.uniform(1.0, world.noisiest, world.series)[:, None]
        size = means / (ratio - 1.0 + 1e-9)
    else:
        size = np.full_like(means, world.high / max(world.noisiest - 1.0, 1e-9))
    return chance.poisson(means * chance.gamma(size) / size).astype(float)
