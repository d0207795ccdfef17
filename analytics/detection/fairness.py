"""People compared by what their cases made likely, never by their raw rates.

Who works in a hard queue has more reopened cases and is not to blame for it. What is expected of a
person is what colleagues would have had with the same mix of cases; the ratio of observed to
expected is drawn towards 1 as much as all people together say (gamma-Poisson shrinkage), and comes
with its interval. A person is flagged only when the ratio is very probably well above 1, and one
with little expected says nothing: "数据不足". There is no rank, and nothing here is in the order of
a rate: noise leads every league table.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import optimize, stats

MODEL = "fairness 1"
WELL_ABOVE, SURE = 1.2, 0.95  # flagged: P(ratio > 1.2) > 0.95
ENOUGH = 30.0  # expected events below which nothing is said
COLLEAGUES = 30  # cases of others in a stratum below which there is nobody to compare with
LEANING = 30.0  # cases with which the rate of a thin stratum leans on the wider one
INTERVAL = 0.95
PRIOR = (1.0, 1e4)  # weights of the ratio 1 that are thought possible, in expected events
Stratum = tuple[str, ...]
Person = str | int
Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Tally:
    """A person's cases of one kind, and in how many of them the thing happened.

    stratum: what makes cases easy or hard, the most important first: (category, channel, region).
    """

    person: Person
    stratum: Stratum
    cases: int
    events: int


@dataclass(frozen=True, slots=True)
class Standing:
    """A person beside what colleagues would have had with the same cases."""

    person: Person
    cases: int
    events: int
    comparable: int  # cases of kinds that colleagues have too; only these are compared
    observed: int  # events in them
    expected: float
    enough: bool  # False: "数据不足", and the rest is None
    ratio: float | None = None
    low: float | None = None  # of the ratio, 95 % credible
    high: float | None = None
    probability: float | None = None  # that the ratio is above 1.2
    flagged: bool = False


@dataclass(slots=True)
class _Sum:
    cases: int = 0
    events: int = 0


class _Cell(NamedTuple):
    observed: int
    expected: float


def compare(tallies: Iterable[Tally]) -> tuple[Standing, ...]:
    """Everybody who has cases, in the order of `person`.

    ValueError for events without a case, and for numbers below nought.
    """
    by_person = _by_person(tallies)
    all_of_them: defaultdict[Stratum, _Sum] = defaultdict(_Sum)
    for strata in by_person.values():
        _add(all_of_them, strata)
    cells = {person: _cells(strata, all_of_them) for person, strata in by_person.items()}
    standings = [_beside(person, by_person[person], own) for person, own in cells.items()]
    spread = _spread(list(cells.values()))
    weight = _weight([one for one in standings if one.enough], spread)
    judged = (_judged(one, weight, spread) for one in standings)
    return tuple(sorted(judged, key=lambda one: _place(one.person)))


def _by_person(tallies: Iterable[Tally]) -> dict[Person, dict[Stratum, _Sum]]:
    by_person: defaultdict[Person, defaultdict[Stratum, _Sum]] = defaultdict(
        lambda: defaultdict(_Sum)
    )
    for tally in tallies:
        if not 0 <= tally.events <= tally.cases:
            raise ValueError(f"{tally.events} events in {tally.cases} cases")
        own = by_person[tally.person][tally.stratum]
        own.cases += tally.cases
        own.events += tally.events
    return {person: dict(strata) for person, strata in by_person.items()}


def _add(sums: dict[Stratum, _Sum], strata: dict[Stratum, _Sum]) -> None:
    """Each stratum and every wider one: its beginning, down to () for all cases."""
    for stratum, own in strata.items():
        for length in range(len(stratum) + 1):
            wide = sums[stratum[:length]]
            wide.cases += own.cases
            wide.events += own.events


def _cells(strata: dict[Stratum, _Sum], all_of_them: dict[Stratum, _Sum]) -> dict[Stratum, _Cell]:
    """What was observed and expected, in the strata where there are colleagues."""
    own: defaultdict[Stratum, _Sum] = defaultdict(_Sum)
    _add(own, strata)
    return {
        stratum: _Cell(mine.events, mine.cases * _rate(stratum, own, all_of_them))
        for stratum, mine in strata.items()
        if _others(stratum[:1], own, all_of_them).cases >= COLLEAGUES
    }


def _beside(person: Person, strata: dict[Stratum, _Sum], cells: dict[Stratum, _Cell]) -> Standing:
    expected = sum(cell.expected for cell in cells.values())
    return Standing(
        person=person,
        cases=sum(own.cases for own in strata.values()),
        events=sum(own.events for own in strata.values()),
        comparable=sum(strata[stratum].cases for stratum in cells),
        observed=sum(cell.observed for cell in cells.values()),
        expected=float(expected),
        enough=expected >= ENOUGH,
    )


def _spread(people: list[dict[Stratum, _Cell]]) -> float:
    """How much more the cells of one person vary than chance (Poisson) would make them: Pearson's,
    never below 1. What a stratum hides (a hard week, a hard customer) shows here.
    """
    off, known = 0.0, 0
    for cells in people:
        counted = [cell for cell in cells.values() if cell.expected >= 1]
        total = sum(cell.expected for cell in counted)
        ratio = sum(cell.observed for cell in counted) / total if total else 0.0
        if ratio:
            off += sum((o - ratio * e) ** 2 / (ratio * e) for o, e in counted)
            known += len(counted) - 1
    return max(off / known, 1.0) if known else 1.0


def _others(stratum: Stratum, own: dict[Stratum, _Sum], everybody: dict[Stratum, _Sum]) -> _Sum:
    mine, there = own.get(stratum, _Sum()), everybody[stratum]
    return _Sum(there.cases - mine.cases, there.events - mine.events)


def _rate(stratum: Stratum, own: dict[Stratum, _Sum], everybody: dict[Stratum, _Sum]) -> float:
    """Events for a case of a colleague; few cases lean on those of the wider stratum."""
    rate = 0.0
    for length in range(len(stratum) + 1):
        others = _others(stratum[:length], own, everybody)
        weight = LEANING if length else 0.0
        rate = (others.events + weight * rate) / max(others.cases + weight, 1.0)
    return rate


def _weight(standings: list[Standing], spread: float) -> float:
    """How much people are alike: the weight of the ratio 1, as all of them together make likely.

    Counts are negative binomial when ratios are gamma with mean 1 and this weight.
    """
    if len(standings) < 2:
        return PRIOR[1]
    observed = np.round(np.array([one.observed for one in standings]) / spread)
    expected = np.array([one.expected for one in standings]) / spread

    def unlikely(log_weight: float) -> float:
        weight = np.exp(log_weight)
        return -float(stats.nbinom.logpmf(observed, weight, weight / (weight + expected)).sum())

    found = optimize.minimize_scalar(unlikely, bounds=np.log(PRIOR), method="bounded")
    return float(np.exp(found.x))


def _judged(one: Standing, weight: float, spread: float) -> Standing:
    if not one.enough:
        return one
    ratios = stats.gamma(weight + one.observed / spread, scale=1 / (weight + one.expected / spread))
    low, high = ratios.interval(INTERVAL)
    probability = float(ratios.sf(WELL_ABOVE))
    return replace(
        one,
        ratio=float(ratios.mean()),
        low=float(low),
        high=float(high),
        probability=probability,
        flagged=probability > SURE,
    )


def _place(person: Person) -> tuple[bool, Person]:
    return isinstance(person, str), person
