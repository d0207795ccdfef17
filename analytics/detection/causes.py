"""What the cases of a window have in common that those before had not: values of attributes and
pairs of values, by a shrunk Poisson likelihood ratio.

A count says which value is large, a percentage which is rare; neither says what is new. The
likelihood ratio weighs both: O·ln r − (r − 1)·E for O observed and E expected, with the ratio
r = (O + a) / (E + a) drawn towards 1, so that three cases where one was expected do not lead the
list. What is expected of a pair leans on what its two values would give together by chance, as
gamma-Poisson shrinkage does in pharmacovigilance (DuMouchel 1999). There are many more pairs than
values, and the largest of many is large by luck; half the logarithm of their number is taken off.

The window is compared by its shares, where what the other cases have less of is evidence too
(Kulldorff 1997), unless the caller knows how many cases the window should have had.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Any, NamedTuple

import numpy as np
from scipy import stats

from analytics.detection.cause_counts import (
    UNSEEN,
    Case,
    Codes,
    Floats,
    Found,
    Mask,
    Table,
    having,
    pairs_of,
    singles,
)

MODEL = "causes 1"
LUCK = 0.01  # so many values or pairs stand out so far without a cause
SHRINKAGE = 3.0  # cases at the expected rate that are added to what was observed and expected
PENALTY = 0.5  # of the logarithm of how many values or pairs of its kind there are
ALONE = 0.98  # of a value's cases have one and the same partner …
ACCIDENT = 1e-4  # … which would be so by chance this rarely
HAIR = 1e-6
WITH_PARTNER = 20  # of the strongest values are looked at so
TINY = 1e-9


@dataclass(frozen=True, slots=True)
class Cause:
    """One value of an attribute, or two of two attributes, and how far its cases stand out."""

    values: tuple[tuple[str, str], ...]  # (attribute, value), in the order of the attributes
    observed: int  # cases of the window
    expected: float
    ratio: float  # drawn towards 1
    low: float  # of the ratio, 95 %
    high: float
    score: float  # the shrunk likelihood ratio, less what the largest of so many has by luck
    seen_before: int  # cases of the history
    chance: float  # how many would stand out so far by luck alone; may be more than 1
    within: int | None = None  # place in the list of a stronger cause that explains it


class _Candidate(NamedTuple):
    cause: Cause
    places: tuple[int, ...]
    codes: Codes
    scale: float
    looked_at: int


def scan(
    window: Iterable[Case],
    history: Iterable[Case],
    attributes: Sequence[str],
    *,
    expected_total: float | None = None,
    at_least: int = 5,
    limit: int = 20,
) -> tuple[Cause, ...]:
    """The values and pairs of values that stand out in the window, the strongest first.

    window, history: one mapping of attribute → value for each case (None or "": not known); the
    history is what was before the window. expected_total: cases that the window should have had,
    from a baseline; None: as many as it has. at_least: cases below which nothing is said.
    ValueError when nothing at all should have been expected.

    A value that occurs with one partner only (a batch of one product) is named together with it.
    An attribute that the window or the history does not know says nothing.
    """
    table = Table(window, history, attributes)
    if not len(table.window) or not len(table.history):
        return ()
    if expected_total is not None and not expected_total > 0:
        raise ValueError("A baseline expects some cases; without one, leave it out")
    alone = [singles(table, place, expected_total) for place in range(len(table.attributes))]
    known = [found for found in alone if found]
    found = [*known, *(pairs_of(table, a, b, expected_total) for a, b in combinations(known, 2))]
    candidates = _judged(table, [one for one in found if len(one.observed)], at_least)
    named = _well_named(table, candidates[:limit])
    return _explained(table, named, fixed=expected_total is not None)


def _judged(table: Table, found: list[Found], at_least: int) -> list[_Candidate]:
    """Every candidate above what was expected of it, the strongest first."""
    looked_at = sum(one.looked_at for one in found)
    candidates = [each for one in found for each in _of_one(table, one, at_least, looked_at)]
    candidates.sort(key=lambda each: (-each.cause.score, each.cause.values))
    strength = _with_partners(table, candidates)
    candidates = [
        each._replace(cause=replace(each.cause, score=strength[each.cause.values]))
        for each in candidates
    ]
    return sorted(candidates, key=lambda each: -each.cause.score)


def _with_partners(
    table: Table, candidates: list[_Candidate]
) -> dict[tuple[tuple[str, str], ...], float]:
    """How strong each candidate is. A pair that has all cases of one of its values says more than
    that value and takes its place (of several such pairs the one with the attribute named first),
    unless everything has the other value: then it says less.
    """
    everything = np.concatenate([table.window, table.history])
    strength = {each.cause.values: each.cause.score for each in candidates}
    pairs = [each for each in candidates if len(each.places) == 2]
    raised: dict[tuple[tuple[str, str], ...], float] = {}
    values = [each.cause for each in candidates if len(each.places) == 1]
    for alone in values[:WITH_PARTNER]:
        value, same = alone.values[0], []
        for pair in pairs:
            if value not in pair.cause.values:
                continue
            if _only_partner(everything, pair, pair.cause.values.index(value), alone):
                same.append(pair)
            elif _numbers(pair.cause) == _numbers(alone):
                strength[pair.cause.values] = min(pair.cause.score, alone.score - HAIR)
        best = max([alone.score, *(pair.cause.score for pair in same)])
        for turn, pair in enumerate(sorted(same, key=lambda each: -sum(each.places)), 1):
            raised[pair.cause.values] = max(raised.get(pair.cause.values, 0.0), best + turn * HAIR)
    return strength | raised


def _well_named(table: Table, candidates: list[_Candidate]) -> list[_Candidate]:
    """Of pairs that are the same cases (product × batch, product × supplier of the batch), the one
    whose attributes are named first comes first.
    """
    everything = np.concatenate([table.window, table.history])
    left = list(candidates)
    named: list[_Candidate] = []
    while left:
        first = left[0]
        same = [each for each in left[1:] if _are_the_same(everything, first, each)]
        best = min([first, *same], key=lambda each: each.places)
        left = [each for each in left if each is not best]
        score = max(best.cause.score, first.cause.score + HAIR * (best is not first))
        named.append(best._replace(cause=replace(best.cause, score=score)))
    return named


def _are_the_same(cases: Codes, one: _Candidate, other: _Candidate) -> bool:
    """Are two pairs the same cases, wherever all their attributes are known?"""
    if len(one.places) + len(other.places) < 4:
        return False
    if not set(one.cause.values) & set(other.cause.values):
        return False
    known = having(cases, one.places) & having(cases, other.places)
    mine = having(cases, one.places, one.codes) & known
    theirs = having(cases, other.places, other.codes) & known
    return bool((mine & theirs).sum() >= ALONE * (mine | theirs).sum() > 0)


def _numbers(cause: Cause) -> tuple[int, int]:
    return cause.observed, cause.seen_before


def _only_partner(cases: Codes, pair: _Candidate, at: int, alone: Cause) -> bool:
    """Does this value of the pair occur with the other one alone, too often for an accident?"""
    if 2 * pair.cause.observed < alone.observed:  # spares the look
        return False
    other, wanted = cases[:, pair.places[1 - at]], pair.codes[1 - at]
    partners = other[(cases[:, pair.places[at]] == pair.codes[at]) & (other >= 0)]
    if not len(partners) or (partners == wanted).mean() < ALONE:
        return False
    share = float((other == wanted).sum() / (other >= 0).sum())
    return share ** len(partners) < ACCIDENT


def _of_one(table: Table, one: Found, at_least: int, looked_at: int) -> Iterator[_Candidate]:
    expected = one.usual * one.scale
    ratio = (one.observed + SHRINKAGE) / (expected + SHRINKAGE)
    score = _likelihood(one, expected, ratio) - PENALTY * np.log(one.looked_at)
    tail = _tail(one.observed, expected, one.before)
    low, high = _spread(one.observed, one.before)
    for at in np.flatnonzero((one.observed >= at_least) & (one.observed > expected)):
        named = zip(one.places, one.codes[at], strict=True)
        cause = Cause(
            values=tuple(
                (table.attributes[place], table.names[place][code]) for place, code in named
            ),
            observed=int(one.observed[at]),
            expected=float(expected[at]),
            ratio=float(ratio[at]),
            low=float(ratio[at] * low[at]),
            high=float(ratio[at] * high[at]),
            score=float(score[at]),
            seen_before=int(one.before[at]),
            chance=float(looked_at * tail[at]),
        )
        yield _Candidate(cause, one.places, one.codes[at], one.scale, looked_at)


def _likelihood(one: Found, expected: Floats, ratio: Floats) -> Floats:
    """The logarithm of how much better the ratio explains the cases than none does."""
    rest: Floats = -(ratio - 1) * expected
    if one.of is not None:  # what the others have less of is evidence too
        others = np.maximum(one.of - ratio * expected, TINY) / np.maximum(one.of - expected, TINY)
        rest = (one.of - one.observed).astype(np.float64) * np.log(others)
    return one.observed * np.log(ratio) + rest


def _tail(observed: Any, expected: Any, before: Any) -> Any:
    """The chance of so many cases or more, where the expected number is itself known only from so
    many cases of the history (gamma-Poisson).
    """
    known = before + 1.0
    return stats.nbinom.sf(observed - 1, known, known / (known + expected))


def _spread(observed: Any, before: Any) -> Any:
    """What the ratio is multiplied with for the ends of its interval of 95 %."""
    return stats.f.ppf([[0.025], [0.975]], 2 * (observed + SHRINKAGE), 2 * (before + 1))


def _explained(table: Table, candidates: list[_Candidate], fixed: bool) -> tuple[Cause, ...]:
    """Each cause, and beside it the stronger one without whose cases it would not stand out.

    fixed: what is expected comes from a baseline, not from the shares of the cases that are left.
    """
    left, left_before = np.ones(len(table.window), bool), np.ones(len(table.history), bool)
    strong: list[tuple[int, Mask]] = []
    causes: list[Cause] = []
    for at, (cause, places, codes, scale, looked_at) in enumerate(candidates):
        here, there = having(table.window, places, codes), having(table.history, places, codes)
        shared, nearest = max(
            ((int((here & mask).sum()), place) for place, mask in strong), default=(0, 0)
        )
        if shared:
            now, then = here & left, there & left_before
            if not fixed:
                known = [having(cases, places) for cases in (table.window, table.history)]
                scale = (known[0] & left).sum() / max((known[1] & left_before).sum(), 1)
            before = int(then.sum())
            tail = _tail(int(now.sum()), max(before, UNSEEN) * scale, before)
            cause = replace(cause, within=nearest if looked_at * tail > LUCK else None)
        if cause.within is None and cause.chance <= LUCK:
            strong.append((at, here))
            left, left_before = left & ~here, left_before & ~there
        causes.append(cause)
    return tuple(causes)
