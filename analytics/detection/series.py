"""The rows that are watched: complaints per day of each series, their orders, and what is wrong
with them, said by series and day.
"""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.floating[Any]]
Path = tuple[str, ...]
ENOUGH_DAYS = 56  # eight weeks, so that each weekday has been seen eight times
LEAST_ORDERS = 0.01  # of the usual volume: a day without orders still expects late complaints


@dataclass(frozen=True)
class Panel:
    """`counts` and `orders` are series × days; `present` is False before a series began.

    `orders` is NaN in the rows that have no denominators. `offset` is the natural logarithm of
    the orders (0 where there are none).
    """

    days: list[dt.date]
    counts: Floats
    orders: Floats
    present: NDArray[np.bool_]
    offset: Floats
    paths: list[Path]

    @property
    def with_orders(self) -> NDArray[np.bool_]:
        return ~np.isnan(self.orders[:, 0])

    def position(self, day: dt.date) -> int:
        return (day - self.days[0]).days


def panel(
    days: Sequence[dt.date],
    counts: ArrayLike,
    orders: ArrayLike | None,
    tree: Sequence[Sequence[str]] | None,
) -> Panel:
    """Checked rows. Raises ValueError naming the series and the day that cannot be."""
    listed = _consecutive(days)
    table = np.array(counts, dtype=float, ndmin=2)
    if table.ndim != 2 or table.shape[1] != len(listed):
        raise ValueError(f"counts must be series × {len(listed)} days, not {table.shape}")
    paths = _paths(tree, table.shape[0])
    volumes = np.full_like(table, np.nan)
    if orders is not None:
        volumes = np.array(orders, dtype=float, ndmin=2)
    if volumes.shape != table.shape:
        raise ValueError(f"orders must have the shape of counts {table.shape}, not {volumes.shape}")
    _check_orders(volumes, paths, listed)
    present = _check_counts(table, paths, listed) & _sold_or_complained(table, volumes)
    table = np.where(present, table, 0.0)
    return Panel(listed, table, volumes, present, _offset(volumes), paths)


def _consecutive(days: Sequence[dt.date]) -> list[dt.date]:
    listed = list(days)
    if not listed:
        raise ValueError("there are no days")
    for before, after in itertools.pairwise(listed):
        if (after - before).days != 1:
            raise ValueError(f"days must be consecutive: {before} is followed by {after}")
    return listed


def _paths(tree: Sequence[Sequence[str]] | None, number: int) -> list[Path]:
    if tree is None:
        return [(str(n),) for n in range(number)]
    paths = [tuple(path) for path in tree]
    if len(paths) != number:
        raise ValueError(f"the tree names {len(paths)} series, counts has {number}")
    if len({len(path) for path in paths}) > 1 or not all(paths):
        raise ValueError("all paths of the tree must have the same depth, at least one")
    if len(set(paths)) < len(paths):
        twice = next(path for path in paths if paths.count(path) > 1)
        raise ValueError(f"series {_name(twice)} is there twice")
    return paths


def _name(path: Path) -> str:
    return " / ".join(path)


def _refuse(wrong: NDArray[np.bool_], what: str, paths: list[Path], days: list[dt.date]) -> None:
    if wrong.any():
        row, column = np.argwhere(wrong)[0]
        raise ValueError(f"series {_name(paths[row])}, {days[column]}: {what}")


def _check_orders(orders: Floats, paths: list[Path], days: list[dt.date]) -> None:
    gaps = np.isnan(orders)
    some = gaps.sum(axis=1) < gaps.shape[1]
    _refuse(gaps & some[:, None], "the order volume is missing", paths, days)
    _refuse(orders < 0, "the order volume is negative", paths, days)
    _refuse(np.isinf(orders), "the order volume is infinite", paths, days)


def _check_counts(counts: Floats, paths: list[Path], days: list[dt.date]) -> NDArray[np.bool_]:
    """Where a count is known; unknown ones may only come before the first known one."""
    known = ~np.isnan(counts)
    begun = np.logical_or.accumulate(known, axis=1)
    _refuse(begun & ~known, "the number of complaints is missing", paths, days)
    _refuse(known & (counts < 0), "the number of complaints is negative", paths, days)
    _refuse(np.isinf(counts), "the number of complaints is infinite", paths, days)
    whole = np.where(known, counts, 0.0)
    _refuse(whole != np.floor(whole), "the number of complaints is no whole number", paths, days)
    return known


def _sold_or_complained(counts: Floats, orders: Floats) -> NDArray[np.bool_]:
    """False before the first order or complaint of a series: it was not there yet."""
    seen = (np.nan_to_num(counts) > 0) | (np.nan_to_num(orders) > 0)
    return np.logical_or.accumulate(seen, axis=1)


def _offset(orders: Floats) -> Floats:
    volumes = np.where(np.isnan(orders), 1.0, orders)
    sold = np.where(volumes > 0, volumes, np.nan)
    usual = np.array([np.nanmedian(row) if (row > 0).any() else 1.0 for row in sold])
    return np.log(np.maximum(volumes, LEAST_ORDERS * usual[:, None]))
