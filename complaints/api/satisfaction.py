"""What consumers say of closed cases."""

from __future__ import annotations

from typing import ClassVar

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body, etag, seen_version
from accounts.api.paging import PARAMS, page, refuse
from accounts.models import User
from complaints import validation
from complaints.actions import satisfaction
from complaints.api import satisfaction_shapes as shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, CaseView, answered, bare, caller
from complaints.models import Invitation
from complaints.satisfaction_figures import SHOWN, WINDOWS, figures, invitations


def _latest(number: str, by: User) -> tuple[int, Invitation | None]:
    """The case's version, and the invitation of its latest closing."""
    case = bare(number, by)
    rows = Invitation.objects.select_related("complaint__consumer", "feedback__by")
    return case.version, rows.filter(complaint=case).order_by("-id").first()


class CaseSatisfactionView(CaseView):
    """What the consumer said of one case; written down by a colleague who called."""

    scopes: ClassVar = READ_AND_WRITE

    @extend_schema(**shapes.READ)
    def get(self, request: Request, number: str) -> Response:
        version, latest = _latest(number, caller(request))
        return Response(shapes.of_case(latest), headers=etag(version))

    @extend_schema(**shapes.CALL_BACK)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version = seen_version(request, data)
        satisfaction.call_back(number, data, by=by, version=version)
        version, latest = _latest(number, by)
        return Response(shapes.of_case(latest), status=201, headers=etag(version))


class RedoView(CaseView):
    """重新办理 by somebody who did not handle the case."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar[str | None] = "assign"

    @extend_schema(**shapes.REDO)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        version = seen_version(request, data)
        given = validation.clean(
            {"user": None, "reason": None, **data},
            {
                "user": lambda x: validation.plain(x, 150, required=True),
                "reason": lambda x: validation.text(x, 2000, lines=True),
            },
        )
        user = User.objects.filter(username=given["user"]).first()
        reason = given["reason"]
        satisfaction.reopen_to_another(number, user, reason, by=by, version=version)
        return answered(number, by)


def _narrowed(request: Request) -> QuerySet[Invitation]:
    """By `days` and `team`. Raises ValidationError for what is none."""
    params, by = request.query_params, caller(request)
    days = params.get("days") or str(WINDOWS[1])
    if days not in map(str, WINDOWS):
        known = ", ".join(map(str, WINDOWS))
        raise refuse("days", _("days 应为 {known} 之一").format(known=known))
    team = params.get("team", "")
    if team and not (team.isascii() and team.isdigit() and len(team) < 10):
        raise refuse("team", _("team 应为团队的编号"))
    return invitations(by, timezone.now(), int(days), team)


class SatisfactionView(ApiView):
    """The list."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "see_satisfaction"
    params: ClassVar = ("show", "days", "team", *PARAMS)

    @extend_schema(**shapes.LIST)
    def get(self, request: Request) -> Response:
        show = request.query_params.get("show") or "all"
        if show not in SHOWN:
            raise refuse("show", _("show 应为 {known} 之一").format(known=", ".join(SHOWN)))
        rows = _narrowed(request).filter(SHOWN[show]).select_related("complaint", "feedback__by")
        return page(request, rows, shapes.ORDERS, shapes.invitation)


class SatisfactionFiguresView(ApiView):
    """The figures."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "see_satisfaction"
    params: ClassVar = ("days", "team")

    @extend_schema(**shapes.FIGURES)
    def get(self, request: Request) -> Response:
        return Response(shapes.figures(figures(_narrowed(request))))
