"""Letters over HTTP: how one is answered, and what the description says of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, OpenApiParameter
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints import delivery
from complaints.clock_words import local
from complaints.delivery import BY_PERSON, STATES, Told
from complaints.models import Outbox

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def letter(row: Outbox) -> dict[str, Any]:
    """One letter: its state is that of the last way that was tried."""
    tried = delivery.of_row(row)
    last = tried[0]
    return {
        "id": row.pk,
        "letter": row.effect,
        "name": last.name,
        "state": last.state,
        "cause": last.cause,
        "leaves_at": local(row.not_before),
        "attempts": row.attempts,
        "ways": [_way(each) for each in reversed(tried) if each.notice is not None],
    }


def _way(told: Told) -> dict[str, Any]:
    notice = told.notice
    return {
        "way": notice.brought or notice.way,
        "to": notice.to,
        "state": told.state,
        "cause": told.cause,
        "sent_at": local(notice.sent_at),
        "delivered_at": local(notice.delivered_at),
        "bounced_at": local(notice.bounced_at),
        "reference": notice.reference,
    }


class _Way(Shape):
    way = s.CharField()
    to = s.CharField(help_text=_("遮盖后的地址"))
    state = s.ChoiceField(list(STATES))
    cause = s.CharField(help_text=_("没有送达的原因和办法"))
    sent_at = s.DateTimeField(allow_null=True)
    delivered_at = s.DateTimeField(allow_null=True)
    bounced_at = s.DateTimeField(allow_null=True)
    reference = s.CharField(help_text=_("邮件号码"))


class LetterAnswer(Shape):
    id = s.IntegerField()
    letter = s.CharField()
    name = s.CharField()
    state = s.ChoiceField(list(STATES))
    cause = s.CharField(help_text=_("没有送达的原因和办法"))
    leaves_at = s.DateTimeField(help_text=_("最早发出的时刻，在此之前可以撤回"))
    attempts = s.IntegerField()
    ways = _Way(many=True)


class LetterActSent(Shape):
    reason = s.CharField(required=False, help_text=_("discard：为什么不再发出"))
    note = s.CharField(required=False, help_text=_("delivered：何时、以什么方式送达"))
    how = s.ChoiceField(BY_PERSON, required=False, help_text=_("delivered：方式"))
    reference = s.CharField(required=False, help_text=_("delivered：邮寄的邮件号码"))


LIST: dict[str, Any] = {
    "operation_id": "letters_list",
    "summary": _("给消费者的函件及其送达情况"),
    "tags": ["complaints"],
    "responses": {200: paged(LetterAnswer)},
    "parameters": paging(BY_ID),
}
ACT: dict[str, Any] = {
    "operation_id": "letters_act",
    "summary": _("撤回、发出、不再发出、再次发送、改由人工送达，或登记送达"),
    "tags": ["complaints"],
    "request": LetterActSent,
    "responses": {200: LetterAnswer},
    "parameters": [
        OpenApiParameter(
            "act",
            enum=["withhold", "release", "discard", "again", "by-hand", "delivered"],
            location="path",
        )
    ],
    "examples": [
        OpenApiExample(
            "邮寄",
            value={"note": "挂号信寄出", "how": "letter", "reference": "XA12345678911"},
            request_only=True,
        )
    ],
}
