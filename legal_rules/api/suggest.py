"""What a narrative suggests: facts, and the categories and rights that it may be about."""

from __future__ import annotations

from datetime import date
from typing import Any, ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiExample, extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.base import ApiView
from legal_rules.api.serializers import KnownFields
from legal_rules.suggest import Topic, suggest, suggest_categories, suggest_rights
from legal_rules.suggest.text import LOOKED_AT
from legal_rules.vocabulary import CATEGORIES

_PLACES = _("在 narrative 中的位置，按 Unicode 码位计（Python 的下标），不是 UTF-16 单元")


@extend_schema_field({"type": "string", "minLength": 1, "maxLength": LOOKED_AT})
class NarrativeField(serializers.Field[str, Any, str, Any]):
    """A text as it is: places are counted in it, so nothing is trimmed. Numbers are no texts."""

    default_error_messages: ClassVar = {
        "required": _("请给出叙述：narrative 是消费者所说经过的原文。"),
        "null": _("请给出叙述：narrative 是消费者所说经过的原文。"),
        "not_text": _("narrative 应是文字。"),
        "empty": _("narrative 是空的；请给出消费者所说经过的原文。"),
        "too_long": _("narrative 最多 {most} 字，现有 {n} 字；请缩短或分段提交。"),
    }

    def to_internal_value(self, data: Any) -> str:
        if not isinstance(data, str):
            self.fail("not_text")
        if not data.strip():
            self.fail("empty")
        if len(data) > LOOKED_AT:
            self.fail("too_long", most=LOOKED_AT, n=len(data))
        return data

    def to_representation(self, value: str) -> str:
        return value


class NarrativeSerializer(KnownFields):
    """A narrative and the day on which it was told."""

    narrative = NarrativeField(help_text=_("消费者所说的经过，原文"))
    received_on = serializers.DateField(
        required=False,
        help_text=_("收到的日期：“昨天”“3月1日”由它推算，晚于它的日期不会建议。省略时为今天。"),
        error_messages={"invalid": _("应为日历上的日期，写成 2026-03-01。")},
    )

    def validate_received_on(self, day: date) -> date:
        """Nothing is received tomorrow."""
        if day > timezone.localdate():
            raise serializers.ValidationError(_("收到日期不能晚于今天。"), "in_future")
        return day

    @property
    def on(self) -> date:
        """The day to count from."""
        return self.validated_data.get("received_on") or timezone.localdate()


class SuggestFactsSerializer(NarrativeSerializer):
    """With a category its facts come before others."""

    category = serializers.ChoiceField(
        choices=list(CATEGORIES), required=False, allow_null=True, help_text=_("投诉类别")
    )


class QuotedSerializer(serializers.Serializer[Any]):
    """The words that speak for a suggestion."""

    confidence = serializers.FloatField(
        min_value=0, max_value=1, help_text=_("0 到 1；用于排序，不是概率")
    )
    quote = serializers.CharField(help_text=_("narrative[start:end]"))
    start = serializers.IntegerField(min_value=0, help_text=_PLACES)
    end = serializers.IntegerField(min_value=0, help_text=_PLACES)


class SuggestionSerializer(QuotedSerializer):
    """One fact that the words speak for: a suggestion, never an answer."""

    fact_id = serializers.CharField()
    value = serializers.JSONField(
        help_text=_("事实词汇表中的值；多选事实为一项的列表，每个值一条建议")
    )
    judgement = serializers.BooleanField(help_text=_("只有法务可以认定；这里只是消费者的说法"))


class CategorySuggestionSerializer(QuotedSerializer):
    category = serializers.CharField()
    words = serializers.ListField(child=serializers.CharField())


class RightSuggestionSerializer(QuotedSerializer):
    right = serializers.CharField()


class TopicsSerializer(serializers.Serializer[Any]):
    """At most three categories, and the rights that they usually concern."""

    categories = CategorySuggestionSerializer(many=True)
    rights = RightSuggestionSerializer(many=True)


EXAMPLE = OpenApiExample(
    "电话推销保健品",
    summary=_("电话推销保健品"),
    request_only=True,
    value={
        "narrative": "11月9日接到推销电话，对方说胶囊根治高血压，当天付款3980元。要求退一赔三。",
        "received_on": "2026-11-12",
    },
)


class SuggestFactsView(ApiView):
    """Facts suggested from a narrative. Nothing is stored."""

    scopes: ClassVar = {"POST": "legal:read"}

    @extend_schema(
        operation_id="legal_suggest_facts",
        summary=_("从叙述中建议事实，附原话和把握程度；不保存，不作认定"),
        request=SuggestFactsSerializer,
        responses={200: SuggestionSerializer(many=True)},
        examples=[EXAMPLE],
        tags=["legal"],
    )
    def post(self, request: Request) -> Response:
        form = SuggestFactsSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        sent = form.validated_data
        found = suggest(sent["narrative"], form.on, sent.get("category"))
        return Response(SuggestionSerializer(found, many=True).data)


class SuggestCategoryView(ApiView):
    """Categories and rights suggested from a narrative. Nothing is stored."""

    scopes: ClassVar = {"POST": "legal:read"}

    @extend_schema(
        operation_id="legal_suggest_category",
        summary=_("从叙述中建议类别和涉及的权益；不保存，不作认定"),
        request=NarrativeSerializer,
        responses={200: TopicsSerializer},
        examples=[EXAMPLE],
        tags=["legal"],
    )
    def post(self, request: Request) -> Response:
        form = NarrativeSerializer(data=request.data)
        form.is_valid(raise_exception=True)
        topics = suggest_categories(form.validated_data["narrative"], form.on)
        rights = suggest_rights(topics)
        shaped = {
            "categories": [{"category": t.id, "words": t.words, **_quoted(t)} for t in topics],
            "rights": [{"right": t.id, **_quoted(t)} for t in rights],
        }
        return Response(TopicsSerializer(shaped).data)


def _quoted(topic: Topic) -> dict[str, Any]:
    return {name: getattr(topic, name) for name in ("confidence", "quote", "start", "end")}
