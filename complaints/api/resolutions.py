"""Proposals to the consumer, version by version. No key can sign one."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Prefetch, QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, Order, page
from complaints.actions import resolution as resolutions
from complaints.api import described, shapes
from complaints.api.base import READ_AND_WRITE, CaseView, bare, caller
from complaints.models import Opinion, Resolution

ORDERS = {"version": Order("version"), "-version": Order("version", newest_first=True)}


def _of(complaint: int) -> QuerySet[Resolution]:
    """The versions of a case with what belongs to them."""
    opinions = Prefetch("opinions", Opinion.objects.select_related("by", "voided"))
    return (
        Resolution.objects.filter(complaint=complaint)
        .select_related("proposed_by")
        .prefetch_related("measures__unit", "points", opinions)
    )


class ResolutionsView(CaseView):
    """`POST` edits the draft, or makes the next version after counsel returned one."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**described.RESOLUTIONS)
    def get(self, request: Request, number: str) -> Response:
        case = bare(number, caller(request))
        return page(request, _of(case.pk), ORDERS, shapes.resolution, **etag(case.version))

    @extend_schema(**described.PROPOSE)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        saved = resolutions.save_draft(number, data, by=by, version=version)
        answer = shapes.resolution(_of(saved.complaint_id).get(pk=saved.pk))
        return Response(answer, status=201, headers=etag(saved.complaint.version))
