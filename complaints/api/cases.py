"""Registering, listing, reading and mending cases."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, etag, seen_version
from accounts.api.paging import PARAMS, page
from complaints import validation
from complaints.actions import assignment, intake, urging
from complaints.api import described, shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, CaseView, answered, bare, caller, shown
from complaints.api.filters import FILTERS, ORDERS, narrowed
from complaints.api.owners import receiver
from complaints.models import Complaint


class CasesView(CaseView):
    """The queue, and the way in."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = (*FILTERS, "q", *PARAMS)

    @extend_schema(**described.LIST)
    def get(self, request: Request) -> Response:
        by, now = caller(request), timezone.now()
        visible = shapes.with_relations(Complaint.objects.visible_to(by))
        cases = narrowed(visible, request.query_params, by, now)
        return page(request, cases, ORDERS, lambda case: shapes.complaint(case, now))

    @extend_schema(**described.REGISTER)
    def post(self, request: Request) -> Response:
        by, now, data = caller(request), timezone.now(), body(request)
        case = intake.register(data, by=by, now=now)
        consumer = {name: text for name, text in (data.get("consumer") or {}).items() if text}
        earlier = intake.similar(consumer, case.order_number, by, limit=6)
        similar = [s for s in earlier if s["number"] != case.number][:5]
        headers = {**etag(case.version), "Location": f"{request.path}{case.number}/"}
        return Response(shapes.registered(case, similar, now), status=201, headers=headers)


class CaseDetailView(CaseView):
    """One case."""

    scopes: ClassVar = {"GET": READ, "PATCH": WRITE}

    @extend_schema(**described.READ_CASE)
    def get(self, request: Request, number: str) -> Response:
        case = shown(number, caller(request))
        return Response(shapes.complaint(case, timezone.now()), headers=etag(case.version))

    @extend_schema(**described.EDIT)
    def patch(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        intake.amend(number, data, by=by, version=version)
        return answered(number, by)


class OwnerView(CaseView):
    """Who works on the case."""

    scopes: ClassVar = {"PUT": WRITE}

    @extend_schema(**described.ASSIGN)
    def put(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        bare(number, by)
        assignment.assign(number, by=by, version=version, **receiver(data))
        return answered(number, by)


def _note(value: Any) -> str:
    return validation.text(value, 2000, required=True, lines=True)


class UrgeView(CaseView):
    """催办 whoever has to act now."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**described.URGE)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        urging.urge(number, data, by=by)
        return answered(number, by)


class GiveBackView(CaseView):
    """退回 to whoever handed it over."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**described.GIVE_BACK)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        bare(number, by)
        given = validation.clean({"note": None, **data}, {"note": _note})
        assignment.give_back(number, by=by, note=given["note"], version=version)
        return answered(number, by)
