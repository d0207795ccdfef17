"""Requests to look into cases. A key asks and ends; deciding and reviewing is a person's word."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page, refuse
from accounts.roles import refusal
from complaints import validation
from complaints.actions import access
from complaints.actions import access_decision as decisions
from complaints.actions.access_list import PERMISSIONS, RELATED, Seen, rows_of, tabs_of
from complaints.api import access_shapes as shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, caller, via
from complaints.errors import NotAllowed
from complaints.models import AccessRequest
from complaints.seen import saw_cases


class AccessView(ApiView):
    """For whoever asks, decides or reviews; which it is, each act looks."""

    permission: ClassVar[str | None] = None

    def _tabs(self, request: Request) -> list[str]:
        """Raises NotAllowed for whoever has no part in it."""
        tabs = tabs_of(caller(request))
        if not tabs:
            raise NotAllowed(refusal("ask_access"))
        return tabs

    def shown(self, request: Request, pk: int, status: int = 200, **headers: str) -> Response:
        """One as it stands now. Raises AccessRequest.DoesNotExist."""
        user = caller(request)
        row = AccessRequest.objects.select_related(*RELATED).get(pk=pk)
        if not any(map(user.may, PERMISSIONS)) or not decisions.may_see(row, user):
            raise AccessRequest.DoesNotExist
        if row.by_id != user.pk:
            saw_cases(row.number)
        seen = Seen(row, user, timezone.now())
        return Response(shapes.request_of(seen), status=status, headers=headers)

    def by_a_person(self, request: Request) -> None:
        """Raises NotAllowed for a key."""
        if via(request) == "api":
            raise NotAllowed(_("密钥不能决定或复核；请由本人在浏览器会话中进行"))


class AccessRequestsView(AccessView):
    """The lists; asking."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = (*PARAMS, "show")

    @extend_schema(**shapes.LIST)
    def get(self, request: Request) -> Response:
        tabs, user, now = self._tabs(request), caller(request), timezone.now()
        show = request.query_params.get("show") or tabs[0]
        if show not in tabs:
            raise refuse("show", _("show 应为 {known} 之一").format(known=", ".join(tabs)))

        def shape(row: AccessRequest) -> dict[str, Any]:
            if show != "mine":
                saw_cases(row.number)
            return shapes.request_of(Seen(row, user, now))

        rows = rows_of(user, show, now).select_related(*RELATED).order_by()
        return page(request, rows, shapes.NEWEST, shape)

    @extend_schema(**shapes.ASK)
    def post(self, request: Request) -> Response:
        made = access.ask(body(request), by=caller(request))
        return self.shown(request, made.pk, 201, Location=f"{request.path}{made.pk}/")


class AccessRequestView(AccessView):
    """One of them."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**shapes.ONE)
    def get(self, request: Request, access_request: int) -> Response:
        return self.shown(request, access_request)


class AccessDecideView(AccessView):
    """The word on it."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.DECIDE)
    def post(self, request: Request, access_request: int) -> Response:
        self.by_a_person(request)
        decisions.decide(access_request, body(request), by=caller(request))
        return self.shown(request, access_request)


class AccessEndView(AccessView):
    """Before its time."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.END)
    def post(self, request: Request, access_request: int) -> Response:
        validation.clean(body(request), {})
        decisions.end(access_request, by=caller(request))
        return self.shown(request, access_request)


class AccessReviewView(AccessView):
    """Afterwards."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.REVIEW)
    def post(self, request: Request, access_request: int) -> Response:
        self.by_a_person(request)
        decisions.review(access_request, body(request), by=caller(request))
        return self.shown(request, access_request)
