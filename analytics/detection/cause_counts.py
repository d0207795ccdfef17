"""How often each value of an attribute and each pair of values occurs in a window of cases, and how
often it should by the history before it: what `causes` judges.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

TOGETHER = 1.0  # history of a pair: the weight of "as often as by chance", in cases
UNSEEN = 0.5  # cases of the history that a value never seen is taken to have had

Case = Mapping[str, Any]
Codes = NDArray[np.int64]
Floats = NDArray[np.float64]
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Found:
    """Candidates of one attribute or of one pair of attributes, in columns."""

    places: tuple[int, ...]  # of the attributes
    codes: Codes  # (candidates, places)
    observed: Codes
    before: Codes
    usual: Floats  # cases that the history is taken to have had
    scale: float  # cases expected in the window for one of the history
    # Cases of the window that know the attributes; None: a baseline says what is expected.
    of: int | None
    looked_at: int  # values or pairs that could have stood out


class Table:
    """The cases of window and history as numbers: −1 where an attribute is not known."""

    def __init__(self, window: Iterable[Case], history: Iterable[Case], attributes: Sequence[str]):
        self.attributes = tuple(attributes)
        self._codes: list[dict[str, int]] = [{} for _ in attributes]
        self.window = self._coded(window)
        self.history = self._coded(history)
        self.names = [list(codes) for codes in self._codes]

    def _coded(self, cases: Iterable[Case]) -> Codes:
        columns = list(zip(self.attributes, self._codes, strict=True))
        rows = [[_code(case.get(name), codes) for name, codes in columns] for case in cases]
        return np.array(rows, dtype=np.int64).reshape(len(rows), len(columns))


def _code(value: Any, codes: dict[str, int]) -> int:
    return -1 if value in (None, "") else codes.setdefault(str(value), len(codes))


def singles(table: Table, place: int, total: float | None) -> Found | None:
    """The values of one attribute; None where window or history do not know it.

    total: cases that the window should have had; None: as many as it has.
    """
    size = len(table.names[place])
    observed = np.bincount(table.window[:, place] + 1, minlength=size + 1)[1:]
    before = np.bincount(table.history[:, place] + 1, minlength=size + 1)[1:]
    of, of_before = int(observed.sum()), int(before.sum())
    if not of or not of_before:
        return None
    share = of_before / (of_before + UNSEEN * size)
    usual = (before.astype(np.float64) + UNSEEN) * share
    codes = np.arange(size).reshape(-1, 1)
    scale = _growth(table, total) * of / of_before
    return Found((place,), codes, observed, before, usual, scale, None if total else of, size)


def pairs_of(table: Table, a: Found, b: Found, total: float | None) -> Found:
    """The pairs of their values that the window has."""
    places = (a.places[0], b.places[0])
    base = len(table.names[places[1]])
    now, then = _together(table.window, places, base), _together(table.history, places, base)
    pairs, observed = np.unique(now, return_counts=True)
    pairs_before, counts = np.unique(then, return_counts=True)
    before = _looked_up(pairs, pairs_before, counts)
    codes = np.stack([pairs // base, pairs % base], axis=1)
    by_chance = a.usual[codes[:, 0]] * b.usual[codes[:, 1]] / max(float(a.usual.sum()), 1.0)
    leaning = by_chance * (before + TOGETHER) / (by_chance + TOGETHER)
    usual = np.maximum(leaning, before)  # a batch of one product is no accident
    scale = _growth(table, total) * len(now) / max(len(then), 1)
    looked_at = len(np.union1d(pairs, pairs_before))
    of = None if total else len(now)
    return Found(places, codes, observed, before, usual, scale, of, looked_at)


def _growth(table: Table, total: float | None) -> float:
    return total / len(table.window) if total else 1.0


def _together(codes: Codes, places: tuple[int, int], base: int) -> Codes:
    first, second = codes[:, places[0]], codes[:, places[1]]
    both = (first >= 0) & (second >= 0)
    return first[both] * base + second[both]


def _looked_up(wanted: Codes, there: Codes, counts: Codes) -> Codes:
    if not len(there):
        return np.zeros(len(wanted), dtype=np.int64)
    at = np.minimum(np.searchsorted(there, wanted), len(there) - 1)
    return np.where(there[at] == wanted, counts[at], 0)


def having(cases: Codes, places: tuple[int, ...], codes: Codes | None = None) -> Mask:
    """Which cases have these values; with no values, which have any."""
    chosen = cases[:, places]
    they = (chosen >= 0) if codes is None else (chosen == codes)
    return np.array(they.all(axis=1), dtype=np.bool_)
