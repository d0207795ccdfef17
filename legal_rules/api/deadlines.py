"""The table of deadlines over HTTP: which time limits there are, on what they rest, who signed."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from legal_rules import deadline_reading, deadline_table, regime_signatures
from legal_rules.api.rule_serializers import SignatureSerializer
from legal_rules.deadline_names import NATURES, OWED_BY, UNITS, USES


class LimitPlaceSerializer(serializers.Serializer[Any]):
    """Where words of the law stand."""

    instrument = serializers.CharField()
    article = serializers.CharField()
    paragraph = serializers.IntegerField(required=False)
    item = serializers.IntegerField(required=False)


class LimitSourceSerializer(serializers.Serializer[Any]):
    citation = LimitPlaceSerializer(
        allow_null=True, help_text=_("条文的位置；条文没有收录在本系统时为空")
    )
    name = serializers.CharField()
    text = serializers.CharField(allow_blank=True)


class CourseSerializer(serializers.Serializer[Any]):
    what = serializers.CharField()
    text = serializers.CharField()


class LimitSerializer(serializers.Serializer[Any]):
    """One time limit."""

    id = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    use = serializers.ChoiceField(choices=list(USES))
    kind = serializers.CharField(allow_null=True, help_text=_("计时的种类；不计时的为空"))
    nature = serializers.ChoiceField(choices=list(NATURES))
    owed_by = serializers.ChoiceField(choices=list(OWED_BY))
    length = serializers.IntegerField(allow_null=True)
    unit = serializers.ChoiceField(choices=list(UNITS), allow_null=True)
    back = serializers.BooleanField(help_text=_("从那一天往前数"))
    figure = serializers.CharField(allow_blank=True)
    until = serializers.DateField(allow_null=True)
    sources = LimitSourceSerializer(many=True)
    course = CourseSerializer(many=True, help_text=_("怎样起算、结束、中止、延长和提醒"))
    note = serializers.CharField(allow_blank=True)
    corrections = serializers.ListField(child=serializers.CharField())

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python."""
        return {"from": serializers.DateField(), **super().get_fields()}


class RegimeSerializer(serializers.Serializer[Any]):
    """The time limits of one field, which counsel signs together."""

    id = serializers.CharField()
    title = serializers.CharField()
    sha256 = serializers.CharField(help_text=_("这个领域现在的内容"))
    signed = serializers.BooleanField(help_text=_("法务已签署现在的内容；否则是草稿"))
    signature = SignatureSerializer(allow_null=True)
    deadlines = LimitSerializer(many=True)


class RegimesSerializer(serializers.Serializer[Any]):
    regimes = RegimeSerializer(many=True)


class LimitsView(ApiView):
    """Every time limit of the table, by field."""

    scopes: ClassVar = {"GET": "legal:read"}

    @extend_schema(
        operation_id="legal_deadlines",
        summary=_("期限表：每一个法定期限、怎样计算、法务是否签署"),
        responses={200: RegimesSerializer},
        tags=["legal"],
    )
    def get(self, request: Request) -> Response:
        table, lang = deadline_table.current(), get_language() or "zh-hans"
        found = regime_signatures.REGIMES.standings().values()
        cards = [deadline_reading.regime_card(each, table, lang) for each in found]
        return Response({"regimes": cards})
