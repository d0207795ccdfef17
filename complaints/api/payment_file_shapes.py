"""Lists of payments over HTTP: how one is answered, and what the description says of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions import payment_file
from complaints.api.one_call import call
from complaints.choices import PaymentWay
from complaints.clock_words import local
from complaints.models import PaymentFile, PaymentRow
from complaints.reconciling import Total

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


def totals(found: Mapping[str, Total]) -> dict[str, Any]:
    """The sums of each word, money as text."""
    return {
        show: {
            **{name: f"{getattr(total, name):.2f}" for name in ("owed", "paid", "open", "over")},
            "currency": "CNY",
            "cases": total.cases,
            "promises": total.promises,
        }
        for show, total in found.items()
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


class MoneyTotal(Shape):
    owed = s.CharField()
    paid = s.CharField()
    open = s.CharField()
    over = s.CharField(help_text=_("多付"))
    currency = s.CharField()
    cases = s.IntegerField()
    promises = s.IntegerField()


class ReconciliationAnswer(Shape):
    all = MoneyTotal()
    open = MoneyTotal()
    part = MoneyTotal(help_text=_("部分支付"))
    overdue = MoneyTotal(help_text=_("逾期未付"))
    paid = MoneyTotal(help_text=_("已付清"))
    over = MoneyTotal(help_text=_("多付"))


LIST = call(
    "payment_files_list",
    _("本人上传的付款清单"),
    paged(PaymentFileListed),
    parameters=paging(BY_ID),
)
UPLOAD = call(
    "payment_files_upload",
    _("上传付款清单：先得到每一行的预计结果，还没有登记"),
    PaymentFileAnswer,
    status=201,
    request={"multipart/form-data": PaymentFileSent},
)
READ = call("payment_files_read", _("一份付款清单与进度"), PaymentFileAnswer)
ROWS = call(
    "payment_files_rows",
    _("付款清单每一行的结果"),
    paged(PaymentRowAnswer),
    parameters=paging(BY_NUMBER),
)
START = call(
    "payment_files_start",
    _("开始登记付款清单；在后台进行，重复调用只登记一次"),
    PaymentFileAnswer,
    status=202,
    request=PaymentFileStart,
)
DISCARD = call("payment_files_discard", _("放弃还没有开始登记的付款清单"), None, status=204)
STOP = call(
    "payment_files_stop",
    _("停止登记：已登记的付款保留，可以再次开始"),
    PaymentFileAnswer,
    request={"application/json": {"type": "object", "maxProperties": 0}},
)
RECONCILIATION = call(
    "reconciliation",
    _("对账：您可以查看的案件中应付、已付、未付的合计"),
    ReconciliationAnswer,
    parameters=[OpenApiParameter("team", int, description=_("团队的编号"))],
)
