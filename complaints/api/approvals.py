"""Approving an offer above its author's limit, over the API."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, Order, page
from accounts.api.schema import paged, paging
from complaints import clock_words
from complaints.actions import approvals
from complaints.api.base import READ_AND_WRITE, CaseView, bare, caller
from complaints.api.serializers import Person, money
from complaints.api.shapes import money as yuan
from complaints.api.shapes import person
from complaints.models import Approval

BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


class ApprovalSent(s.Serializer[Any]):
    approve = s.BooleanField()
    note = s.CharField(
        required=False, allow_blank=True, max_length=2000, help_text=_("不批准时必填")
    )
    version = s.IntegerField(required=False)


class ApprovalAnswer(s.Serializer[Any]):
    id = s.IntegerField()
    resolution = s.IntegerField(help_text=_("方案的版本"))
    amount = money()
    elsewhere = money()
    limit = money()
    currency = s.CharField()
    level = s.ChoiceField(Approval.Level.choices, help_text=_("由哪一级审批"))
    asked_at = s.DateTimeField()
    approved = s.BooleanField(allow_null=True, help_text=_("null 表示等待审批"))
    decided_by = Person(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    note = s.CharField(allow_blank=True)


def shown(asked: Approval) -> dict[str, Any]:
    """One approval: what counts towards the limit, and what was decided."""
    return {
        "id": asked.pk,
        "resolution": asked.resolution.version,
        "amount": yuan(asked.amount),
        "elsewhere": yuan(asked.elsewhere),
        "limit": yuan(asked.limit),
        "currency": "CNY",
        "level": asked.level,
        "asked_at": clock_words.local(asked.asked_at),
        "approved": asked.approved,
        "decided_by": person(asked.decided_by),
        "decided_at": clock_words.local(asked.decided_at),
        "note": asked.note,
    }


class ApprovalsView(CaseView):
    """`GET` lists what was asked; `POST` decides about what waits."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(
        operation_id="approvals_list",
        summary=_("超出拟订人权限的金额及其审批"),
        tags=["complaints"],
        responses={200: paged(ApprovalAnswer)},
        parameters=paging(BY_ID),
    )
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        rows = Approval.objects.filter(resolution__complaint=case)
        rows = rows.select_related("resolution", "decided_by")
        return page(request, rows, BY_ID, shown, **etag(case.version))

    @extend_schema(
        operation_id="approvals_decide",
        summary=_("批准或不批准等待审批的金额"),
        tags=["complaints"],
        request=ApprovalSent,
        responses={200: ApprovalAnswer},
        examples=[
            OpenApiExample("批准", value={"approve": True, "note": "同意"}, request_only=True)
        ],
    )
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        version = seen_version(request, data)
        decided = approvals.decide(number, data, by=by, version=version)
        return Response(shown(decided), headers=etag(bare(number, by).version))
