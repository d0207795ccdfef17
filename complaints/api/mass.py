"""Mass cases. Counsel's signature (`mass_sign.py`) is given in a person's session only."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body, etag, seen_version
from accounts.api.paging import PARAMS, page, refuse
from accounts.models import User
from complaints import mass_members, validation
from complaints.actions import mass as masses
from complaints.api import mass_shapes as shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, CaseView, bare, caller
from complaints.models import MassCase
from complaints.seen import seen_as


def whole(pk: int, by: User, status: int = 200, **headers: str) -> Response:
    """One of them as it stands now, with counsel's signature and the figures."""
    mass = MassCase.objects.visible_to(by).select_related("opened_by").get(pk=pk)
    members = mass_members.counts(mass_members.members(mass, by), mass_members.MEMBERS)
    silent = mass_members.counts(mass_members.silent(mass, by), mass_members.SILENT)
    answer = shapes.whole(mass, members, silent)
    return Response(answer, status=status, headers={**etag(mass.version), **headers})


def chosen(request: Request, known: dict[str, Q]) -> Q:
    """What `show` means. Raises ValidationError for a word that is none."""
    show = request.query_params.get("show") or "all"
    if show not in known:
        raise refuse("show", _("show 应为 {known} 之一").format(known=", ".join(known)))
    return known[show]


class MassView(ApiView):
    """For whoever sees cases."""

    permission: ClassVar[str | None] = "see_complaints"


class MassCasesView(MassView):
    """All that the caller may see; opening one."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**shapes.LIST)
    def get(self, request: Request) -> Response:
        rows = MassCase.objects.visible_to(caller(request)).select_related("opened_by")
        return page(request, rows, shapes.ORDERS, shapes.mass_case)

    @extend_schema(**shapes.OPEN)
    def post(self, request: Request) -> Response:
        by = caller(request)
        made = masses.open_one(body(request), by=by)
        return whole(made.pk, by, 201, Location=f"{request.path}{made.pk}/")


class MassCaseView(MassView):
    """One of them."""

    scopes: ClassVar = {"GET": READ, "PATCH": WRITE}

    @extend_schema(**shapes.READ)
    def get(self, request: Request, mass: int) -> Response:
        return whole(mass, caller(request))

    @extend_schema(**shapes.CHANGE)
    def patch(self, request: Request, mass: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        masses.write(mass, data, by=by, version=version)
        return whole(mass, by)


class MassMembersView(MassView):
    """Its cases."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = ("show", *PARAMS)

    @extend_schema(**shapes.MEMBERS)
    def get(self, request: Request, mass: int) -> Response:
        by = caller(request)
        rows = mass_members.members(masses.find(mass, by), by).select_related("complaint")
        found = rows.filter(chosen(request, mass_members.MEMBERS))
        return page(request, found, shapes.BY_AT, seen_as(shapes.member))

    @extend_schema(**shapes.JOIN)
    def post(self, request: Request, mass: int) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        given = validation.clean(
            {"complaint": None, **data},
            {"complaint": lambda x: validation.plain(x, 20, required=True)},
        )
        masses.join(given["complaint"], mass, by=by, version=version)
        return whole(mass, by, 201)


class LeaveView(CaseView):
    """A case leaves."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.LEAVE)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        version = seen_version(request, data)
        given = validation.clean({"reason": None, **data}, {"reason": lambda x: x})
        masses.leave(number, given["reason"], by=by, version=version)
        return Response(status=204)
