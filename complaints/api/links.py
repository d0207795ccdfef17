"""Cases that have to do with one another, over HTTP."""

from __future__ import annotations

from typing import ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body
from complaints import linked
from complaints.actions import linking
from complaints.api import link_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller


class LinksView(CaseView):
    """What has to do with the case, and linking another one."""

    scopes: ClassVar = READ_AND_WRITE

    @extend_schema(**shapes.LINKS)
    def get(self, request: Request, number: str) -> Response:
        by = caller(request)
        return Response(shapes.around(linked.around(bare(number, by), by)))

    @extend_schema(**shapes.LINK)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        made = linking.link(number, data, by=by)
        headers = {"Location": f"{request.path}{made.pk}/"}
        row = linked.row_of(made, made.complaint)
        return Response(shapes.linked(row), status=201, headers=headers)


class LinkView(CaseView):
    """One link: deleting it says why; it stays in the history of both cases."""

    scopes: ClassVar = {"DELETE": WRITE}

    @extend_schema(**shapes.UNLINK)
    def delete(self, request: Request, number: str, link: int) -> Response:
        by, data = caller(request), body(request)
        linking.of_case(bare(number, by), link)
        return Response(shapes.ended(linking.unlink(number, link, data, by=by)))
