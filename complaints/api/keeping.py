"""Legal holds. What asks for the password is done in a person's session only, never with a key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page, refuse
from complaints import validation
from complaints.actions import legal_hold as acts
from complaints.api import keeping_shapes as shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, caller
from complaints.api.steps import reauthenticated_at
from complaints.errors import Invalid
from complaints.models import HeldCase, LegalHold
from complaints.querysets import scope_of

_SHOWN = {
    "all": Q(),
    "in_force": Q(released_at=None, release_asked_by=None),
    "release_asked": Q(released_at=None, release_asked_by__isnull=False),
    "released": Q(released_at__isnull=False),
}


def numbers_in(data: Mapping[str, Any]) -> str:
    """`numbers`, a list of case numbers, as the action takes it. Raises Invalid."""
    sent = data.get("numbers")
    if not isinstance(sent, list) or any(not isinstance(n, str) or not n.strip() for n in sent):
        raise Invalid({"numbers": [_("请给出案件编号的列表，例如 [“TS26-000123”]")]})
    return "\n".join(sent)


class HoldView(ApiView):
    """For whoever sees how long files are kept; counsel acts."""

    permission: ClassVar[str | None] = "see_retention"

    def visible(self, request: Request) -> Any:
        """The holds that the caller may see, with how many cases each has."""
        rows = LegalHold.objects.visible_to(caller(request))
        people = ("placed_by", "release_asked_by", "released_by")
        return rows.select_related(*people).annotate(held=Count("cases"))

    def shown(self, request: Request, pk: int, status: int = 200, **headers: str) -> Response:
        """One as it stands now. Raises LegalHold.DoesNotExist."""
        found = self.visible(request).get(pk=pk)
        return Response(shapes.legal_hold(found), status=status, headers=headers)


class LegalHoldsView(HoldView):
    """All that the caller may see; placing one."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = (*PARAMS, "show")

    @extend_schema(**shapes.HOLDS)
    def get(self, request: Request) -> Response:
        show = request.query_params.get("show") or "all"
        if show not in _SHOWN:
            raise refuse("show", _("show 应为 {known} 之一").format(known=", ".join(_SHOWN)))
        rows = self.visible(request).filter(_SHOWN[show])
        return page(request, rows, shapes.PLACED, shapes.legal_hold)

    @extend_schema(**shapes.PLACE)
    def post(self, request: Request) -> Response:
        by, data, at = caller(request), body(request), reauthenticated_at(request)
        sent = {**data, "numbers": numbers_in(data)}
        made = acts.place(sent, by=by, reauthenticated_at=at)
        return self.shown(request, made.pk, 201, Location=f"{request.path}{made.pk}/")


class LegalHoldView(HoldView):
    """One of them."""

    scopes: ClassVar = {"GET": READ}

    @extend_schema(**shapes.HOLD)
    def get(self, request: Request, legal_hold: int) -> Response:
        return self.shown(request, legal_hold)


class HeldCasesView(HoldView):
    """Its cases that the caller may see; adding others."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = PARAMS

    @extend_schema(**shapes.CASES)
    def get(self, request: Request, legal_hold: int) -> Response:
        hold = self.visible(request).get(pk=legal_hold)
        rows = HeldCase.objects.filter(scope_of(caller(request), "complaint__"), hold=hold)
        rows = rows.select_related("complaint", "added_by")
        return page(request, rows, shapes.BY_ID, shapes.held_case)

    @extend_schema(**shapes.ADD)
    def post(self, request: Request, legal_hold: int) -> Response:
        by, data, at = caller(request), body(request), reauthenticated_at(request)
        hold = self.visible(request).get(pk=legal_hold)
        sent = {**data, "numbers": numbers_in(data)}
        added = acts.add(hold.pk, sent, by=by, reauthenticated_at=at)
        return Response({"added": added}, status=201)


class AskReleaseView(HoldView):
    """The hold is no longer needed, says one of counsel."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.ASK)
    def post(self, request: Request, legal_hold: int) -> Response:
        by, data = caller(request), body(request)
        hold = self.visible(request).get(pk=legal_hold)
        acts.ask_release(hold.pk, data, by=by)
        return self.shown(request, hold.pk)


class ReleaseView(HoldView):
    """Another one of counsel agrees."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.RELEASE)
    def post(self, request: Request, legal_hold: int) -> Response:
        validation.clean(body(request), {})
        hold = self.visible(request).get(pk=legal_hold)
        acts.release(hold.pk, by=caller(request), reauthenticated_at=reauthenticated_at(request))
        return self.shown(request, hold.pk)


class KeepView(HoldView):
    """The hold stays."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.KEEP)
    def post(self, request: Request, legal_hold: int) -> Response:
        validation.clean(body(request), {})
        hold = self.visible(request).get(pk=legal_hold)
        acts.keep(hold.pk, by=caller(request))
        return self.shown(request, hold.pk)
