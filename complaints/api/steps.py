"""The steps of a case: which may be taken now, what a step would lack, and taking it."""

from __future__ import annotations

from datetime import datetime
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts import reauthentication
from accounts.api.base import body, etag, seen_version
from accounts.models import User
from complaints.actions import signature, steps
from complaints.advance import check_version, find
from complaints.api import described
from complaints.api.base import READ_AND_WRITE, CaseView, answered, caller, hash_sent, via
from complaints.errors import Invalid


class StepsView(CaseView):
    """`GET` what may be done now, `POST` do it. `?dry_run=1` only says what is unmet."""

    scopes: ClassVar = READ_AND_WRITE
    params: ClassVar = ("dry_run",)

    @extend_schema(**described.STEPS)
    def get(self, request: Request, number: str) -> Response:
        by = caller(request)
        case = find(number, by)
        found = steps.available(
            case, by=by, via=via(request), reauthenticated_at=reauthenticated_at(request)
        )
        names = ("step", "title", "to", "allowed", "unmet", "fields", "optional")
        rows = [{name: row[name] for name in names} for row in found]
        return Response(rows, headers=etag(case.version))

    @extend_schema(**described.TAKE_STEP)
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        version, step = seen_version(request, data), _step(data)
        read = hash_sent(data) if step == "sign" else None
        if request.query_params.get("dry_run", "") not in ("", "0", "false"):
            _as_read(number, by, read)
            return self._only_said(request, number, step, data, version)
        steps.take(
            number,
            step,
            data,
            by=by,
            version=version,
            via=via(request),
            reauthenticated_at=reauthenticated_at(request),
            read=read,
        )
        return answered(number, by)

    def _only_said(
        self, request: Request, number: str, step: str, data: dict[str, Any], version: int | None
    ) -> Response:
        """What stands in the way; nothing is written."""
        by = caller(request)
        case = find(number, by)
        check_version(case, version)
        reasons = steps.check(
            case,
            step,
            data,
            by=by,
            via=via(request),
            reauthenticated_at=reauthenticated_at(request),
        )
        said = {
            "step": step,
            "allowed": not reasons,
            "unmet": [r.message for r in reasons],
            "errors": [{"field": "", "code": r.code, "message": r.message} for r in reasons],
        }
        return Response(said, headers=etag(case.version))


def _as_read(number: str, by: User, read: str | None) -> None:
    """For a dry run. Raises ContentChanged where something else would be signed."""
    case = find(number, by)
    if read is not None and signature.as_it_would_be_signed(case) is not None:
        signature.as_read(case, read, case.version)


def reauthenticated_at(request: Request) -> datetime | None:
    """When the person last confirmed the password in this session; a key never did."""
    return reauthentication.confirmed_at(request._request) if via(request) == "session" else None


def _step(data: dict[str, Any]) -> str:
    step = data.pop("step", None)
    if not isinstance(step, str) or not step:
        raise Invalid({"step": [_('请给出步骤，例如 "accept"')]})
    return step
