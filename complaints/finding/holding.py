"""Which cases hold every word, in the adaptive form: a word is first looked up in the index without
any order, and no further than so many cases. Where there are fewer, they are fetched by their keys;
where there are more, the list is walked in its own order and each case asked (PERFORMANCE: walking
for a rare word reads all cases, and sorting for a common one fetches all that hold it).

A case whose words changed and were not read yet (`WordsChanged`) is found by the words that it was
registered with, so that what was written a moment ago is found too.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import (
    BigIntegerField,
    BooleanField,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)

from complaints.finding.terms import Asked, Term
from complaints.models import Complaint, Passage, SearchDocument, WordsChanged
from complaints.querysets import ComplaintQuerySet
from complaints.sight import AmongThese
from config.bigrams import Terms, Unforeseen, every

RARE = 2_000  # passages: below, a word is looked up before the others
OFTEN = 3  # passages of a case in which a word may stand, before it counts as common
WAITING = 2_000  # cases that are not read yet: so many of the latest are looked through
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


def of_term(term: Term, query: Terms | None = None) -> QuerySet[Any]:
    """Passages that hold it; `query`: the same in another form."""
    rows = Passage.objects.filter(words=query or term.query)
    return rows.filter(plain__contains=term.plain) if term.to_be_compared else rows


@dataclass(frozen=True)
class LookedUp:
    """The words that were looked up first, and the cases that hold them; no `keys` where there may
    be more than were to be fetched.
    """

    first: Sequence[Term]
    keys: list[int] | None


def holding(
    cases: ComplaintQuerySet, terms: Sequence[Term], persons: Persons, most: int
) -> ComplaintQuerySet:
    """Those of the cases that hold every word; `most`: so many are fetched by their keys. Two
    statements; the answer itself is not asked for.
    """
    return among(cases, terms, persons, looked_up(terms, persons, most))


def looked_up(terms: Sequence[Term], persons: Persons, most: int) -> LookedUp:
    """Which cases hold the rarest of the words, where they are no more than `most`. Two statements;
    the first, where many would be looked up, asks whether the database counted so many already.
    """
    first = _first(terms)
    if len(terms) == 1 and most > RARE and stands_in(terms[0]) > OFTEN * most:
        return LookedUp(first, None)
    return LookedUp(first, _keys(first, persons, most))


def among(
    cases: ComplaintQuerySet, terms: Sequence[Term], persons: Persons, known: LookedUp
) -> ComplaintQuerySet:
    """Those of the cases that hold every word, after some were looked up."""
    if known.keys is not None:  # as one value: thousands of placeholders cost more than the cases
        keys = Value(known.keys, ArrayField(BigIntegerField()))
        cases = cases.filter(AmongThese(F("pk"), keys))
        terms = [term for term in terms if term not in known.first]
    return reduce(lambda found, term: found.filter(_has(term, persons)), terms, cases)


_COUNTED = """
SELECT table_.reltuples * often.share FROM pg_stats, pg_class table_,
    unnest(most_common_elems::text::text[], most_common_elem_freqs) often (word, share)
WHERE table_.oid = %(table)s::regclass AND schemaname = current_schema()
    AND tablename = %(table)s AND attname = 'words' AND often.word = %(word)s
"""


def stands_in(term: Term) -> float:
    """In about how many passages the database counted the word when it looked at the table last;
    0 where it is not among those that it counts, as all rare ones. Without this a word that stands
    everywhere was looked up sixty thousand times to know that it does.
    """
    if term.to_be_compared or not term.tokens:
        return 0.0
    with connection.cursor() as cursor:
        cursor.execute(_COUNTED, {"table": Passage._meta.db_table, "word": term.tokens[0]})
        found = cursor.fetchone()
    return float(found[0]) if found else 0.0


def _first(terms: Sequence[Term]) -> Sequence[Term]:
    """The rarest of them, or all where each is common: together they may be rare."""
    if len(terms) == 1:
        return terms
    sizes = _sizes(terms)
    rarest = min(terms, key=lambda t: sizes.get(t, 0))
    return [rarest] if sizes.get(rarest, 0) <= RARE else terms


def _keys(terms: Sequence[Term], persons: Persons, most: int) -> list[int] | None:
    """Keys of the cases that hold all of these words; None where there may be more than `most`."""
    with connection.cursor() as cursor:
        cursor.execute(*probe(terms, persons, most))
        rows, keys = cursor.fetchone()
    if len(keys or ()) > most or (len(terms) == 1 and rows > OFTEN * most):
        return None
    return keys or []


def probe(terms: Sequence[Term], persons: Persons, most: int) -> tuple[str, list[Any]]:
    """The statement for the keys of the cases that hold all of these words, or have them as number
    or person, in no order: how many rows it took, and the keys. One word is looked for no further
    than `OFTEN` * `most` + 1 rows. Each way of finding uses its own index.
    """
    alone, sets, parameters = len(terms) == 1, [], []
    for term in terms:
        ways = _ways(term, persons)
        if term.tokens:
            held = of_term(term, Unforeseen(term.query.terms)).values("complaint")
            ways += [held, _documents(term).values("pk")]
        each = [sql_of(way[: OFTEN * most + 1] if alone else way) for way in ways]
        sets.append("(" + " UNION ALL ".join(f"({sql})" for sql, _values in each) + ")")
        parameters += [value for _sql, values in each for value in values]
    whole = " INTERSECT ".join(f"SELECT * FROM {one} each" for one in sets)  # noqa: S608
    bound = "" if alone else f" LIMIT {most + 1:d}"
    statement = f"SELECT count(*), array_agg(DISTINCT key) FROM ({whole}{bound}) found (key)"  # noqa: S608 Django's own
    return statement, parameters


def _ways(term: Term, persons: Persons) -> list[QuerySet[Any, Any]]:
    """Keys of the cases that have it as number, or are of the person whom it names."""
    ways = by_number(term.typed)
    if keys := persons.get(term.typed):
        ways.append(Complaint.objects.filter(pk__in=keys).values("pk"))
    return ways


def _documents(term: Term) -> QuerySet[Any]:
    """Cases by the words that they were registered with: all for numbers, which stand in no
    passage, and else the latest of those that wait for being read.
    """
    rows = SearchDocument.objects.filter(words=Unforeseen(every(term.tokens).terms))
    if _is_everywhere(term):
        return rows
    waiting = WordsChanged.objects.order_by("-since").values("complaint_id")[:WAITING]
    return rows.filter(Q(AmongThese(F("pk"), ArraySubquery(waiting))))


def _is_everywhere(term: Term) -> bool:
    return term.plain.isascii()


def _has(term: Term, persons: Persons) -> Q:
    """Of a case: it holds the word, or has it as number or person. Each case is asked by itself
    (`_of_each`), so that a list can stop when its page is full.
    """
    ways = _ways(term, persons)
    if term.tokens and not _is_everywhere(term):
        ways.append(_documents(term).values("pk"))
    has = reduce(or_, (Q(pk__in=way) for way in ways))
    if term.tokens:
        has |= _of_each(of_term(term).filter(complaint=OuterRef("pk")))
    if term.tokens and _is_everywhere(term):
        has |= _of_each(_documents(term).filter(pk=OuterRef("pk")))
    return has


def _of_each(rows: QuerySet[Any]) -> Q:
    """Whether there is a row. The database may turn EXISTS into reading all rows at once, of every
    case that has a common word; a value it fetches for each case.
    """
    return Q(Subquery(rows.values(there=Value(True))[:1], output_field=BooleanField()))


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
