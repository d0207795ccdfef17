"""Lists of payments: uploaded, looked at, started, watched."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView, body
from accounts.api.paging import PARAMS, page, refuse
from accounts.api.parsers import BoundedForm
from complaints import reconciling
from complaints.actions import payment_file as lists
from complaints.api import payment_file_shapes as shapes
from complaints.api.base import READ, READ_AND_WRITE, WRITE, caller
from complaints.api.evidence import sent_file
from complaints.errors import Invalid
from complaints.models import PaymentFile, PaymentRow
from complaints.seen import saw_cases
from complaints.validation import clean


class PaymentFilesView(ApiView):
    """The lists that the caller uploaded, and a new one as a form with one `file`."""

    scopes: ClassVar = READ_AND_WRITE
    permission: ClassVar[str | None] = "reconcile_payments"
    params: ClassVar = PARAMS
    parser_classes = (BoundedForm,)

    @extend_schema(**shapes.LIST)
    def get(self, request: Request) -> Response:
        rows = PaymentFile.objects.filter(user=caller(request))
        return page(request, rows, shapes.BY_ID, shapes.listed)

    @extend_schema(**shapes.UPLOAD)
    def post(self, request: Request) -> Response:
        by, form, file = caller(request), body(request), sent_file(request)
        about = {k: v for k, v in form.items() if k != "file"}
        way = clean(about, {"way": lambda x: x}).get("way", "")
        made = lists.upload(file.chunks(), file.name or "", by=by, way=str(way))
        place = {"Location": f"{request.path}{made.pk}/"}
        return Response(shapes.file(made), status=201, headers=place)


class _OneView(ApiView):
    permission: ClassVar[str | None] = "reconcile_payments"


class PaymentFileView(_OneView):
    """One list and how far it is; thrown away while nothing of it was started."""

    scopes: ClassVar = {"GET": READ, "DELETE": WRITE}

    @extend_schema(**shapes.READ)
    def get(self, request: Request, payment_file: int) -> Response:
        return Response(shapes.file(_own(request, payment_file)))

    @extend_schema(**shapes.DISCARD)
    def delete(self, request: Request, payment_file: int) -> Response:
        lists.discard(_own(request, payment_file))
        return Response(status=204)


def _row(line: Any) -> dict[str, Any]:
    saw_cases(line.case)
    return shapes.row(line)


class RowsView(_OneView):
    """What becomes of each row."""

    scopes: ClassVar = {"GET": READ}
    params: ClassVar = PARAMS

    @extend_schema(**shapes.ROWS)
    def get(self, request: Request, payment_file: int) -> Response:
        rows = PaymentRow.objects.filter(file=_own(request, payment_file))
        rows = rows.annotate(case=F("complaint__number"))
        return page(request, rows, shapes.BY_NUMBER, _row)


class StartView(_OneView):
    """Begin, or go on after a stop."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.START)
    def post(self, request: Request, payment_file: int) -> Response:
        found = _own(request, payment_file)
        rows = clean(body(request), {"rows": lambda x: x}).get("rows", found.rows)
        if rows != found.rows:
            sentence = _("文件有 {rows} 行，与您核对的行数不符；请重新核对")
            raise Invalid({"rows": [sentence.format(rows=found.rows)]})
        lists.start(found, by=caller(request))
        found.refresh_from_db()
        return Response(shapes.file(found), status=202)


class StopView(_OneView):
    """What was paid stays; it may go on later."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(**shapes.STOP)
    def post(self, request: Request, payment_file: int) -> Response:
        found = _own(request, payment_file)
        clean(body(request), {})
        lists.stop(found)
        found.refresh_from_db()
        return Response(shapes.file(found))


class ReconciliationView(ApiView):
    """Owed, paid and open of all the cases that the caller sees."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "reconcile_payments"
    params: ClassVar = ("team",)

    @extend_schema(**shapes.RECONCILIATION)
    def get(self, request: Request) -> Response:
        team = request.query_params.get("team", "")
        if team and not (team.isascii() and team.isdigit() and len(team) < 10):
            raise refuse("team", _("team 应为团队的编号"))
        narrowed = {"complaint__team": int(team)} if team else {}
        rows = reconciling.promises(caller(request), **narrowed)
        return Response(shapes.totals(reconciling.totals(rows, timezone.now())))


def _own(request: Request, number: int) -> PaymentFile:
    return lists.find(number, caller(request))
