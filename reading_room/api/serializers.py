"""What the OpenAPI description says of laws and articles."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

EXTENTS = ("all", "selected", "quoted")
STATES = ("in_force", "not_yet", "ended")
FOUND_BY = ("same", "known", "by_number", "none", "unknown")
PIECES = ("same", "ins", "del")


class SpanSerializer(serializers.Serializer[Any]):
    """The days on which a text is law, both included."""

    until = serializers.DateField(allow_null=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": serializers.DateField(), **super().get_fields()}


class StatuteRowSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    title = serializers.CharField()
    short_title = serializers.CharField()
    kind = serializers.CharField(allow_null=True)
    issuing_body = serializers.CharField(allow_null=True)
    number = serializers.CharField(allow_null=True)
    in_force = SpanSerializer()
    state = serializers.ChoiceField(choices=STATES, help_text=_("今日的效力"))
    extent = serializers.ChoiceField(
        choices=EXTENTS, help_text=_("全文、节选，或者仅有规则引用的部分")
    )
    articles = serializers.IntegerField()
    articles_cited = serializers.IntegerField(help_text=_("规则引用的条数"))
    text_source = serializers.CharField(allow_null=True)


class OtherTextSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    in_force = SpanSerializer()
    extent = serializers.ChoiceField(choices=EXTENTS)


class ImportSerializer(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    sha256 = serializers.CharField()
    imported_at = serializers.DateTimeField()
    current = serializers.BooleanField()
    changed = serializers.ListField(child=serializers.CharField())
    added = serializers.ListField(child=serializers.CharField())
    removed = serializers.ListField(child=serializers.CharField())


class StatuteSerializer(StatuteRowSerializer):
    effective_date = serializers.DateField(allow_null=True)
    promulgated_date = serializers.DateField(allow_null=True)
    status_basis = serializers.CharField(allow_null=True)
    notes = serializers.CharField(allow_blank=True)
    article_numbers = serializers.ListField(child=serializers.CharField())
    texts = OtherTextSerializer(many=True)
    imports = ImportSerializer(many=True)


class PlaceSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    article = serializers.CharField()


class ArticleInTextSerializer(serializers.Serializer[Any]):
    instrument = serializers.CharField()
    article = serializers.CharField(allow_null=True)
    found_by = serializers.ChoiceField(
        choices=FOUND_BY,
        help_text=_(
            "same 同一文本；known 条号对应已知；by_number 按条号对应，须核对；"
            "none 没有对应条文；unknown 条号没有载入"
        ),
    )
    in_force = SpanSerializer()
    extent = serializers.ChoiceField(choices=("all", "quoted"), allow_null=True)


class PieceSerializer(serializers.Serializer[Any]):
    kind = serializers.ChoiceField(choices=PIECES)
    text = serializers.CharField()


class ComparedSerializer(serializers.Serializer[Any]):
    to = PlaceSerializer()
    same = serializers.BooleanField()
    pieces = PieceSerializer(many=True)

    def get_fields(self) -> dict[str, Any]:
        return {"from": PlaceSerializer(), **super().get_fields()}


class CitingRuleSerializer(serializers.Serializer[Any]):
    rule = serializers.CharField()
    title = serializers.CharField()
    quotes_agree = serializers.BooleanField(
        allow_null=True, help_text=_("规则所引文字与条文是否一致；没有全文时为 null")
    )


class ArticleSerializer(serializers.Serializer[Any]):
    """The text in force on the day `on`; without `on`, the text of the instrument itself."""

    instrument = serializers.CharField()
    article = serializers.CharField()
    on = serializers.DateField(allow_null=True)
    asked = PlaceSerializer()
    found_by = serializers.ChoiceField(choices=FOUND_BY)
    citation = serializers.CharField()
    text = serializers.CharField()
    extent = serializers.ChoiceField(choices=("all", "quoted"))
    note = serializers.CharField(allow_blank=True)
    chapter = serializers.CharField(allow_blank=True)
    in_force = SpanSerializer()
    state = serializers.ChoiceField(choices=STATES)
    text_source = serializers.CharField(allow_null=True)
    texts = ArticleInTextSerializer(many=True)
    changed_since = ComparedSerializer(allow_null=True)
    changed_later = ComparedSerializer(allow_null=True)
    rules = CitingRuleSerializer(many=True)
