"""Finding cases by what a person types: numbers, exact phone, last four digits, names, and words of
the text.
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, Q, QuerySet, TextField, Value

from accounts.vault import blind_index
from complaints.models import Complaint, SearchDocument

if TYPE_CHECKING:
    from complaints.querysets import ComplaintQuerySet

LIMIT = 200  # characters of a query that are looked at
_WORD = re.compile(r"[a-z0-9]+|[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")


class _Terms(SearchQuery):
    """A tsquery of ready lexemes: no text-search configuration may cut them again."""

    def __init__(self, terms: str) -> None:
        super().__init__(terms, search_type="raw")
        self.terms = terms

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        return "%s::tsquery", [self.terms]


def tokens(text: str) -> list[str]:
    """Lower-case Latin words and numbers, and every pair of neighbouring Chinese characters.

    The same for documents and queries.
    """
    found: dict[str, None] = {}
    for run in _WORD.findall(unicodedata.normalize("NFKC", text).lower()):
        if run[0].isascii():
            found[run[:60]] = None
        elif len(run) == 1:
            found[run] = None
        else:
            for i in range(len(run) - 1):
                found[run[i : i + 2]] = None
    return list(found)


def _vector(text: str) -> Func:
    words = tokens(text)[:20_000]
    return Func(Value(words, output_field=ArrayField(TextField())), function="array_to_tsvector")


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
        [SearchDocument(complaint=complaint, words=_vector(text))],
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
    cases = Complaint.objects.all()
    compact = re.sub(r"[\s\-]", "", query)
    ways = [Q(number=query.upper()), Q(order_number=query) & ~Q(order_number="")]
    ways.append(Q(external_reference=query) & ~Q(external_reference=""))
    if re.fullmatch(r"\d{4}", compact):
        ways.append(Q(consumer__phone_tail_index=blind_index("phone_tail", compact)))
    if re.fullmatch(r"\+?\d{5,20}", compact):
        ways.append(Q(consumer__phone_index=blind_index("phone", compact)))
    if re.fullmatch(r"[0-9]{17}[0-9Xx]", compact):
        ways.append(Q(consumer__id_number_index=blind_index("id_number", compact)))
    if re.fullmatch(r"[㐀-鿿·]{2,12}", query):
        ways.append(Q(consumer__name_index=blind_index("name", query)))
    found: list[QuerySet[Any, Any]] = [cases.filter(way).values("pk") for way in ways]
    words = tokens(query)
    if words:
        found.append(_documents_with(words).values("pk"))
    return found[0].union(*found[1:], all=True)


def _documents_with(words: list[str]) -> QuerySet[SearchDocument]:
    """Documents that hold every word; a single Chinese character also finds the pairs that begin
    with it.
    """
    terms = " & ".join(
        f"'{w}'" + (":*" if len(w) == 1 else "") for w in words
    )  # words hold letters, digits and Han only
    return SearchDocument.objects.filter(words=_Terms(terms))
