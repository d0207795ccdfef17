"""Pages of a list by keyset: the place after the last row is found by index, never by counting.

A cursor holds the ordering, the direction and the key of the row beside the page. It tells nothing
that the rows did not.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError as BadValue
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

PAGE_SIZE = 50
LARGEST = 200
PARAMS = ("cursor", "page_size", "ordering")
Rows = Sequence[Any]


def refuse(field: str, message: str, code: str = "invalid") -> ValidationError:
    """A 400 that names one parameter."""
    return ValidationError({field: [message]}, code=code)


@dataclass(frozen=True)
class Order:
    """Sorted by one column and then by id. `nullable`: rows without a value come last."""

    column: str
    newest_first: bool = False
    nullable: bool = False

    def key(self, row: Any) -> Any:
        """The row's value as it stands in a cursor."""
        value = getattr(row, self.column)
        return value if value is None or isinstance(value, int) else str(value)


@dataclass(frozen=True)
class Cursor:
    """A place between two rows. `backwards`: the page lies before it."""

    ordering: str
    backwards: bool
    value: Any
    pk: int

    @classmethod
    def read(cls, text: str, rows: QuerySet[Any], orders: dict[str, Order]) -> Cursor:
        """From the address. Raises ValidationError for one that is not ours."""
        try:
            raw = base64.urlsafe_b64decode(text.encode() + b"=" * (-len(text) % 4))
            ordering, backwards, value, pk = json.loads(raw)
            column = rows.model._meta.get_field(orders[ordering].column)
            if type(pk) is not int or not 0 <= pk < 2**63 or isinstance(value, float | list | dict):
                raise ValueError
            return cls(ordering, bool(backwards), column.to_python(value), pk)
        except (ValueError, TypeError, KeyError, OverflowError, binascii.Error, BadValue) as error:
            raise refuse("cursor", _("分页位置无效；请从第一页重新开始")) from error

    def __str__(self) -> str:
        raw = json.dumps([self.ordering, int(self.backwards), self.value, self.pk])
        return base64.urlsafe_b64encode(raw.encode()).decode().rstrip("=")


def page(
    request: Request,
    rows: QuerySet[Any],
    orders: dict[str, Order],
    shape: Callable[[Any], dict[str, Any]],
    **headers: str,
) -> Response:
    """`{next, previous, results}`. The first of `orders` is the default. One statement, two at the
    end of a list by a column that may be empty. Raises ValidationError for unknown parameters.
    """
    size = _size(request)
    ordering = _ordering(request, orders)
    text = request.query_params.get("cursor")
    at = Cursor.read(text, rows, orders) if text else None
    if at is not None and at.ordering != ordering:
        raise refuse("cursor", _("分页位置属于另一种排序；请从第一页重新开始"))
    order, backwards = orders[ordering], bool(at and at.backwards)
    found = _take(rows, order, at, size + 1)
    more, found = len(found) > size, found[:size]
    if backwards:
        found.reverse()
    before, after = (more, True) if backwards else (at is not None, more)
    body = {
        "next": _address(request, ordering, order, found[-1:], backwards=False) if after else None,
        "previous": _address(request, ordering, order, found[:1], backwards=True)
        if before
        else None,
        "results": [shape(row) for row in found],
    }
    return Response(body, headers=headers)


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST):
        raise refuse("page_size", _("每页条数应为 1 至 {most}").format(most=LARGEST))
    return int(text)


def _ordering(request: Request, orders: dict[str, Order]) -> str:
    ordering = request.query_params.get("ordering") or next(iter(orders))
    if ordering not in orders:
        raise refuse(
            "ordering",
            _("不能按“{given}”排序；可用的排序：{known}").format(
                given=ordering[:40], known=", ".join(orders)
            ),
        )
    return ordering


def _take(rows: QuerySet[Any], order: Order, at: Cursor | None, count: int) -> list[Any]:
    found: list[Any] = []
    for part in _parts(rows, order, at):
        found += part[: count - len(found)]
        if len(found) == count:
            break
    return found


def _parts(rows: QuerySet[Any], order: Order, at: Cursor | None) -> Iterator[QuerySet[Any]]:
    """The rows beyond the cursor, in order: those with a value, then those without, or the reverse
    when going backwards. Each part is one range of an index.
    """
    backwards = bool(at and at.backwards)
    descending = order.newest_first != backwards
    side, sign = ("lt", "-") if descending else ("gt", "")
    name = order.column
    with_value = rows.order_by(*dict.fromkeys((f"{sign}{name}", f"{sign}id")))
    beyond = Q()
    if at is not None and at.value is not None:
        beyond = Q(**{f"{name}__{side}e": at.value}) & (
            Q(**{f"{name}__{side}": at.value}) | Q(**{f"id__{side}": at.pk})
        )
    if not order.nullable:
        yield with_value.filter(beyond)
        return
    with_value = with_value.filter(beyond, **{f"{name}__isnull": False})
    without = rows.filter(**{f"{name}__isnull": True}).order_by(f"{sign}id")
    if at is not None and at.value is None:
        without = without.filter(**{f"id__{side}": at.pk})
        yield from (without, with_value) if backwards else (without,)
    else:
        yield from (with_value,) if backwards else (with_value, without)


def _address(
    request: Request, ordering: str, order: Order, edge: Rows, *, backwards: bool
) -> str | None:
    if not edge:
        return None
    cursor = Cursor(ordering, backwards, order.key(edge[0]), edge[0].pk)
    query = {**request.query_params.dict(), "cursor": str(cursor)}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}")
