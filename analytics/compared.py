"""The cases that are compared, and what is read of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from analytics.series import Path, Series
from complaints.workdays import SHANGHAI

# In the order in which a cause is preferred where two say the same.
ATTRIBUTES = (
    "product", "brand", "batch", "supplier", "script_version", "channel", "region", "team"
)  # fmt: skip


@dataclass(frozen=True)
class Case:
    """What is compared of one case."""

    pk: int
    day: date
    category: str
    product: str
    region: str
    narrative: str
    attributes: Mapping[str, str]


def cases_of(rows: QuerySet[Any], most: int) -> list[Case]:
    """The newest so many, oldest first. One statement."""
    columns = [f for f in ATTRIBUTES if f not in ("product", "team")]
    newest = rows.order_by("-received_at", "-pk").values(
        *("pk", "received_at", "category", "product_name", "narrative", "team_id"), *columns
    )[:most]
    return [
        Case(
            row["pk"],
            row["received_at"].astimezone(SHANGHAI).date(),
            row["category"],
            row["product_name"],
            row["region"],
            row["narrative"],
            {
                "product": row["product_name"],
                "team": str(row["team_id"]),
                **{name: row[name] for name in columns},
            },
        )
        for row in reversed(newest)
    ]


def of_products(series: Series, path: Path, rows: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose product, as it was typed, belongs to the series: texts are read of no others."""
    if len(path) < 2:
        return rows
    inside: list[str] = []
    outside: list[str] = []
    for name in rows.order_by().values_list("product_name", flat=True).distinct():
        its = series.path_of((path[0], name, ""))
        (inside if its[1] == path[1] else outside).append(name)
    if len(inside) <= len(outside):
        return rows.filter(product_name__in=inside)
    return rows.exclude(product_name__in=outside)
