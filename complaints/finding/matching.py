"""Which cases hold every word, the latest first, and how many of each kind.

The database is asked for the rarest word first (PERFORMANCE: walking the list of cases for a rare
word reads all of them); where every word is common, the cases are walked by when they came in.
No more than `MOST` are looked at: they are listed, paged and counted in memory, and only what the
person may see is ever among them.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import and_
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, F, IntegerField, OuterRef, Q, QuerySet, Value

from complaints import search
from complaints.finding.terms import Term
from complaints.lifecycle import OPEN_STATES
from complaints.models import Complaint, Passage
from complaints.querysets import ComplaintQuerySet
from complaints.workdays import SHANGHAI

MOST = 2_000  # cases that are listed and counted
RARE = 2_000  # passages: below, a word is looked up first
TOGETHER = 20_000  # cases in which words that are common by themselves stand together
FINISHED, OPEN, ANY = "finished", "open", "any"
STAGES = (FINISHED, "archived", "closed", OPEN, ANY)
Persons = Mapping[str, list[int]]  # what was typed → cases of the person whom it names
FACETS = ("stage", "category", "outcome", "year", "files")


class Hit(NamedTuple):
    """What facets count of a case that was found."""

    pk: int
    received: Any
    state: str
    category: str
    outcome: str
    items: int

    def values(self, facet: str) -> tuple[str, ...]:
        """Under which choices of a facet it is counted."""
        if facet == "stage":
            if self.state in OPEN_STATES:
                return OPEN, ANY
            return (FINISHED, self.state, ANY)
        if facet == "year":
            return (str(self.received.astimezone(SHANGHAI).year),)
        if facet == "files":
            return ("yes",) if self.items else ("no",)
        return (str(getattr(self, facet)),)


@dataclass(frozen=True)
class Found:
    """The cases that hold the words, before and after what was chosen; `capped`: there are more
    than are looked at, and only the latest are here.
    """

    hits: Sequence[Hit]
    chosen: Mapping[str, str]
    capped: bool

    @property
    def narrowed(self) -> list[Hit]:
        """Those that were chosen, the latest first."""
        return [hit for hit in self.hits if self._is_chosen(hit, "")]

    def counts(self, facet: str) -> Counter[str]:
        """Of each choice of a facet, how many there are with the other facets as chosen."""
        fitting = (hit for hit in self.hits if self._is_chosen(hit, facet))
        return Counter(value for hit in fitting for value in hit.values(facet))

    def _is_chosen(self, hit: Hit, apart: str) -> bool:
        return all(v in hit.values(f) for f, v in self.chosen.items() if f != apart)


def found(
    visible: ComplaintQuerySet,
    terms: Sequence[Term],
    chosen: Mapping[str, str],
    persons: Persons,
) -> Found:
    """At most four statements: how common the words are, the rarest, the cases; and once more where
    there are more than are looked at, with what was chosen.
    """
    if not terms:
        return Found([], chosen, False)
    cases = _holding(visible, terms, persons)
    hits = _latest(cases)
    if len(hits) <= MOST:
        return Found(hits, chosen, False)
    narrow = [_condition(facet, value) for facet, value in chosen.items()]
    hits = _latest(cases.filter(reduce(and_, narrow))) if narrow else hits
    return Found(hits[:MOST], chosen, True)


def _latest(cases: ComplaintQuerySet) -> list[Hit]:
    rows = cases.annotate(items=F("folder__items_numbered")).order_by("-received_at", "-id")
    columns = ("pk", "received_at", "state", "category", "outcome", "items")
    return [Hit(*row) for row in rows.values_list(*columns)[: MOST + 1]]


def _condition(facet: str, value: str) -> Q:
    """The choice of a facet as a question to the database."""
    if facet == "stage":
        open_ = Q(state__in=OPEN_STATES)
        return {OPEN: open_, FINISHED: ~open_, ANY: Q()}.get(value, Q(state=value))
    if facet == "year":
        return Q(received_at__year=int(value))
    if facet == "files":
        return Q(folder__items_numbered__gt=0) if value == "yes" else Q(folder__items_numbered=0)
    return Q(**{facet: value})


# --- the words


def of_term(term: Term) -> QuerySet[Any]:
    """Passages that hold it."""
    rows = Passage.objects.filter(words=term.query)
    return rows.filter(plain__contains=term.plain) if term.to_be_compared else rows


def _holding(
    visible: ComplaintQuerySet, terms: Sequence[Term], persons: Persons
) -> ComplaintQuerySet:
    """The cases that hold every word."""
    sizes = _sizes(terms)
    rarest = min(terms, key=lambda t: sizes.get(t, 0))
    first = [rarest] if sizes.get(rarest, 0) <= RARE else terms
    if first is not terms or len(terms) > 1:  # one common word alone: the latest cases hold it
        keys = _keys(first, persons)
        if len(keys) <= TOGETHER:
            visible = visible.filter(pk__in=keys)
            terms = [term for term in terms if term not in first]
    return reduce(lambda cases, term: cases.filter(_has(term, persons)), terms, visible)


def _keys(terms: Sequence[Term], persons: Persons) -> list[int]:
    """Keys of the cases that hold all of these words, or have them as number or person; no more
    than `TOGETHER` + 1. One statement.
    """
    sets, parameters = [], []
    for term in terms:
        ways = _ways(term, persons)
        if term.tokens:
            ways.append(of_term(term).values("complaint"))
        each = [_sql(way) for way in ways]
        sets.append("(" + " UNION ALL ".join(f"({sql})" for sql, _values in each) + ")")
        parameters += [value for _sql_, values in each for value in values]
    whole = " INTERSECT ".join(f"SELECT * FROM {one} each" for one in sets)  # noqa: S608
    statement = f"SELECT DISTINCT * FROM ({whole}) found LIMIT %s"  # noqa: S608 Django's own
    with connection.cursor() as cursor:
        cursor.execute(statement, [*parameters, TOGETHER + 1])
        return [key for (key,) in cursor.fetchall()]


def _ways(term: Term, persons: Persons) -> list[QuerySet[Any, Any]]:
    """Keys of the cases that have it as number, or are of the person whom it names."""
    ways = search.by_number(term.typed)
    if keys := persons.get(term.typed):
        ways.append(Complaint.objects.filter(pk__in=keys).values("pk"))
    return ways


def _has(term: Term, persons: Persons) -> Q:
    """Of a case: it holds the word, or has it as number or person."""
    has = reduce(lambda a, b: a | b, (Q(pk__in=way) for way in _ways(term, persons)))
    if term.tokens:
        has |= Q(Exists(of_term(term).filter(complaint=OuterRef("pk"))))
    return has


def _sizes(terms: Sequence[Term]) -> dict[Term, int]:
    """In how many passages each stands, counted no further than `RARE` + 1. One statement."""
    worded = [term for term in terms if term.tokens]
    if not worded:
        return {}
    rows = [
        Passage.objects.filter(words=term.query)
        .annotate(which=Value(n, output_field=IntegerField()))
        .values("which")[: RARE + 1]
        for n, term in enumerate(worded)
    ]
    first, *others = [f"({_sql(r)[0]})" for r in rows]
    parameters = [p for r in rows for p in _sql(r)[1]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT which, count(*) FROM ({' UNION ALL '.join([first, *others])}) each "  # noqa: S608 Django's own statements
            "GROUP BY which",
            parameters,
        )
        counted = dict(cursor.fetchall())
    return {term: counted.get(n, 0) for n, term in enumerate(worded)}


def _sql(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    return rows.query.sql_with_params()
