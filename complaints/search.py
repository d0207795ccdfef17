"""Finding cases by what a person types: numbers, words of the text, and a person by the exact
value (complaints/person_search.py). The words themselves: complaints/finding.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import connection

from accounts.models import User
from complaints import person_search
from complaints.finding.holding import exact, holding
from complaints.finding.masking import without_numbers
from complaints.finding.terms import asked
from complaints.models import Complaint, SearchDocument
from complaints.person_search import Hits
from config.bigrams import MOST, tokens, vector

if TYPE_CHECKING:
    from complaints.querysets import ComplaintQuerySet

FETCHED = 2_000  # cases that are fetched by their keys; the list is walked for a commoner word


def index(complaint: Complaint) -> None:
    """Write the case's words; one statement."""
    SearchDocument.objects.bulk_create(
        [SearchDocument(complaint=complaint, words=vector(_text(complaint)))],
        update_conflicts=True,
        unique_fields=["complaint"],
        update_fields=["words"],
    )


def index_new(complaints: Sequence[Complaint]) -> None:
    """Write the words of cases that were just registered; one statement."""
    words = [(c.pk, tokens(_text(c))[:MOST]) for c in complaints]
    with connection.cursor() as cursor:
        cursor.execute(_NEW, [json.dumps([{"id": pk, "words": found} for pk, found in words])])


_NEW = """
INSERT INTO complaints_searchdocument (complaint_id, words)
SELECT v.id, array_to_tsvector(v.words) FROM json_to_recordset(%s) AS v(id bigint, words text[])
"""


def _text(complaint: Complaint) -> str:
    """What of a case is found by words, without numbers of persons."""
    parts = (
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
    return without_numbers("\n".join(parts))


@dataclass(frozen=True)
class Answer:
    """The cases that a query finds, what came of looking for a person, and sentences about what of
    the query was not looked for.
    """

    cases: ComplaintQuerySet
    hits: Hits
    problems: tuple[str, ...] = ()


def matching(queryset: ComplaintQuerySet, query: str, *, by: User, door: str) -> Answer:
    """Narrow the cases, which the person may see, to those that the query finds: the same as on the
    page of the search, in whatever order the list has. At most three statements, and those of
    looking for a person.
    """
    words = asked(query)
    if not words.terms:
        return Answer(queryset.none() if words.problems else queryset, Hits(), words.problems)
    typed = (term.typed for term in words.terms)
    hits = person_search.look_up(typed, queryset, by=by, door=door)
    found = holding(queryset, words.terms, hits.keys, FETCHED)
    if words.terms[0].typed != words.whole and (top := exact(words, hits.keys)):
        found = found | queryset.filter(pk__in=top)  # a number with signs or blanks in it
    return Answer(found, hits, words.problems)
