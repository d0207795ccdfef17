"""By what occurrences are summed up: which dimensions each kind has, and the keys of one of them.

Pure but for the names of the columns of `CaseFigures`.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from analytics import occurrences as o
from analytics.blocks import SIZES, begins
from analytics.models.counted import ALL_TEAMS

TOTAL, KEY, VALUE = "", "key", "value"
CATEGORY, CHANNEL, REGION, PRODUCT, BRAND, OWNER = (
    "category",
    "channel",
    "region",
    "product",
    "brand",
    "owner",
)
TEAM = "team"
HEAT = "heat"  # category and region: "telesales_fraud|33"
BETWEEN = "|"
# What a case can be looked at by; each is a column of CaseFigures.
OF_CASES = (CATEGORY, CHANNEL, REGION, PRODUCT, BRAND, OWNER)
_KEYED = (o.ASKED, o.CLOSED, o.CLOSING, o.CLOCK, o.OPINION, o.PROMISE, o.RIGHT)
DIMENSIONS: dict[str, tuple[str, ...]] = {
    **{kind: (TOTAL,) for kind in o.KINDS},
    **dict.fromkeys(_KEYED, (TOTAL, KEY)),
    o.CLOSED: (TOTAL, VALUE),
    o.RESPONDED: (TOTAL, VALUE),
    o.RECEIVED: (TOTAL, *OF_CASES, TEAM, HEAT),
    o.OPEN: (TOTAL, KEY, OWNER),
}


class By(NamedTuple):
    """The dimensions of one case."""

    team: int
    owner: int | None
    category: str
    channel: str
    region: str
    product: str
    brand: str

    @property
    def heat(self) -> str:
        """Category and region."""
        return f"{self.category}{BETWEEN}{self.region}"


class Place(NamedTuple):
    """Where an occurrence is summed up: what makes a row of `models.Cell` the only one."""

    team: int
    kind: str
    dimension: str
    size: int
    day: object
    key: str


def keys(counted: o.Counted, by: By) -> Iterator[tuple[str, str]]:
    """(dimension, key) under which an occurrence of such a case is counted."""
    for dimension in DIMENSIONS[counted.kind]:
        if dimension == TOTAL:
            yield TOTAL, ""
        elif dimension == KEY:
            yield KEY, counted.key
        elif dimension == VALUE:
            if counted.value is not None:
                yield VALUE, str(counted.value)
        else:
            value = getattr(by, dimension)
            yield dimension, "" if value is None else str(value)


def places(counted: o.Counted, by: By) -> Iterator[Place]:
    """Every cell in which an occurrence of such a case is counted."""
    for dimension, key in keys(counted, by):
        for size in SIZES:
            day = begins(counted.day, size)
            for team in (ALL_TEAMS, by.team):
                yield Place(team, counted.kind, dimension, size, day, key)
