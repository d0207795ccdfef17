"""Counsel's signature over the finding of a mass case, in the session of a person: no key signs."""

from __future__ import annotations

from typing import ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body
from complaints import validation
from complaints.actions import mass as masses
from complaints.api import mass_shapes as shapes
from complaints.api.base import WRITE, caller, via
from complaints.api.mass import MassView, whole
from complaints.api.steps import reauthenticated_at
from complaints.errors import NotAllowed


class MassSignView(MassView):
    """Signing what was read."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.SIGN)
    def post(self, request: Request, mass: int) -> Response:
        by, data = caller(request), body(request)
        masses.find(mass, by)
        if via(request) != "session":
            raise NotAllowed(_("签署只能由本人在浏览器中进行，程序密钥不能签署"))
        given = validation.clean(
            {"opinion": None, "content": None, **data},
            {"opinion": lambda x: x, "content": lambda x: validation.plain(x, 64, required=True)},
        )
        masses.sign(
            mass,
            given["opinion"],
            read=given["content"],
            by=by,
            reauthenticated_at=reauthenticated_at(request),
        )
        return whole(mass, by, 201)
