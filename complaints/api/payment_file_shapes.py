"""Lists of payments over HTTP: how one is answered, and what the description says of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions import payment_file
from complaints.choices import PaymentWay
from complaints.clock_words import local
from complaints.models import PaymentFile, PaymentRow

Shape = s.Serializer[Any]
BY_ID = {"-id": Order("id", newest_first=True), "id": Order("id")}
BY_NUMBER = {"number": Order("number")}


def file(found: PaymentFile) -> dict[str, Any]:
    """One list with how many rows have each outcome. One statement."""
    return {**listed(found), "outcomes": payment_file.counts(found)}


def listed(found: PaymentFile) -> dict[str, Any]:
    """One list among others."""
    return {
        "id": found.pk,
        "file_name": found.file_name,
        "sha256": found.sha256,
        "way": found.way,
        "state": found.state,
        "rows": found.rows,
        "read": found.read,
        "message": found.message,
        "created_at": local(found.created_at),
        "finished_at": local(found.finished_at),
    }


def row(line: PaymentRow) -> dict[str, Any]:
    """One row with what becomes of it."""
    return {
        "number": line.number,
        "outcome": line.outcome,
        "message": line.message,
        "cells": {k: v for k, v in line.cells.items() if k != "damage"},
    }


class PaymentFileListed(Shape):
    id = s.IntegerField()
    file_name = s.CharField()
    sha256 = s.CharField()
    way = s.ChoiceField(PaymentWay.choices, help_text=_("没有写付款方式的行按此登记"))
    state = s.ChoiceField(PaymentFile.State.choices)
    rows = s.IntegerField()
    read = s.IntegerField(help_text=_("已经登记到第几行"))
    message = s.CharField(allow_blank=True)
    created_at = s.DateTimeField()
    finished_at = s.DateTimeField(allow_null=True)


class PaymentFileAnswer(PaymentFileListed):
    outcomes = s.DictField(
        child=s.IntegerField(), help_text=_("每种结果的行数；登记之前为预计的结果")
    )


class PaymentRowAnswer(Shape):
    number = s.IntegerField()
    outcome = s.ChoiceField(PaymentRow.Outcome.choices)
    message = s.CharField(allow_blank=True)
    cells = s.DictField(child=s.CharField(allow_blank=True), help_text=_("已识别的列，照原样"))


class PaymentFileSent(Shape):
    file = s.FileField(help_text=_("CSV（UTF-8、GB18030）或 .xlsx，第一行是列名"))
    way = s.ChoiceField(PaymentWay.choices, required=False)


class PaymentFileStart(Shape):
    rows = s.IntegerField(required=False, help_text=_("您核对过的行数；与文件不符时不登记"))


def _call(operation: str, summary: Any, answer: Any, status: int = 200, **more: Any) -> Any:
    return {
        "operation_id": operation,
        "summary": summary,
        "tags": ["complaints"],
        "responses": {status: answer},
        **more,
    }


LIST = _call(
    "payment_files_list",
    _("本人上传的付款清单"),
    paged(PaymentFileListed),
    parameters=paging(BY_ID),
)
UPLOAD = _call(
    "payment_files_upload",
    _("上传付款清单：先得到每一行的预计结果，还没有登记"),
    PaymentFileAnswer,
    201,
    request={"multipart/form-data": PaymentFileSent},
)
READ = _call("payment_files_read", _("一份付款清单与进度"), PaymentFileAnswer)
ROWS = _call(
    "payment_files_rows",
    _("付款清单每一行的结果"),
    paged(PaymentRowAnswer),
    parameters=paging(BY_NUMBER),
)
START = _call(
    "payment_files_start",
    _("开始登记付款清单；在后台进行，重复调用只登记一次"),
    PaymentFileAnswer,
    202,
    request=PaymentFileStart,
)
