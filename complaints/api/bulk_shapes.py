"""A hand-over of several cases over HTTP: shapes, and what the description says of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.utils.translation import gettext as _now
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from complaints.actions.bulk import Verdict
from complaints.api.one_call import call, sent
from complaints.api.review_shapes import NothingSent
from complaints.clock_words import local
from complaints.models import BulkAct, BulkRow

Shape = s.Serializer[Any]


def verdicts(found: Iterable[Verdict]) -> dict[str, Any]:
    """What would become of each; nothing was written."""
    rows = [_row(v.chosen.number, v.why, possible=not v.why) for v in found]
    return {"id": None, "undo_until": None, "undone_at": None, "rows": rows}


def act(of: BulkAct, rows: Iterable[BulkRow], visible: Collection[int]) -> dict[str, Any]:
    """What became of each; of a case that the person sees no more not even the number."""
    return {
        "id": of.pk,
        "undo_until": local(of.undo_until),
        "undone_at": local(of.undone_at) if of.undone_at else None,
        "rows": [
            _done(row, row.complaint_id is None or row.complaint_id in visible) for row in rows
        ],
    }


def _done(row: BulkRow, seen: bool) -> dict[str, Any]:
    if not seen:
        return _row(None, _now("已不在您的范围内"), possible=False, done=row.done)
    more = {"done": row.done, "undone": row.undone_at is not None, "kept_why": row.kept_why}
    return _row(row.asked, row.why, possible=row.done, **more)


def _row(
    number: str | None,
    why: str,
    *,
    possible: bool,
    done: bool = False,
    undone: bool = False,
    kept_why: str = "",
) -> dict[str, Any]:
    return {
        "number": number,
        "possible": possible,
        "done": done,
        "why": why,
        "undone": undone,
        "kept_why": kept_why,
    }


class CaseSent(Shape):
    """One case, and the version of it that was seen."""

    number = s.CharField(max_length=30)
    version = s.IntegerField(required=False, allow_null=True)


class BulkSent(Shape):
    """To whom; `user` null is back to the queue."""

    act = s.ChoiceField(["assign"], required=False)
    cases = CaseSent(many=True)
    user = s.CharField(required=False, allow_null=True, help_text=_("用户名，null 表示退回待分配"))
    team = s.CharField(required=False, allow_null=True)
    note = s.CharField(max_length=2000)
    dry_run = s.BooleanField(required=False, help_text=_("只预览，什么也不写"))


class BulkRowAnswer(Shape):
    """One case: `why` says why not, `kept_why` why it was not given back."""

    number = s.CharField(allow_null=True)
    possible = s.BooleanField()
    done = s.BooleanField()
    why = s.CharField()
    undone = s.BooleanField()
    kept_why = s.CharField()


class BulkAnswer(Shape):
    """The act and its rows, in the order in which they were sent; without `id`: a preview."""

    id = s.IntegerField(allow_null=True)
    undo_until = s.DateTimeField(allow_null=True)
    undone_at = s.DateTimeField(allow_null=True)
    rows = BulkRowAnswer(many=True)


BULK = call(
    "complaints_bulk",
    _("一次转派多件案件，最多 50 件，每件单独判断；dry_run 只预览；10 分钟内可以撤销"),
    BulkAnswer,
    request=BulkSent,
    examples=sent(
        {
            "act": "assign",
            "cases": [{"number": "TS26-000123", "version": 3}],
            "user": "hejing",
            "note": "请今天接手",
            "dry_run": True,
        }
    ),
)
ACT = call("complaints_bulk_act", _("一次批量转派的逐件结果；只有转派的人能看"), BulkAnswer)
UNDO = call(
    "complaints_bulk_undo",
    _("撤销一次批量转派：这以后没有人动过的案件回到原来的责任人，其余的说明原因"),
    BulkAnswer,
    request=NothingSent,
)
