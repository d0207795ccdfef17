"""Payments over HTTP: how one is answered, what is sent, and what the description says of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions.payments import NOTE_LIMIT
from complaints.api.serializers import Person, money
from complaints.choices import PaymentWay
from complaints.clock_words import local
from complaints.models import Payment

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def payment(paid: Payment) -> dict[str, Any]:
    """One payment."""
    return {
        "id": paid.pk,
        "commitment": paid.commitment_id,
        "amount": f"{paid.amount:.2f}",
        "currency": "CNY",
        "paid_on": paid.paid_on.isoformat(),
        "way": paid.way,
        "reference": paid.reference,
        "evidence": paid.evidence_number,
        "note": paid.note,
        "by": {"username": paid.by.username, "name": paid.by.name},
        "at": local(paid.at),
        "reversed_at": local(paid.reversed_at),
        "reversed_reason": paid.reversed_reason,
    }


class PaymentAnswer(Shape):
    id = s.IntegerField()
    commitment = s.IntegerField(help_text=_("为哪一项承诺而付"))
    amount = money()
    currency = s.CharField()
    paid_on = s.DateField()
    way = s.ChoiceField(PaymentWay.choices)
    reference = s.CharField(help_text=_("流水号：全角转半角、去空格、字母大写"))
    evidence = s.IntegerField(allow_null=True)
    note = s.CharField(allow_blank=True)
    by = Person()
    at = s.DateTimeField()
    reversed_at = s.DateTimeField(allow_null=True, help_text=_("冲正的时间；未冲正为 null"))
    reversed_reason = s.CharField(allow_blank=True)


class NewPayment(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
    commitment = s.IntegerField(
        required=False,
        allow_null=True,
        help_text=_("为哪一项承诺而付；不填时为一笔付清本案全部未付措施，金额须等于合计"),
    )
    amount = money(help_text=_("实付金额，元；多于未付金额的须写明 note"))
    paid_on = s.DateField(help_text=_("付款日期；不晚于今天，不早于收到投诉之日"))
    way = s.ChoiceField(PaymentWay.choices)
    reference = s.CharField(max_length=64, help_text=_("流水号；同一付款方式下只能登记一次"))
    currency = s.ChoiceField([("CNY", "CNY")], required=False)
    evidence = s.IntegerField(required=False, allow_null=True, help_text=_("回单的证据编号"))
    note = s.CharField(required=False, allow_blank=True, max_length=NOTE_LIMIT)


class Reversal(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
    reason = s.CharField(max_length=NOTE_LIMIT)


LIST: dict[str, Any] = {
    "operation_id": "payments_list",
    "summary": _("本案的付款"),
    "tags": ["complaints"],
    "responses": {200: paged(PaymentAnswer)},
    "parameters": paging(BY_ID),
}
PAY: dict[str, Any] = {
    "operation_id": "payments_make",
    "summary": _("登记付款；付足的承诺随之兑现"),
    "tags": ["complaints"],
    "request": NewPayment,
    "responses": {201: PaymentAnswer(many=True)},
    "examples": [
        OpenApiExample(
            "银行转账",
            value={
                "commitment": 31,
                "amount": "3980.00",
                "paid_on": "2026-11-26",
                "way": "bank",
                "reference": "20261126000831",
            },
            request_only=True,
        )
    ],
}
REVERSE: dict[str, Any] = {
    "operation_id": "payments_reverse",
    "summary": _("冲正一笔付款：同一流水号下的各项一并冲正，不再付足的承诺恢复为待兑现"),
    "tags": ["complaints"],
    "request": Reversal,
    "responses": {200: PaymentAnswer(many=True)},
    "examples": [OpenApiExample("退票", value={"reason": "银行退票"}, request_only=True)],
}
