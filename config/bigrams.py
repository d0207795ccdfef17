"""How PostgreSQL finds Chinese words: every pair of neighbouring characters is a lexeme of a
`tsvector`, so that words of two characters are found by index and no dictionary is needed.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.search import SearchQuery
from django.db.models import Func, TextField, Value

MOST = 20_000  # lexemes of one document
_WORD = re.compile(r"[a-z0-9]+|[㐀-鿿豈-﫿\U00020000-\U0003ffff]+")


class Terms(SearchQuery):
    """A tsquery of ready lexemes: no text-search configuration may cut them again."""

    def __init__(self, terms: str) -> None:
        super().__init__(terms, search_type="raw")
        self.terms = terms

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        return "%s::tsquery", [self.terms]


class Unforeseen(Terms):
    """The same terms, of which the planner does not know how common they are: it takes the index
    for each. For a common word it would read the table from its beginning until a limit is full,
    which costs ten times as much as the index with its limit.
    """

    def as_sql(self, compiler: Any, connection: Any, *args: Any, **kwargs: Any) -> Any:
        return "(SELECT %s::tsquery)", [self.terms]


def plain(text: str) -> str:
    """The spelling in which texts are compared: full-width and half-width, A and a are the same."""
    return unicodedata.normalize("NFKC", text).lower()


def tokens(text: str) -> list[str]:
    """Lower-case Latin words and numbers, and every pair of neighbouring Chinese characters.

    The same for documents and queries.
    """
    found: dict[str, None] = {}
    for run in _WORD.findall(plain(text)):
        if run[0].isascii():
            found[run[:60]] = None
        elif len(run) == 1:
            found[run] = None
        else:
            for i in range(len(run) - 1):
                found[run[i : i + 2]] = None
    return list(found)


def vector(text: str) -> Func:
    """The lexemes of a document, for a `SearchVectorField`."""
    words = tokens(text)[:MOST]
    return Func(Value(words, output_field=ArrayField(TextField())), function="array_to_tsvector")


def every(words: list[str]) -> Terms:
    """Documents that hold every word; a single Chinese character also finds the pairs that begin
    with it. `words` come from `tokens`: letters, digits and Han only.
    """
    return Terms(" & ".join(f"'{w}'" + (":*" if len(w) == 1 else "") for w in words))
