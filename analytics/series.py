"""The rows of numbers that are watched: cases per day of each category × product × region, and the
orders of the same days; from the cases themselves, in three statements.

Confidential cases are in no series, because a signal is told to all who lead a team concerned. What
is too rare to have a series of its own is counted together (`REST`): the others of its category,
the other regions of its product.
"""

from __future__ import annotations

import unicodedata
from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

import numpy as np
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import TruncDate
from numpy.typing import NDArray

from analytics.models import Denominator
from complaints.models import Complaint
from complaints.workdays import SHANGHAI

REST = "-"  # the rest of what hangs on the same branch, and what nobody filled in
HISTORY = 730  # days: two years know the season
FEWEST = 20  # cases of the whole history for a series of its own
MOST = 600  # series; a threshold that doubles keeps below it
LATE = 7  # days; volumes that ended before are of no use today
ENOUGH = 84  # days of volumes in a row
STREAMED = 5_000  # rows at a time
Volumes = Mapping[tuple[str, str], Mapping[date, int]]
Path = tuple[str, ...]  # (category, product, region), or the beginning of it
Key = tuple[str, str, str]  # as they stand on the case


def tidy(product: str) -> str:
    """One name for spellings that differ in width, case and blanks."""
    return " ".join(unicodedata.normalize("NFKC", product).casefold().split())


def midnight(day: date) -> datetime:
    """The first instant of a local day."""
    return datetime.combine(day, time.min, SHANGHAI)


def received(since: date, until: date) -> QuerySet[Any]:
    """The cases that count, of these local days inclusive."""
    return Complaint.objects.filter(
        received_at__gte=midnight(since),
        received_at__lt=midnight(until + timedelta(days=1)),
        confidential=False,
        destroyed_at=None,
    ).exclude(category="")


@dataclass
class Series:
    """`counts` and `orders`: series × days. `names`: how a product is mostly written."""

    days: list[date]
    paths: list[Path] = field(default_factory=list)
    counts: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 0)))
    orders: NDArray[np.float64] | None = None
    names: dict[str, str] = field(default_factory=dict)
    own: frozenset[tuple[str, str]] = frozenset()  # (category, product) with a branch of its own

    def path_of(self, key: Key) -> Path:
        """The series in which a case is counted."""
        category, product, region = key[0], tidy(key[1]), key[2]
        if (category, product) not in self.own:
            product = REST
        full = (category, product, region or REST)
        return full if full in self._known else (category, product, REST)

    @property
    def _known(self) -> frozenset[Path]:
        if not hasattr(self, "_paths"):
            self._paths = frozenset(self.paths)
        return self._paths


def below(path: Path, full: Path) -> bool:
    """Whether a series belongs to a branch."""
    return full[: len(path)] == path


def read(until: date) -> Series:
    """All series up to a day inclusive; up to the last day whose orders are known, where orders are
    known and only the last days lack. Three statements, whose rows are not held: products are
    typed, so that there may be as many rows as cases.
    """
    since = until - timedelta(days=HISTORY - 1)
    known = volumes(since, until)
    covered = _covered(known, since, until)
    if covered is not None:
        since, until = covered
    cases = received(since, until).order_by()
    series, begun = _shape(cases)
    if not series.paths:
        return series
    first = since if covered else begun
    series.days = [first + timedelta(days=n) for n in range((until - first).days + 1)]
    _count(series, cases)
    if covered is not None:
        rows_of = [_of_path(path, known, series.days) for path in series.paths]
        series.orders = np.array(rows_of)
    return series


def _covered(known: Volumes, since: date, until: date) -> tuple[date, date] | None:
    """The last days in a row whose orders are all known; None when they are too few to compare
    with, or ended too long ago to say anything of today.
    """
    total = _summed(("", ""), known)
    last = max(total, default=None)
    if last is None or (until - last).days > LATE:
        return None
    first = last
    while first > since and first - timedelta(days=1) in total:
        first -= timedelta(days=1)
    return (first, last) if (last - first).days + 1 >= ENOUGH else None


def _shape(cases: QuerySet[Any]) -> tuple[Series, date]:
    """The series that these cases need, without their numbers, and the first day. One statement."""
    counted: Counter[Key] = Counter()
    spelt: dict[str, Counter[str]] = defaultdict(Counter)
    begun = datetime.max.replace(tzinfo=SHANGHAI)
    rows = cases.values_list("category", "product_name", "region").annotate(
        n=Count("pk"), first=Min("received_at")
    )
    for category, product, region, n, first in rows.iterator(STREAMED):
        name = tidy(product)
        counted[category, name, region] += n
        spelt[name][product] += n
        begun = min(begun, first)
    pairs: Counter[tuple[str, str]] = Counter()
    for (category, name, _region), n in counted.items():
        pairs[category, name] += n
    fewest = FEWEST
    while True:
        own = frozenset(p for p, n in pairs.items() if n >= fewest and p[1])
        leaves = _leaves(counted, own, fewest)
        if len(leaves) <= MOST:
            break
        fewest *= 2
    names = {name: most.most_common(1)[0][0] for name, most in spelt.items()}
    series = Series([], sorted(leaves), names=names, own=own)
    return series, begun.astimezone(SHANGHAI).date()


def _leaves(counted: Mapping[Key, int], own: frozenset[tuple[str, str]], fewest: int) -> set[Path]:
    paths: Counter[Path] = Counter()
    for (category, name, region), n in counted.items():
        paths[category, name if (category, name) in own else REST, region or REST] += n
    return {path if n >= fewest else (*path[:2], REST) for path, n in paths.items()}


def _count(series: Series, cases: QuerySet[Any]) -> None:
    """Fill in the numbers. One statement; a case of a new series that came since the first one
    waits for the next look.
    """
    place = {path: n for n, path in enumerate(series.paths)}
    series.counts = np.zeros((len(series.paths), len(series.days)))
    by_day = cases.annotate(day=TruncDate("received_at", tzinfo=SHANGHAI))
    rows = by_day.values_list("category", "product_name", "region", "day").annotate(n=Count("pk"))
    for category, product, region, day, n in rows.iterator(STREAMED):
        at = place.get(series.path_of((category, product, region)))
        if at is not None and day >= series.days[0]:
            series.counts[at, (day - series.days[0]).days] += n


# --- orders


def volumes(since: date, until: date, only: Mapping[str, Any] | None = None) -> Volumes:
    """(product, region) → day → orders, of these days inclusive; `only`: of what is looked up so.
    One statement.
    """
    found: dict[tuple[str, str], dict[date, int]] = defaultdict(dict)
    rows = Denominator.objects.filter(day__range=(since, until), **(only or {}))
    columns = rows.values_list("day", "product", "region", "orders")
    for day, product, region, orders in columns.iterator(STREAMED):
        at = found[tidy(product), region]
        at[day] = at.get(day, 0) + orders
    return found


def orders_of(path: Path, known: Volumes, days: Sequence[date]) -> list[float] | None:
    """One number a day, of the narrowest volumes that cover all of the days; None without."""
    rows = (_covering(key, known, days) for key in _keys(path))
    return next((row for row in rows if row is not None), None)


def orders_alone(path: Path, days: Sequence[date]) -> list[float] | None:
    """The same for one path from the database, of which only what it needs is read: its own rows
    and the totals, and the parts of a total that nobody told. Two statements mostly.
    """
    span = days[0], days[-1]
    keys = _keys(path)
    product, region = keys[0]
    spelt = spellings({product}, day__range=span) if product else []
    known = volumes(*span, {"product__in": [*spelt, ""], "region__in": [region, ""]})
    for key in keys:
        among = known
        if key not in known and "" in key:  # the parts
            only: dict[str, Any] = {"product__in": spelt} if key[0] else {}
            among = volumes(*span, only | ({"region": key[1]} if key[1] else {}))
        row = _covering(key, among, days)
        if row is not None:
            return row
    return None


def spellings(names: Collection[str], **among: Any) -> list[str]:
    """How these products (`tidy`) are written in the volumes. One statement."""
    rows = Denominator.objects.filter(**among).values_list("product", flat=True)
    return [written for written in rows.order_by().distinct() if tidy(written) in names]


def _keys(path: Path) -> list[tuple[str, str]]:
    """(product, region), the narrowest first; "" for all."""
    product = path[1] if len(path) > 1 and path[1] != REST else ""
    region = path[2] if len(path) > 2 and path[2] != REST else ""
    return list(dict.fromkeys(((product, region), (product, ""), ("", region), ("", ""))))


def _covering(key: tuple[str, str], known: Volumes, days: Sequence[date]) -> list[float] | None:
    summed = _summed(key, known)
    return [float(summed[d]) for d in days] if summed and all(d in summed for d in days) else None


def _summed(key: tuple[str, str], known: Volumes) -> Mapping[date, int]:
    """Where only the parts of a whole are told, their sum on the days on which all of them are; of
    several ways to cut it the coarsest. Before its first day a part sold nothing.
    """
    if key in known:
        return known[key]
    product, region = key
    parts = [(of, at) for of, at in known if product in ("", of) and region in ("", at)]
    by_product = [k for k in parts if not k[1] and k[0]]
    by_region = [k for k in parts if not k[0] and k[1]]
    chosen = by_product or by_region or [k for k in parts if k[0] and k[1]]
    if product or region:
        chosen = [k for k in parts if k[0] and k[1]]
    if not chosen:
        return {}
    begun = [(known[k], min(known[k])) for k in chosen]  # before its first day nothing was sold
    days = {d for rows, _first in begun for d in rows}
    whole = [d for d in days if all(d in rows or d < first for rows, first in begun)]
    return {d: sum(rows.get(d, 0) for rows, _first in begun) for d in whole}


def _of_path(path: Path, known: Volumes, days: Sequence[date]) -> NDArray[np.float64]:
    row = orders_of(path, known, days)
    return np.full(len(days), np.nan) if row is None else np.array(row)
