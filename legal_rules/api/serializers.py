"""The shapes of the legal API: what comes in is checked here, what goes out is described."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers
from rest_framework.exceptions import ErrorDetail, ValidationError

from legal_rules.fact_file import MOST_FACTS
from legal_rules.nearest import nearest
from legal_rules.values import FactError, UnknownFact
from legal_rules.vocabulary import CATEGORIES, FACTS, check_value

GUESSED = 20  # unknown facts for which the one that was meant is looked up


class KnownFields(serializers.Serializer[Any]):
    """A field that nobody knows is refused, never ignored: it may be a slip."""

    def to_internal_value(self, data: Any) -> Any:
        for name in data if isinstance(data, dict) else ():
            if name not in self.fields:
                meant = nearest(str(name), self.fields)
                words = _("没有这个字段；是否指 {meant}？") if meant else _("没有这个字段。")
                sentence = str(words).format(meant=meant)
                raise ValidationError({str(name)[:60]: [ErrorDetail(sentence, "unknown_field")]})
        return super().to_internal_value(data)


class EvaluateSerializer(KnownFields):
    """Facts as plain values; a fact that is left out, or null, is unknown."""

    as_of = serializers.DateField(
        required=False,
        help_text=_("行为发生的日期；也用作没有给出的合同日期。省略时为今天。"),
        error_messages={"invalid": _("应为日历上的日期，写成 2026-03-01。")},
    )
    facts = serializers.DictField(
        child=serializers.JSONField(allow_null=True),
        error_messages={
            "required": _("请给出事实：facts 是“事实编号: 值”的对象，可以为空。"),
            "not_a_dict": _("facts 应是“事实编号: 值”的对象。"),
        },
    )
    category = serializers.ChoiceField(
        choices=list(CATEGORIES), required=False, allow_null=True, help_text=_("投诉类别")
    )

    def validate(self, sent: dict[str, Any]) -> dict[str, Any]:
        """Facts in normal form. Every wrong one is an error of its own, named by its id."""
        lang = str(self.context.get("lang", "zh-hans"))
        return {**sent, "facts": checked(sent["facts"], lang)}


def checked(facts: dict[str, Any], lang: str) -> dict[str, Any]:
    """Normal values by fact. Raises ValidationError {fact id: [sentence]}, all at once."""
    if len(facts) > MOST_FACTS:
        sentence = str(_("共 {n} 项事实，最多 {most} 项。")).format(n=len(facts), most=MOST_FACTS)
        raise ValidationError({"facts": [ErrorDetail(sentence, "too_many")]})
    normal: dict[str, Any] = {}
    wrong: dict[str, list[ErrorDetail]] = {}
    for name, value in facts.items():
        try:
            normal[name] = None if value is None else check_value(name, value)
        except FactError as bad:
            if isinstance(bad, UnknownFact) and len(wrong) < GUESSED:
                bad.meant = nearest(name, FACTS)
            wrong[bad.fact_id] = [ErrorDetail(bad.sentence_for(lang), code=bad.code)]
    if wrong:
        raise ValidationError(wrong)
    return normal


class CitationSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    article = serializers.CharField()
    paragraph = serializers.IntegerField(required=False)


class ElementSerializer(serializers.Serializer[Any]):
    fact = serializers.CharField()
    question = serializers.CharField()
    status = serializers.ChoiceField(
        choices=["satisfied", "failed", "unknown", "proved", "refuted"]
    )
    role = serializers.ChoiceField(choices=["element", "presumption", "exception"])
    value = serializers.JSONField(allow_null=True)
    why = serializers.CharField()


class RuleFindingSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    remedy = serializers.CharField(allow_null=True)
    title = serializers.CharField()
    status = serializers.ChoiceField(choices=["applies", "does_not_apply", "open", "displaced"])
    presumed = serializers.BooleanField(help_text=_("举证责任倒置，免责事由尚未证明"))
    provisional = serializers.BooleanField(help_text=_("特别规定是否适用尚未查明"))
    displaced_by = serializers.CharField(allow_null=True)
    signed = serializers.BooleanField(help_text=_("法务已签署本条规则"))
    reason = serializers.CharField(allow_blank=True)
    summary = serializers.CharField()
    burden = serializers.CharField(allow_blank=True, help_text=_("举证责任"))
    citations = CitationSerializer(many=True)
    missing = serializers.ListField(child=serializers.CharField())
    elements = ElementSerializer(many=True)
    defences = ElementSerializer(many=True)


class BoundsSerializer(serializers.Serializer[Any]):
    low = serializers.CharField(allow_null=True)
    high = serializers.CharField(allow_null=True)


class RemedySerializer(serializers.Serializer[Any]):
    remedy = serializers.CharField()
    title = serializers.CharField()
    rule = serializers.CharField()
    kind = serializers.CharField()
    amount = serializers.CharField(allow_null=True)
    currency = serializers.CharField()
    minimum = serializers.CharField(allow_null=True)
    formula = serializers.CharField(allow_null=True)
    bounds = BoundsSerializer(allow_null=True)
    certain = serializers.BooleanField()
    needs_counsel = serializers.BooleanField()
    cumulates_with = serializers.ListField(child=serializers.CharField())
    alternatives = serializers.ListField(child=serializers.CharField())


class MissingFactSerializer(serializers.Serializer[Any]):
    fact = serializers.CharField()
    question = serializers.CharField()
    why = serializers.CharField()
    kind = serializers.ChoiceField(choices=["decides", "amount", "duty", "exposure", "defence"])
    found_by = serializers.ChoiceField(choices=["agent", "counsel"])
    evidence = serializers.CharField(allow_blank=True)
    decides = serializers.ListField(child=serializers.CharField())
    weight = serializers.FloatField()


class ExposureSerializer(serializers.Serializer[Any]):
    kind = serializers.CharField()
    citation = serializers.CharField()
    range = serializers.CharField()
    highest_of = serializers.ListField(
        child=serializers.CharField(), help_text=_("属同一违法行为时，与之相比只处数额高的罚款")
    )
    note = serializers.CharField(allow_blank=True)
    rule = serializers.CharField()
    remedy = serializers.CharField(allow_null=True)


class DutySerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    text = serializers.CharField()
    due = serializers.CharField(allow_blank=True)
    citation = serializers.CharField()
    rule = serializers.CharField()


class RightSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    citation = CitationSerializer()
    status = serializers.ChoiceField(choices=["infringed", "open"])


class AnalysisSerializer(serializers.Serializer[Any]):
    """The legal analysis of a set of facts on a date."""

    as_of = serializers.DateField()
    dated = serializers.BooleanField(help_text=_("请求中给出了行为日期"))
    rule_set = serializers.CharField()
    rulebook_sha256 = serializers.CharField()
    category = serializers.CharField(allow_null=True)
    rights = RightSerializer(many=True)
    rules = RuleFindingSerializer(many=True)
    remedies = RemedySerializer(many=True)
    possible_remedies = RemedySerializer(
        many=True, help_text=_("待查明的规则若成立时的金额；从不确定")
    )
    missing_facts = MissingFactSerializer(many=True)
    exposure = ExposureSerializer(many=True)
    duties = DutySerializer(many=True)
