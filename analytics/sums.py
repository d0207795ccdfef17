"""Sums of occurrences over windows: from the roll-up, or, for filters that it does not have, from
the occurrences themselves. Either is one statement.

The roll-up holds everybody's cases; of those that name the viewer (who never sees them) the
occurrences are taken off again. Longer than others on purpose: both statements answer the same
questions and are compared line by line.
"""
# ruff: noqa: S608 the statements are put together from constants

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any, NamedTuple

from django.db import connection

from accounts.models import User
from analytics import occurrences as o
from analytics.asking import Asked
from analytics.blocks import runs
from analytics.dimensions import (
    BETWEEN,
    BRAND,
    DIMENSIONS,
    KEY,
    OF_CASES,
    OWNER,
    PRODUCT,
    TEAM,
    TOTAL,
    VALUE,
)
from analytics.models.counted import ALL_TEAMS, NO_DAY
from analytics.occurrences import STANDING
from complaints.places import area_of

# Labels: the window and the one before, its days; what stands now, of it the days before today;
# what came after the window before; what of a window is still running.
NOW, BEFORE, DAILY, STOCK, PAST, SINCE = "now", "before", "daily", "stock", "past", "since"
RUNS, RAN, NAMES = "runs", "ran", "names"
MOST = 100  # values of what people type; all others together are the key REST, as no text is
TYPED, REST = (PRODUCT, BRAND), "\x1f"
FIRST = date(1990, 1, 1)
Keys = Mapping[str, tuple[int, Decimal]]


class Slot(NamedTuple):
    """One question: which days of a kind, by which dimension, under which label."""

    label: str
    kind: str
    dimension: str
    since: date
    until: date


@dataclass
class Sums:
    """(label, kind, dimension) → key → number and yuan. The key of `DAILY` is the day.

    `rest`: how many values stand together under `REST`. `names`: of the people and teams among the
    keys, by dimension and key. `rows`: what all follows from, as the database said it.
    """

    of: dict[tuple[str, str, str], dict[str, tuple[int, Decimal]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    rest: dict[tuple[str, str, str], int] = field(default_factory=dict)
    names: dict[str, dict[str, str]] = field(default_factory=lambda: {OWNER: {}, TEAM: {}})
    rows: tuple[tuple[Any, ...], ...] = ()

    def add(self, place: tuple[str, str, str], key: str, n: int, amount: Decimal) -> None:
        """Put more on one of them."""
        if REST in self.of[place] and key not in self.of[place]:
            key = REST
        old, old_amount = self.of[place].get(key, (0, Decimal(0)))
        self.of[place][key] = (old + n, old_amount + amount)

    def by(self, label: str, kind: str, dimension: str = TOTAL) -> dict[str, int]:
        """Key → number, none of them 0."""
        found = self.of.get((label, kind, dimension), {})
        return {key: n for key, (n, _amount) in found.items() if n}

    def number(self, label: str, kind: str) -> int:
        """How many in all."""
        return sum(n for n, _amount in self.of.get((label, kind, TOTAL), {}).values())

    def amount(self, label: str, kind: str) -> Decimal:
        """Yuan in all."""
        found = self.of.get((label, kind, TOTAL), {})
        return sum((amount for _n, amount in found.values()), Decimal(0))


@lru_cache(maxsize=64)
def slots(asked: Asked, today: date) -> tuple[Slot, ...]:
    """Everything that a dashboard asks."""
    found = []
    for kind, dimensions in DIMENSIONS.items():
        if kind in STANDING:
            found += [Slot(STOCK, kind, d, FIRST, NO_DAY) for d in dimensions]
            continue
        for dimension in dimensions:
            found.append(Slot(NOW, kind, dimension, asked.since, asked.until))
            if dimension in (TOTAL, KEY, VALUE):
                window = asked.previous
                found.append(Slot(BEFORE, kind, dimension, window.since, window.until))
    found.append(Slot(DAILY, o.RECEIVED, TOTAL, asked.since, asked.until))
    found += [Slot(PAST, o.OPEN, d, FIRST, today - timedelta(days=1)) for d in (TOTAL, "owner")]
    later = asked.previous.until + timedelta(days=1)
    for kind in (o.OPENED, o.CLOSING):
        found.append(Slot(SINCE, kind, TOTAL, later, max(today, later)))
    for kind in (o.PROMISE, o.CLOCK):  # what is not over yet is neither kept nor broken
        for label, window in ((RUNS, asked), (RAN, asked.previous)):
            found.append(Slot(label, kind, KEY, max(today, window.since), window.until))
    return tuple(slot for slot in found if slot.since <= slot.until)


def sums(user: User, asked: Asked, asking: tuple[Slot, ...]) -> Sums:
    """The sums of what is asked for. One statement; another for who is named in some case."""
    if asked.filters:
        return _live(asking, asked, _APART, {"user": user.pk}, source=_BY_DAY, cut=True)
    found = _from_cells(user, asking, asked)
    if not found.of.pop(_IS_NAMED, None):
        return found
    named = _live(asking, asked, _NAMED, {"user": user.pk}, source=_BY_CASE, cut=False)
    for place, keys in named.of.items():
        for key, (n, amount) in keys.items():
            found.add(place, key, -n, -amount)
    found.rows += (("named",), *named.rows)
    return found


# The largest of what people type by their names, the others together.
_CUT = f"""
SELECT label, kind, dimension, CASE WHEN late THEN '{REST}' ELSE key END AS key, sum(n) AS n,
    sum(amount) AS amount, count(*) AS number
FROM (SELECT *, dimension = ANY(ARRAY{list(TYPED)}) AND row_number() OVER (
    PARTITION BY label, kind, dimension ORDER BY n DESC, key) > {{most}} AS late FROM counted) c
GROUP BY 1, 2, 3, 4
"""
_WHOLE = "SELECT *, 1 AS number FROM counted"
# Names stand in the place of the kind.
_NAMES = f"""
SELECT * FROM summed UNION ALL
SELECT '{NAMES}', u.name, '{OWNER}', u.id::text, 0, 0, 0 FROM accounts_user u WHERE u.id::text IN
    (SELECT key FROM summed WHERE dimension = '{OWNER}') UNION ALL
SELECT '{NAMES}', t.name, '{TEAM}', t.id::text, 0, 0, 0 FROM accounts_team t WHERE t.id::text IN
    (SELECT key FROM summed WHERE dimension = '{TEAM}')
"""
_IS_NAMED = ("is named", "", "")
_CELLS = f"""
WITH counted AS MATERIALIZED (
SELECT s.label, s.kind, s.dimension,
    CASE WHEN s.label = '{DAILY}' THEN c.day::text ELSE c.key END AS key,
    sum(c.n) AS n, sum(c.amount) AS amount
FROM unnest(%s::text[], %s::text[], %s::text[], %s::smallint[], %s::date[], %s::date[])
    s(label, kind, dimension, size, since, until)
CROSS JOIN LATERAL (SELECT * FROM analytics_cell a WHERE a.team = ANY(%s) AND a.kind = s.kind
    AND a.dimension = s.dimension AND a.size = s.size AND a.day BETWEEN s.since AND s.until
    OFFSET 0) c  -- one look into the index for each, however many cells there are
GROUP BY 1, 2, 3, 4),
summed AS MATERIALIZED ({{summed}})
{_NAMES} UNION ALL SELECT '{_IS_NAMED[0]}', '', '', '', 1, 0, 0
WHERE EXISTS (SELECT FROM complaints_namedperson WHERE user_id = %s)
"""


def _from_cells(user: User, asking: tuple[Slot, ...], asked: Asked) -> Sums:
    teams = [ALL_TEAMS] if asked.of_teams is None else list(asked.of_teams)
    statement = _CELLS.format(summed=_CUT.format(most=MOST))
    return _read(statement, [*_stretches(asking), teams, user.pk])


@lru_cache(maxsize=64)
def _stretches(asking: tuple[Slot, ...]) -> Sequence[str]:
    """Label, kind, dimension, size, first and last day of each stretch: arrays as the database
    writes them, because hundreds of values cost more to hand over than to look up.
    """
    rows = []
    for slot in asking:
        stretches: Iterable[Any] = runs(slot.since, slot.until)
        if slot.label == DAILY:
            stretches = [(1, slot.since, slot.until)]
        rows += [(*slot[:3], *stretch) for stretch in stretches]
    columns = zip(*rows, strict=True)
    return ["{" + ",".join(f'"{value}"' for value in column) + "}" for column in columns]


# What `dimensions.keys` says, for the database.
KEYS = {
    TOTAL: "''",
    KEY: "o.key",
    VALUE: "o.value::text",
    "owner": "coalesce(f.owner_id::text, '')",
    "team": "f.team_id::text",
    "heat": f"f.category || '{BETWEEN}' || f.region",
    **{name: f"f.{name}" for name in OF_CASES if name != "owner"},
}
_DIMENSIONED = tuple(kind for kind, of in DIMENSIONS.items() if {*of} - {TOTAL, KEY, VALUE})
_COLUMNS = ("team_id", "owner_id", *(name for name in OF_CASES if name != "owner"))
_OF_CASE = ", ".join(f"CASE WHEN o.kind IN {_DIMENSIONED} THEN f.{c} END AS {c}" for c in _COLUMNS)
_KEY_OF = " ".join(
    f"WHEN '{dimension}' THEN {sql.replace('f.', 'o.')}" for dimension, sql in KEYS.items()
)
_CASES_NAMING = "ARRAY(SELECT complaint_id FROM complaints_namedperson WHERE user_id = %(user)s)"
_NAMED = f"AND o.complaint_id = ANY({_CASES_NAMING})"
_APART = f"AND o.complaint_id <> ALL({_CASES_NAMING})"
# Of few cases: what belongs to each. Of many: each kind by its days, out of the index alone (a page
# of the table for each row, or all rows of every case that fits, took five times as long).
_BY_CASE = "unnest({days}) r(kind, since, until) JOIN analytics_occurrence o ON {in_range}"
_BY_DAY = """unnest({days}) r(kind, since, until) CROSS JOIN LATERAL (
        SELECT day, kind, key, value, amount, complaint_id FROM analytics_occurrence o
        WHERE {in_range} OFFSET 0) o"""
_DAYS = {
    "days": "%(kinds)s::text[], %(first)s::date[], %(last)s::date[]",
    "in_range": "o.kind = r.kind AND o.day BETWEEN r.since AND r.until",
}
# The occurrences are looked at once, however many slots there are, and only those kinds that are
# laid out by the case stay apart by it.
_LIVE = f"""
WITH looked AS MATERIALIZED (
    SELECT o.kind, o.day, o.key, o.value, {_OF_CASE}, count(*) AS n, sum(o.amount) AS amount
    FROM {{source}} JOIN analytics_casefigures f ON f.complaint_id = o.complaint_id
    WHERE TRUE {{condition}}
    GROUP BY {", ".join(map(str, range(1, 5 + len(_COLUMNS))))}),
counted AS MATERIALIZED (
    SELECT s.label, s.kind, s.dimension,
        CASE WHEN s.label = '{DAILY}' THEN o.day::text ELSE CASE s.dimension {_KEY_OF} END END
            AS key,
        sum(o.n) AS n, sum(o.amount) AS amount
    FROM unnest(%(label)s::text[], %(kind)s::text[], %(dimension)s::text[], %(since)s::date[],
        %(until)s::date[]) s(label, kind, dimension, since, until)
    JOIN looked o ON o.kind = s.kind AND o.day >= s.since AND o.day <= s.until
        AND (s.dimension <> '{VALUE}' OR o.value IS NOT NULL)
    GROUP BY 1, 2, 3, 4),
summed AS MATERIALIZED ({{summed}})
{_NAMES}
"""


def _live(
    asking: Sequence[Slot],
    asked: Asked,
    more: str,
    values: Mapping[str, Any],
    *,
    source: str,
    cut: bool,
) -> Sums:
    conditions, parameters = conditions_of(asked)
    columns = {name: [getattr(slot, name) for slot in asking] for name in Slot._fields if asking}
    condition = " ".join([more, *conditions])
    summed = _CUT.format(most=MOST) if cut else _WHOLE
    source = source.format(**_DAYS)
    statement = _LIVE.format(source=source, condition=condition, summed=summed)
    return _read(statement, {**columns, **_ranges(asking), **parameters, **values})


def _ranges(asking: Sequence[Slot]) -> dict[str, list[Any]]:
    """All days of each kind that any slot asks for."""
    days: dict[str, list[date]] = defaultdict(list)
    for slot in asking:
        days[slot.kind] += (slot.since, slot.until)
    first, last = [list(map(end, days.values())) for end in (min, max)]
    return {"kinds": list(days), "first": first, "last": last}


def conditions_of(asked: Asked) -> tuple[list[str], dict[str, Any]]:
    """The filters as conditions on `CaseFigures` f."""
    conditions: list[str] = []
    values: dict[str, Any] = {}
    if asked.of_teams is not None:
        conditions.append("AND f.team_id = ANY(%(teams)s)")
        values["teams"] = list(asked.of_teams)
    if asked.owner is not None:
        conditions.append("AND f.owner_id IS NOT DISTINCT FROM %(owner)s")
        values["owner"] = asked.owner or None
    for name, column, wanted in asked.columns:
        if len(wanted) == 1:
            conditions.append(f"AND f.{column} = %({name})s")
            values[name] = wanted[0]
        else:
            conditions.append(f"AND f.{column} = ANY(%({name})s)")
            values[name] = wanted
    return conditions, values


def _read(statement: str, values: Any) -> Sums:
    found = Sums()
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        found.rows = tuple(cursor.fetchall())
    for label, kind, dimension, key, n, amount, number in found.rows:
        if label == NAMES:
            found.names[dimension][key] = kind
        else:
            found.of[label, kind, dimension][key] = (int(n), amount)
            if key == REST:
                found.rest[label, kind, dimension] = number
    return found


def in_areas(by: Mapping[str, int]) -> dict[str, int]:
    """Numbers of provinces, or of cells of the heat map, as those of the large regions."""
    found = Counter[str]()
    for key, n in by.items():
        rest, between, region = key.rpartition(BETWEEN)
        found[f"{rest}{between}{area_of(region)}"] += n
    return dict(found)
