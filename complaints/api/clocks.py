"""What is done about the clocks of a case: longer terms, and the moments they rest on."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, Order, page
from accounts.api.schema import paged, paging
from complaints.actions import extensions, moments
from complaints.api import clock_shapes as shapes
from complaints.api.base import READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.models import Deadline, Extension, Moment

BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def _example(name: str, value: Any) -> list[OpenApiExample]:
    return [OpenApiExample(name, value=value, request_only=True)]


class ExtensionsView(CaseView):
    """Requests to make a clock longer."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(
        operation_id="extensions_list",
        summary=_("期限的延长申请"),
        tags=["complaints"],
        responses={200: paged(shapes.ExtensionAnswer)},
        parameters=paging(BY_ID),
    )
    def get(self, request: Request, number: str, deadline: int) -> Response:
        case = bare(number, caller(request))
        clock = Deadline.objects.get(complaint=case, pk=deadline)
        asked = Extension.objects.filter(deadline=clock)
        rows = asked.select_related("requested_by", "decided_by")
        return page(request, rows, BY_ID, shapes.extension, **etag(case.version))

    @extend_schema(
        operation_id="extensions_request",
        summary=_("申请延长期限；由期限表规定的角色批准，申请人不能自己批准"),
        tags=["complaints"],
        request=shapes.ExtensionSent,
        responses={201: shapes.ExtensionAnswer},
        examples=_example("等检测报告", {"reason": "检测机构下周三出具报告", "length": 5}),
    )
    def post(self, request: Request, number: str, deadline: int) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)  # a hidden case says nothing of what was sent
        version = seen_version(request, data)
        asked = extensions.request(number, deadline, data, by=by, version=version)
        headers = {"Location": f"{request.path}{asked.pk}/", **etag(bare(number, by).version)}
        return Response(shapes.extension(asked), status=201, headers=headers)


class ExtensionDecisionView(CaseView):
    """Approving or refusing a request."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(
        operation_id="extensions_decide",
        summary=_("批准或不批准延长申请"),
        tags=["complaints"],
        request=shapes.ExtensionDecision,
        responses={200: shapes.ExtensionAnswer},
        examples=_example("批准", {"decision": "approved", "note": "同意，请同时告知消费者"}),
    )
    def post(self, request: Request, number: str, deadline: int, extension: int) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        version = seen_version(request, data)
        decided = extensions.decide(number, deadline, extension, data, by=by, version=version)
        return Response(shapes.extension(decided), headers=etag(bare(number, by).version))


class MomentsView(CaseView):
    """When something of the matter happened."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(
        operation_id="moments_list",
        summary=_("时间节点，包括已经更正的"),
        tags=["complaints"],
        responses={200: paged(shapes.MomentAnswer)},
        parameters=paging(BY_ID),
    )
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = Moment.objects.filter(complaint=case).select_related("by")
        return page(request, rows, BY_ID, shapes.moment, **etag(case.version))

    @extend_schema(
        operation_id="moments_record",
        summary=_("登记或更正一个时间节点；期限由此开始、结束或者重新计算"),
        tags=["complaints"],
        request=shapes.MomentSent,
        responses={201: shapes.MomentRecorded},
        examples=_example("收到退货", {"kind": "goods_returned", "at": "2026-11-20"}),
    )
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        done = moments.record(number, data, by=by, version=version)
        answer = {
            "moment": shapes.moment(done.moment),
            "clocks": [shapes.change(change) for change in done.changes],
        }
        return Response(answer, status=201, headers=etag(bare(number, by).version))
