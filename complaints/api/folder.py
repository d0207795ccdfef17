"""What is done with an item of the evidence: its custody, checks, links and withdrawal."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, page
from complaints import validation
from complaints.actions import folder
from complaints.api import folder_shapes, shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, CaseView, bare, caller
from evidence import linked
from evidence.models import Custody, Link


class CustodyView(CaseView):
    """Who had the item in hand, and for what."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = PARAMS

    @extend_schema(**folder_shapes.CUSTODY)
    def get(self, request: Request, number: str, item: int) -> Response:
        found = folder.item_of(bare(number, caller(request)), item)
        rows = Custody.objects.filter(item=found).select_related("by")
        return page(request, rows, folder_shapes.BY_ID, folder_shapes.hand)


class CheckView(CaseView):
    """The hash of the stored file, worked out again."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**folder_shapes.CHECK)
    def post(self, request: Request, number: str, item: int) -> Response:
        data = body(request)
        version = seen_version(request, data)
        validation.clean(data, {})
        found = folder.check(number, item, by=caller(request), version=version)
        return Response(folder_shapes.checked(found))


class LinksView(CaseView):
    """What the item proves."""

    scopes: ClassVar = READ_AND_WRITE

    @extend_schema(**folder_shapes.LINKS)
    def get(self, request: Request, number: str, item: int) -> Response:
        found = folder.item_of(bare(number, caller(request)), item)
        rows = linked.standing(Link.objects.filter(item=found).order_by("id"))
        return Response([folder_shapes.link(row) for row in rows])

    @extend_schema(**folder_shapes.SET_LINK)
    def post(self, request: Request, number: str, item: int) -> Response:
        standing = folder.link(number, item, body(request), by=caller(request))
        return Response([folder_shapes.link(row) for row in standing])


class WithdrawView(CaseView):
    """The item counts as proof no more."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**folder_shapes.WITHDRAW)
    def post(self, request: Request, number: str, item: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        found = folder.withdraw(number, item, data, by=by, version=version)
        return Response(shapes.item(found, number), headers=etag(bare(number, by).version))
