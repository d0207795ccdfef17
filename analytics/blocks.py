"""Stretches of 1, 8 and 64 days, of which every window of days is put together. Pure.

Three years are some thirty stretches instead of a thousand days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import NamedTuple

SIZES = (1, 8, 64)


class Run(NamedTuple):
    """Stretches of one size: the first days of the first and of the last of them."""

    size: int
    first: date
    last: date


def begins(day: date, size: int) -> date:
    """The first day of the stretch of that size in which the day lies."""
    return day - timedelta(days=day.toordinal() % size)


@lru_cache(maxsize=256)  # a look asks the same few windows for each kind
def runs(since: date, until: date) -> Sequence[Run]:
    """Stretches that together hold each day from `since` to `until` (both inclusive) once."""
    if since > until:
        return ()
    return tuple(_runs(since.toordinal(), until.toordinal() + 1, len(SIZES) - 1))


def _runs(low: int, high: int, level: int) -> Iterator[Run]:
    size = SIZES[level]
    first, last = -(-low // size) * size, high // size * size
    if first >= last:  # no whole stretch of this size lies between
        if level and low < high:
            yield from _runs(low, high, level - 1)
        return
    yield Run(size, date.fromordinal(first), date.fromordinal(last - size))
    if level:
        yield from _runs(low, first, level - 1)
        yield from _runs(last, high, level - 1)
