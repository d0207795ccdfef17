"""Several cases handed over in one call: looked at first, done row by row, given back."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import uuid4

from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import LARGEST_VERSION, ApiView, body
from complaints.actions import bulk
from complaints.actions.bulk import Chosen, HandOver
from complaints.api import bulk_shapes as shapes
from complaints.api.base import READ, WRITE, caller
from complaints.api.owners import receiver
from complaints.errors import Invalid
from complaints.models import BulkAct, Complaint
from complaints.seen import saw_cases

MOST_SENT = 500  # more than are done in one call: each of those is answered, and why it was not


class BulkView(ApiView):
    """Hand over; with `dry_run` only say what would become of each."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar[str | None] = "assign"

    @extend_schema(**shapes.BULK)
    def post(self, request: Request) -> Response:
        by, data = caller(request), body(request)
        dry_run = data.pop("dry_run", False)
        if type(dry_run) is not bool:
            raise Invalid({"dry_run": [_("应为 true 或 false")]})
        order = _order(data)
        if errors := order.problems():
            raise Invalid(errors)
        if dry_run:
            verdicts = bulk.preview(order, by=by)
            saw_cases(*(v.case.number for v in verdicts if v.case))
            return Response(shapes.verdicts(verdicts))
        return _answered(bulk.carry_out(uuid4(), order, by=by), by)


def _order(data: dict[str, Any]) -> HandOver:
    """Raises Invalid."""
    act, cases = data.pop("act", "assign"), data.pop("cases", None)
    if act != "assign":
        raise Invalid({"act": [_("批量操作现在只有“assign”（转派）")]})
    if not isinstance(data.get("note") or "", str):
        raise Invalid({"note": [_("这里应填写文字")]})
    to = receiver(data)
    return HandOver(_cases(cases), to["user"], to["team"], to["note"])


def _cases(value: Any) -> list[Chosen]:
    words = _("请给出案件的列表，例如 [{“number”: “TS26-000123”, “version”: 3}]，最多 {n} 件")
    wrong = Invalid({"cases": [words.replace("{n}", str(MOST_SENT))]})
    if not isinstance(value, list) or not 0 < len(value) <= MOST_SENT:
        raise wrong
    found = []
    for each in value:
        if not isinstance(each, dict) or not {"number"} <= set(each) <= {"number", "version"}:
            raise wrong
        number, version = each["number"], each.get("version")
        known = version is None or (type(version) is int and 0 <= version <= LARGEST_VERSION)
        if not isinstance(number, str) or not known:
            raise wrong
        found.append(Chosen(number, version))
    return found


class BulkActView(ApiView):
    """What became of each case; only whoever did it reads it."""

    scopes: ClassVar = {"GET": READ}
    permission: ClassVar[str | None] = "assign"

    @extend_schema(**shapes.ACT)
    def get(self, request: Request, bulk_act: int) -> Response:
        by = caller(request)
        return _answered(_own(bulk_act, by), by)


class BulkUndoView(ApiView):
    """Give back what nobody has touched since."""

    scopes: ClassVar = {"POST": WRITE}
    permission: ClassVar[str | None] = "assign"

    @extend_schema(**shapes.UNDO)
    def post(self, request: Request, bulk_act: int) -> Response:
        by, data = caller(request), body(request)
        act = _own(bulk_act, by)
        if data:
            raise Invalid({min(data)[:60]: [_("这个请求没有内容")]})
        return _answered(bulk.undo(act.pk, by=by), by)


def _own(pk: int, by: Any) -> BulkAct:
    try:
        return bulk.find(pk, by=by)
    except BulkAct.DoesNotExist as missing:
        raise Http404 from missing


def _answered(act: BulkAct, by: Any) -> Response:
    rows = bulk.rows_of(act)
    ids = [row.complaint_id for row in rows if row.complaint_id]
    visible = set(Complaint.objects.visible_to(by).filter(pk__in=ids).values_list("pk", flat=True))
    saw_cases(*(row.asked for row in rows if row.complaint_id in visible))
    return Response(shapes.act(act, rows, visible))
