"""The shapes in which rules are read over HTTP."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from legal_rules.models import RuleSignature


class SourceSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    article = serializers.CharField()
    paragraph = serializers.IntegerField(required=False)
    name = serializers.CharField()
    text = serializers.CharField()


class VersionSerializer(serializers.Serializer[Any]):
    """The rule as it stood between two days, both included."""

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name in Python."""
        return {"from": serializers.DateField(), **super().get_fields()}

    until = serializers.DateField(allow_null=True)
    basis = serializers.CharField(allow_blank=True)
    sources = SourceSerializer(many=True)
    exceptions = serializers.ListField(child=serializers.CharField())
    doubts = serializers.ListField(child=serializers.CharField())
    duties = serializers.ListField(child=serializers.CharField())
    burden = serializers.CharField(allow_blank=True)
    exposures = serializers.ListField(child=serializers.CharField())


class SignatureSerializer(serializers.Serializer[Any]):
    """Counsel's latest act on the rule."""

    act = serializers.ChoiceField(choices=RuleSignature.Act.values)
    by = serializers.CharField()
    on = serializers.DateTimeField()
    sha256 = serializers.CharField(help_text=_("签署的内容；与规则的 sha256 相同时签署有效"))
    comment = serializers.CharField(allow_blank=True)


class RuleCardSerializer(serializers.Serializer[Any]):
    id = serializers.CharField()
    title = serializers.CharField()
    remedy = serializers.CharField(allow_null=True)
    right = serializers.CharField(allow_null=True)
    sha256 = serializers.CharField(help_text=_("规则现在的内容"))
    signed = serializers.BooleanField(help_text=_("法务已签署现在的内容；否则是草稿"))
    signature = SignatureSerializer(allow_null=True)
    dated_by = serializers.ListField(child=serializers.CharField())
    yields_to = serializers.ListField(child=serializers.CharField())
    alternatives = serializers.ListField(child=serializers.CharField())
    cumulates_with = serializers.ListField(child=serializers.CharField())
    facts = serializers.ListField(child=serializers.CharField())
    versions = VersionSerializer(many=True)
    examples: Any = serializers.ListField(
        child=serializers.CharField(), help_text=_("例子的名称，只有中文")
    )


class RulesSerializer(serializers.Serializer[Any]):
    rule_set = serializers.CharField()
    rulebook_sha256 = serializers.CharField()
    rules = RuleCardSerializer(many=True)


class ExampleSerializer(serializers.Serializer[Any]):
    name = serializers.CharField(help_text=_("只有中文"))
    on = serializers.DateField(allow_null=True)
    facts = serializers.DictField(child=serializers.JSONField())
    expect = serializers.DictField(child=serializers.JSONField())
    holds = serializers.BooleanField(help_text=_("规则现在得出的结果与期望相同"))


class RuleSerializer(RuleCardSerializer):
    """A rule in words."""

    rule_set = serializers.CharField()
    rulebook_sha256 = serializers.CharField()
    prose = serializers.ListField(
        child=serializers.CharField(), help_text=_("一行一句；行首的全角空格表示层次")
    )
    examples: Any = ExampleSerializer(many=True)
