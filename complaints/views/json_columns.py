"""Rows that belong to a case, as columns of its own statement."""

from __future__ import annotations

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, IntegerField, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONObject


def here(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those of the case of the outer statement."""
    return rows.filter(complaint=OuterRef("pk"))


def count(rows: QuerySet[Any]) -> Coalesce:
    """How many there are."""
    counted = here(rows).order_by().values("complaint").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted, output_field=IntegerField()), 0)


def first(rows: QuerySet[Any], **parts: Any) -> Subquery:
    """The first of them as a JSON object; null when there is none."""
    return Subquery(here(rows).values(as_json=JSONObject(**parts))[:1])


def all_of(rows: QuerySet[Any], **parts: Any) -> ArraySubquery:
    """All of them as JSON objects, in the order of `rows`."""
    return ArraySubquery(here(rows).values(as_json=JSONObject(**parts)))
