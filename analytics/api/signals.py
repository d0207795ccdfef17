"""Signals over HTTP, for reading: what is decided about one is decided by a person."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, etag
from accounts.api.paging import PARAMS, page, refuse
from analytics import acting
from analytics.api import signal_shapes as shapes
from analytics.models import Signal
from analytics.signal_life import Kind, State
from complaints.api.base import caller
from complaints.querysets import scope_of

READ = "analytics:read"


def _chosen(request: Request, name: str, known: list[str]) -> str:
    """A filter; "" for none. Raises ValidationError for what is none of the words."""
    value = request.query_params.get(name, "")
    if value and value not in known:
        words = _("{name} 应为 {known} 之一")
        raise refuse(name, words.format(name=name, known=", ".join(known)))
    return value


class SignalsView(ApiView):
    """All that the caller may see."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "see_analytics"
    params: ClassVar = ("state", "kind", *PARAMS)

    @extend_schema(**shapes.LIST)
    def get(self, request: Request) -> Response:
        by = caller(request)
        rows = Signal.objects.visible_to(by).counted_for(by).select_related("owner")
        if state := _chosen(request, "state", State.values):
            rows = rows.filter(state=state)
        if kind := _chosen(request, "kind", Kind.values):
            rows = rows.filter(kind=kind)
        return page(request, rows.defer("words", "numbers"), shapes.ORDERS, shapes.signal)


class SignalView(ApiView):
    """One of them, with what was found beside and what is done about it."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "see_analytics"

    @extend_schema(**shapes.READ)
    def get(self, request: Request, signal: int) -> Response:
        by = caller(request)
        rows = Signal.objects.visible_to(by).counted_for(by).select_related("owner")
        found = rows.get(pk=signal)
        return Response(shapes.whole(found), headers=etag(found.version))


class SignalCasesView(ApiView):
    """Its cases, of those that the caller may see."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "see_analytics"
    params: ClassVar = PARAMS

    @extend_schema(**shapes.CASES)
    def get(self, request: Request, signal: int) -> Response:
        by = caller(request)
        rows = acting.find(signal, by).cases.filter(scope_of(by, "complaint__"))
        rows = rows.select_related("complaint")
        return page(request, rows, shapes.BY_ID, shapes.case)
