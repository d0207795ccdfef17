"""Laws for programs: the list, one law, one article as it was law on a day."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from accounts.api.paging import LARGEST, PAGE_SIZE, refuse
from accounts.api.schema import paged
from reading_room import library
from reading_room.api import serializers, shapes
from reading_room.article_page import ArticlePage
from reading_room.library import Law, State
from reading_room.paging import BadCursor, Cursor
from reading_room.shelf import STATES, Shelf
from reading_room.statute_page import StatutePage, numbers

ON = OpenApiParameter(
    "on", OpenApiTypes.DATE, description=gettext_lazy("哪一天有效的文本；不写则为该文本本身")
)
LIST = [
    OpenApiParameter("state", enum=STATES, description=gettext_lazy("今日的效力")),
    OpenApiParameter("cursor", description=gettext_lazy("取自 next 或 previous，不要自行拼写")),
    OpenApiParameter("page_size", OpenApiTypes.INT),
]


class StatutesView(ApiView):
    """Every law that can be read, whole or as quoted by rules, in the order of their names."""

    scopes: ClassVar = {"GET": "legal:read"}
    params: ClassVar = ("cursor", "page_size", "state")

    @extend_schema(
        operation_id="legal_statutes",
        summary=gettext_lazy("法规列表：导入的全文，以及只有规则引用的法规"),
        parameters=LIST,
        responses={200: paged(serializers.StatuteRowSerializer)},
        tags=["legal"],
    )
    def get(self, request: Request) -> Response:
        page = Shelf(timezone.localdate(), _state(request)).page(_cursor(request), _size(request))
        return Response(
            {
                "next": _address(request, page.next),
                "previous": _address(request, page.previous),
                "results": [shapes.listed(row) for row in page.rows],
            }
        )


class StatuteView(ApiView):
    """One law: what is known of it, and the numbers of its articles."""

    scopes: ClassVar = {"GET": "legal:read"}

    @extend_schema(
        operation_id="legal_statute",
        summary=gettext_lazy("一部法规：效力、条号、各时期的文本、存入记录"),
        responses={200: serializers.StatuteSerializer},
        tags=["legal"],
    )
    def get(self, request: Request, instrument: str) -> Response:
        page = StatutePage(_law(instrument))
        row = Shelf(timezone.localdate()).row(page.law)
        return Response(shapes.statute(page, row, numbers(page.law)))


class ArticleView(ApiView):
    """One article as it was law on a day."""

    scopes: ClassVar = {"GET": "legal:read"}
    params: ClassVar = ("on",)

    @extend_schema(
        operation_id="legal_article",
        summary=gettext_lazy("某日有效的条文：文字、各时期的文本、变化、引用它的规则"),
        parameters=[ON],
        responses={200: serializers.ArticleSerializer},
        tags=["legal"],
    )
    def get(self, request: Request, instrument: str, article: str) -> Response:
        page = ArticlePage(_law(instrument), article, _day(request))
        known = library.is_article(article) and (page.asked or page.shown)
        if not known:
            message = _("“{instrument}”里没有载入第 {no} 条；编号写成 55 或 253-1，条号见 {where}")
            where = f"legal/statutes/{instrument}/"
            raise NotFound(
                message.format(instrument=instrument, no=article[:12], where=where),
                "unknown_article",
            )
        if page.shown is None:
            raise NotFound(_why_not(page), _code(page))
        return Response(shapes.article(page, page.shown))


def _law(code: str) -> Law:
    """The law with that code. Raises NotFound."""
    law = library.find(code) if library.is_code(code) else None
    if law is None:
        message = _("没有编号为“{code}”的法规；可用的编号见 legal/statutes/")
        raise NotFound(message.format(code=code[:64]), "unknown_instrument")
    return law


def _code(page: ArticlePage) -> str:
    return "no_text_on_day" if page.found is None else "text_not_held"


def _why_not(page: ArticlePage) -> str:
    """Why there is an article but no text of it for the day."""
    if page.found is None:
        spans = "；".join(f"{law.code} {law.start} – {law.until or ''}" for law in page.laws)
        message = _("{day} 当日没有载入的有效文本；已知的文本：{spans}")
        return message.format(day=page.day, spans=spans)
    if page.found.no is None:
        message = _("{day} 当日有效的是 {code}，其中没有与本条对应的条文，或者条号没有载入")
        return message.format(day=page.day, code=page.found.law.code)
    message = _("{day} 当日有效的是 {code} 第 {no} 条，条文没有载入；请导入该文本的全文")
    return message.format(day=page.day, code=page.found.law.code, no=page.found.no)


def _day(request: Request) -> date | None:
    text = request.query_params.get("on")
    if text is None:
        return None
    try:
        return library.read_day(text)
    except ValueError as bad:
        message = _("“{value}”不是日期；请写成 2026-11-23").format(value=text[:20])
        raise refuse("on", message) from bad


def _state(request: Request) -> State | None:
    text = request.query_params.get("state")
    if text is None:
        return None
    state = next((state for state in STATES if state == text), None)
    if state is None:
        message = _("没有“{value}”这种效力；可用：{known}")
        raise refuse("state", message.format(value=text[:40], known=", ".join(STATES)))
    return state


def _cursor(request: Request) -> Cursor | None:
    text = request.query_params.get("cursor")
    try:
        return Cursor.read(text) if text else None
    except BadCursor as bad:
        raise refuse("cursor", _("分页位置无效；请从第一页重新开始")) from bad


def _size(request: Request) -> int:
    text = request.query_params.get("page_size", str(PAGE_SIZE))
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:9]) <= LARGEST):
        raise refuse("page_size", _("每页条数应为 1 至 {most}").format(most=LARGEST))
    return int(text)


def _address(request: Request, cursor: str) -> str | None:
    query: dict[str, Any] = {**request.query_params.dict(), "cursor": cursor}
    return request.build_absolute_uri(f"{request.path}?{urlencode(query)}") if cursor else None
