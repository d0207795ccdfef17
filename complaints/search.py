"""Finding cases by what a person types: numbers, words of the text, and a person by the exact
value (complaints/person_search.py).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from accounts.models import User
from complaints import person_search
from complaints.models import Complaint, SearchDocument
from complaints.person_search import Hits
from config.bigrams import every, tokens, vector

if TYPE_CHECKING:
    from complaints.querysets import ComplaintQuerySet

LIMIT = 200  # characters of a query that are looked at
# A masked number, whole: 138****2719, **** 6604, w***@example.com
_MASKED = re.compile(r"[0-9A-Za-z._%+\-]*\*{3,} ?[0-9A-Za-z@._\-]*")


def without_numbers(text: str) -> str:
    """The text without its masked numbers: what is left of one in a text is not found by its parts,
    or four digits and a surname would lead to somebody.
    """
    return _MASKED.sub(" ", text)


def index(complaint: Complaint) -> None:
    """Write the case's words; one statement."""
    text = "\n".join(
        (
            complaint.number,
            complaint.title,
            complaint.narrative,
            complaint.product_name,
            complaint.brand,
            complaint.batch,
            complaint.supplier,
            complaint.script_version,
            complaint.order_number,
            complaint.external_reference,
            complaint.source,
        )
    )
    SearchDocument.objects.bulk_create(
        [SearchDocument(complaint=complaint, words=vector(without_numbers(text)))],
        update_conflicts=True,
        unique_fields=["complaint"],
        update_fields=["words"],
    )


@dataclass(frozen=True)
class Answer:
    """The cases that a query finds, and what came of looking for a person."""

    cases: ComplaintQuerySet
    hits: Hits


def matching(queryset: ComplaintQuerySet, query: str, *, by: User, door: str) -> Answer:
    """Narrow the cases, which the person may see, to those that the query finds."""
    query = unicodedata.normalize("NFKC", query).strip()[:LIMIT]
    if not query:
        return Answer(queryset, Hits())
    hits = person_search.look_up([query], queryset, by=by, door=door)
    return Answer(queryset.filter(pk__in=_found(query, hits.keys.get(query, ()))), hits)


def _found(query: str, persons: Iterable[int]) -> QuerySet[Any]:
    """Primary keys of the cases. A union, so that each way of finding uses its own index: joined by
    OR the database would read every case.
    """
    found = by_number(query)
    words = tokens(query)
    if words:
        found.append(SearchDocument.objects.filter(words=every(words)).values("pk"))
    if keys := list(persons):
        found.append(Complaint.objects.filter(pk__in=keys).values("pk"))
    return found[0].union(*found[1:], all=True)


def by_number(query: str) -> list[QuerySet[Any, Any]]:
    """Primary keys of the cases that have this number or order. One set for each index."""
    ways = [Q(number=query.upper()), Q(order_number=query) & ~Q(order_number="")]
    ways.append(Q(external_reference=query) & ~Q(external_reference=""))
    return [Complaint.objects.filter(way).values("pk") for way in ways]
