"""Finding cases by what a person types: numbers, exact phone, last four digits, names, and words of
the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.db.models import Q, QuerySet

from accounts.vault import blind_indexes
from complaints.models import Complaint, SearchDocument
from config.bigrams import every, tokens, vector

if TYPE_CHECKING:
    from complaints.querysets import ComplaintQuerySet

LIMIT = 200  # characters of a query that are looked at


def index(complaint: Complaint) -> None:
    """Write the case's words; one statement."""
    text = "\n".join(
        (
            complaint.number,
            complaint.title,
            complaint.narrative,
            complaint.product_name,
            complaint.order_number,
            complaint.external_reference,
            complaint.source,
        )
    )
    SearchDocument.objects.bulk_create(
        [SearchDocument(complaint=complaint, words=vector(text))],
        update_conflicts=True,
        unique_fields=["complaint"],
        update_fields=["words"],
    )


def matching(queryset: ComplaintQuerySet, query: str) -> ComplaintQuerySet:
    """Narrow the cases to those that the query finds; personal data by exact match only, through
    blind indexes.
    """
    query = unicodedata.normalize("NFKC", query).strip()[:LIMIT]
    if not query:
        return queryset
    return queryset.filter(pk__in=_found(query))


def _found(query: str) -> QuerySet[Any]:
    """Primary keys of the cases. A union, so that each way of finding uses its own index: joined by
    OR the database would read every case.
    """
    found = by_name(query)
    words = tokens(query)
    if words:
        found.append(SearchDocument.objects.filter(words=every(words)).values("pk"))
    return found[0].union(*found[1:], all=True)


def by_name(query: str) -> list[QuerySet[Any, Any]]:
    """Primary keys of the cases that have this number, order or person; personal data by exact
    match only. One set for each index.
    """
    cases = Complaint.objects.all()
    compact = re.sub(r"[\s\-]", "", query)
    ways = [Q(number=query.upper()), Q(order_number=query) & ~Q(order_number="")]
    ways.append(Q(external_reference=query) & ~Q(external_reference=""))
    if re.fullmatch(r"\d{4}", compact):
        ways.append(Q(consumer__phone_tail_index__in=blind_indexes("phone_tail", compact)))
    if re.fullmatch(r"\+?\d{5,20}", compact):
        ways.append(Q(consumer__phone_index__in=blind_indexes("phone", compact)))
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", compact):
        ways.append(Q(consumer__id_number_index__in=blind_indexes("id_number", compact)))
    if re.fullmatch(r"[㐀-鿿·]{2,12}", query):
        ways.append(Q(consumer__name_index__in=blind_indexes("name", query)))
    return [cases.filter(way).values("pk") for way in ways]
