"""An answer of the consumer after the offer was answered, over HTTP."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema
from rest_framework import serializers as s
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import body, seen_version
from complaints.actions import answers
from complaints.api import shapes
from complaints.api.base import WRITE, CaseView, bare, caller
from complaints.api.serializers import CommunicationAnswer
from complaints.choices import CONSENT_MEANS


class LaterAnswerSent(s.Serializer[Any]):
    answer = s.ChoiceField(["accepts", "declines"])
    means = s.ChoiceField(list(CONSENT_MEANS))
    note = s.CharField(help_text=_("消费者的原话"))
    evidence = s.IntegerField(required=False, allow_null=True, help_text=_("证据编号"))
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))


class LaterAnswerKept(s.Serializer[Any]):
    communication = CommunicationAnswer()
    stands = s.CharField(help_text=_("什么仍然有效，还可以做什么"))


class AnswersView(CaseView):
    """Keep it; the state stays as it is, and the answer says what stands."""

    scopes: ClassVar = {"POST": WRITE}

    @extend_schema(
        operation_id="answers_keep",
        summary=_("登记消费者后来的答复"),
        tags=["complaints"],
        request=LaterAnswerSent,
        responses={201: LaterAnswerKept},
        examples=[
            OpenApiExample(
                "后来的答复",
                value={"answer": "accepts", "means": "phone", "note": "我想好了，同意。"},
                request_only=True,
            )
        ],
    )
    def post(self, request: Request, number: str) -> Response:
        by, data = caller(request), body(request)
        bare(number, by)
        version = seen_version(request, data)
        kept = answers.keep(number, data, by=by, version=version)
        said = shapes.communication(kept.communication)
        return Response({"communication": said, "stands": kept.stands}, status=201)
