"""One value in clear for a person in a browser; for all who work on the case, whether last digits
are the same.
"""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body
from complaints.actions import revealing, tail_check
from complaints.api.base import WRITE, CaseView, caller, via
from complaints.api.one_call import call, sent
from complaints.api.steps import reauthenticated_at
from complaints.models.reveal import Purpose
from complaints.reading_words import CLEAR


class RevealSent(s.Serializer[Any]):
    field = s.CharField(
        help_text=_("phone、email、address、name、id_number、bank_account，或文本中的 span:N")
    )
    purpose = s.ChoiceField(Purpose.values)
    note = s.CharField(required=False, allow_blank=True, help_text=_("补充说明，不写号码"))


class RevealAnswer(s.Serializer[Any]):
    field = s.CharField()
    value = s.CharField(help_text=_("不要保存；页面上 60 秒后隐藏"))
    purpose = s.CharField()
    seconds = s.IntegerField()
    left = s.IntegerField(help_text=_("24 小时内还可以查看几次"))


class LastFourSent(s.Serializer[Any]):
    field = s.ChoiceField(tail_check.FIELDS)
    last_four = s.CharField()


class LastFourAnswer(s.Serializer[Any]):
    matches = s.BooleanField()
    left = s.IntegerField(help_text=_("24 小时内本案还可以错几次"))


class RevealView(CaseView):
    """Never remembered under an Idempotency-Key: the answer would be kept. Any key may ask, so that
    it hears why it is refused, and that it asked is recorded.
    """

    scopes: ClassVar = {"POST": None}
    remembers: ClassVar = False

    @extend_schema(
        **call(
            "complaint_reveal",
            _("查看一个号码：须由本人在浏览器会话中、5 分钟内确认过身份"),
            RevealAnswer,
            request=RevealSent,
            examples=sent({"field": "phone", "purpose": "call_back"}),
        )
    )
    def post(self, request: Request, number: str) -> Response:
        shown = revealing.reveal(
            number,
            body(request),
            by=caller(request),
            via=via(request),
            confirmed_at=reauthenticated_at(request),
        )
        answer = {
            "field": shown.row.field,
            "value": shown.value,
            "purpose": shown.row.purpose,
            "seconds": revealing.SECONDS,
            "left": shown.left,
        }
        response = Response(answer, headers={"Cache-Control": "no-store"})
        response.shown_fields = [f"{CLEAR}:{shown.row.field}"]  # type: ignore[attr-defined]
        return response


class LastFourView(CaseView):
    """Whether they are the same."""

    scopes: ClassVar = {"POST": WRITE}
    remembers: ClassVar = False

    @extend_schema(
        **call(
            "complaint_last_four",
            _("核对尾号：只回答是否一致"),
            LastFourAnswer,
            request=LastFourSent,
            examples=sent({"field": "phone", "last_four": "2719"}),
        )
    )
    def post(self, request: Request, number: str) -> Response:
        found = tail_check.check(number, body(request), by=caller(request))
        return Response({"matches": found.matches, "left": found.left})
