"""What is shown of a case that was found: the passages around the words, and where they stand."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add, or_
from typing import Any

from django.db.models import Case, Count, Exists, F, IntegerField, OuterRef, Q, Value, When, Window
from django.db.models.functions import Greatest, RowNumber, StrIndex, Substr

from complaints.finding.terms import Term
from complaints.models import Passage
from evidence.models import Withdrawal
from reading_room.search import Part, excerpt

EACH = 3  # passages of one case
BEFORE, AROUND = 100, 320  # signs before the word, and of the whole piece
_IN_ORDER = {part: rank for rank, part in enumerate(Passage.Part.values)}


@dataclass(frozen=True)
class Snippet:
    """A piece of text with its hits marked; `number` of the item where it stands in one."""

    part: str
    number: int
    pieces: list[Part]
    withdrawn: bool

    @property
    def label(self) -> str:
        return str(Passage.Part(self.part).label)

    @property
    def of_item(self) -> bool:
        """Whether there is a page of evidence behind it."""
        return self.part in (Passage.Part.ITEM, Passage.Part.FILE)


@dataclass(frozen=True)
class Shown:
    """The first passages of a case, and how many more there are."""

    snippets: list[Snippet]
    more: int = 0


def of_cases(cases: Sequence[int], terms: Sequence[Term]) -> dict[int, Shown]:
    """Key of a case → what is shown of it. One statement; none without words."""
    worded = [term for term in terms if term.tokens]
    if not worded or not cases:
        return {}
    rows: dict[int, list[Snippet]] = defaultdict(list)
    totals: dict[int, int] = {}
    for row in _rows(cases, worded):
        rows[row["complaint"]].append(_snippet(row, worded))
        totals[row["complaint"]] = row["total"]
    return {pk: Shown(found, totals[pk] - len(found)) for pk, found in rows.items()}


def _rows(cases: Sequence[int], terms: Sequence[Term]) -> Iterable[dict[str, Any]]:
    held = [_holds(term) for term in terms]
    many = reduce(add, (Case(When(h, then=1), default=0, output_field=_INT) for h in held))
    rank = Case(*(When(part=p, then=n) for p, n in _IN_ORDER.items()), output_field=_INT)
    order = [F("many").desc(), F("rank").asc(), F("number").asc(), F("position").asc()]
    best = Passage.objects.filter(reduce(or_, held), complaint__in=cases)
    best = best.annotate(many=many, rank=rank).annotate(
        place=Window(RowNumber(), partition_by="complaint", order_by=order),
        total=Window(Count("pk"), partition_by="complaint"),
        start=Greatest(_first(terms) - BEFORE, 1),
        withdrawn=Exists(Withdrawal.objects.filter(item=OuterRef("item"))),
    )
    rows = best.filter(place__lte=EACH).order_by("complaint", "place")
    start: Any = F("start")
    piece = Substr("text", start, AROUND)
    columns = ("complaint", "part", "number", "withdrawn", "total")
    return rows.annotate(piece=piece).values(*columns, "piece")


_INT = IntegerField()


def _holds(term: Term) -> Q:
    held = Q(words=term.query)
    return held & Q(plain__contains=term.plain) if term.to_be_compared else held


def _first(terms: Sequence[Term]) -> Case:
    """Where in the passage the first of the words stands that stands there at all."""
    places = [StrIndex("plain", Value(term.plain)) for term in terms]
    whens = [When(_holds(t), then=place) for t, place in zip(terms, places, strict=True)]
    return Case(*whens, default=1, output_field=_INT)


def _snippet(row: dict[str, Any], terms: Sequence[Term]) -> Snippet:
    pieces = excerpt(row["piece"], [term.plain for term in terms])
    return Snippet(row["part"], row["number"], pieces, row["withdrawn"])
