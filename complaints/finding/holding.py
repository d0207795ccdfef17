"""Which cases hold every word, in the adaptive form: a word is first looked up in the index without
any order, and no further than so many cases. Where there are fewer, they are fetched by their keys;
where there are more, the list is walked in its own order and each case asked (PERFORMANCE: walking
for a rare word reads all cases, and sorting for a common one fetches all that hold it).

A case whose words changed and were not read yet (`WordsChanged`) is found by the words that it was
registered with, so that what was written a moment ago is found too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import reduce
from operator import or_
from typing import Any

from django.db import connection
from django.db.models import Exists, IntegerField, OuterRef, Q, QuerySet, Value

from complaints.finding.terms import Asked, Term
from complaints.models import Complaint, Passage, SearchDocument, WordsChanged
from complaints.querysets import ComplaintQuerySet
from config.bigrams import every

RARE = 2_000  # passages: below, a word is looked up before the others
Persons = Mapping[str, list[int]]  # what was typed → cases of the person whom it names


def exact(asked: Asked, persons: Persons) -> list[int]:
    """Keys of the cases whose number or order the whole query is, or the person: those that stand
    on top. One statement; none for several words without a digit.
    """
    found = list(persons.get(asked.whole, ()))
    if len(asked.terms) > 1 and not any(c.isdigit() for c in asked.whole):
        return found
    first, *others = by_number(asked.whole)
    return list(dict.fromkeys([*found, *(row["pk"] for row in first.union(*others))]))


def by_number(query: str) -> list[QuerySet[Any, Any]]:
    """Primary keys of the cases that have this number or order. One set for each index."""
    ways = [Q(number=query.upper()), Q(order_number=query) & ~Q(order_number="")]
    ways.append(Q(external_reference=query) & ~Q(external_reference=""))
    return [Complaint.objects.filter(way).values("pk") for way in ways]


def of_term(term: Term) -> QuerySet[Any]:
    """Passages that hold it."""
    rows = Passage.objects.filter(words=term.query)
    return rows.filter(plain__contains=term.plain) if term.to_be_compared else rows


def holding(
    cases: ComplaintQuerySet, terms: Sequence[Term], persons: Persons, most: int
) -> ComplaintQuerySet:
    """Those of the cases that hold every word; `most`: so many are fetched by their keys. One
    statement for one word, two for several; the answer itself is not asked for.
    """
    first = _first(terms)
    keys = _keys(first, persons, most)
    if len(keys) <= most:
        cases = cases.filter(pk__in=keys)
        terms = [term for term in terms if term not in first]
    return reduce(lambda found, term: found.filter(_has(term, persons)), terms, cases)


def _first(terms: Sequence[Term]) -> Sequence[Term]:
    """The rarest of them, or all where each is common: together they may be rare."""
    if len(terms) == 1:
        return terms
    sizes = _sizes(terms)
    rarest = min(terms, key=lambda t: sizes.get(t, 0))
    return [rarest] if sizes.get(rarest, 0) <= RARE else terms


def _keys(terms: Sequence[Term], persons: Persons, most: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(*probe(terms, persons, most))
        return [key for (key,) in cursor.fetchall()]


def probe(terms: Sequence[Term], persons: Persons, most: int) -> tuple[str, list[Any]]:
    """The statement for the keys of the cases that hold all of these words, or have them as number
    or person: no more than `most` + 1, in no order. Each way of finding uses its own index.
    """
    sets, parameters = [], []
    for term in terms:
        ways = _ways(term, persons)
        if term.tokens:
            ways.append(of_term(term).values("complaint"))
            ways.append(_documents(term).values("pk"))
        each = [sql_of(way) for way in ways]
        sets.append("(" + " UNION ALL ".join(f"({sql})" for sql, _values in each) + ")")
        parameters += [value for _sql, values in each for value in values]
    whole = " INTERSECT ".join(f"SELECT * FROM {one} each" for one in sets)  # noqa: S608
    statement = f"SELECT DISTINCT * FROM ({whole}) found LIMIT %s"  # noqa: S608 Django's own
    return statement, [*parameters, most + 1]


def _ways(term: Term, persons: Persons) -> list[QuerySet[Any, Any]]:
    """Keys of the cases that have it as number, or are of the person whom it names."""
    ways = by_number(term.typed)
    if keys := persons.get(term.typed):
        ways.append(Complaint.objects.filter(pk__in=keys).values("pk"))
    return ways


def _documents(term: Term) -> QuerySet[Any]:
    """Cases by the words that they were registered with: all for numbers, which stand in no
    passage, and else those that wait for being read.
    """
    rows = SearchDocument.objects.filter(words=every(term.tokens))
    if term.plain.isascii():
        return rows
    return rows.filter(pk__in=WordsChanged.objects.values("complaint"))


def _has(term: Term, persons: Persons) -> Q:
    """Of a case: it holds the word, or has it as number or person."""
    has = reduce(or_, (Q(pk__in=way) for way in _ways(term, persons)))
    if term.tokens:
        has |= Q(Exists(of_term(term).filter(complaint=OuterRef("pk"))))
        has |= Q(Exists(_documents(term).filter(pk=OuterRef("pk"))))
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
    first, *others = [f"({sql_of(r)[0]})" for r in rows]
    parameters = [p for r in rows for p in sql_of(r)[1]]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT which, count(*) FROM ({' UNION ALL '.join([first, *others])}) each "  # noqa: S608 Django's own statements
            "GROUP BY which",
            parameters,
        )
        counted = dict(cursor.fetchall())
    return {term: counted.get(n, 0) for n, term in enumerate(worded)}


def sql_of(rows: QuerySet[Any, Any]) -> tuple[str, Sequence[Any]]:
    """The statement of a queryset and its parameters."""
    return rows.query.sql_with_params()
