"""The analysis of a case over HTTP: that of the moment, and whether the frozen one still holds."""

from __future__ import annotations

from typing import Any

from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from complaints import facts, snapshots
from complaints.clock_words import local
from complaints.models import Analysis, Complaint
from complaints.periods import STATES, periods
from legal_rules import signatures
from legal_rules.api.serializers import AnalysisSerializer
from legal_rules.comparison import KINDS


class FrozenSerializer(s.Serializer[Any]):
    """When an analysis was frozen, on which occasion, on which law."""

    id = s.IntegerField()
    at = s.DateTimeField()
    occasion = s.ChoiceField(choices=Analysis.Occasion.choices)
    as_of = s.DateField()
    rulebook_sha256 = s.CharField()


class ChangeSerializer(s.Serializer[Any]):
    """One thing that is otherwise now than when the analysis was frozen, in words."""

    kind = s.ChoiceField(choices=list(KINDS))
    subject = s.CharField(allow_blank=True, help_text=_("事实、规则、义务等的编号"))
    title = s.CharField()
    before = s.CharField()
    after = s.CharField()
    why = s.CharField(allow_blank=True)
    sentence = s.CharField()


class WindowCitationSerializer(s.Serializer[Any]):
    """Where words of the law stand."""

    instrument = s.CharField()
    article = s.CharField()
    paragraph = s.IntegerField(required=False)
    item = s.IntegerField(required=False)


class WindowSerializer(s.Serializer[Any]):
    """A period of the law that runs from a date of the case."""

    id = s.CharField(help_text=_("期限表中的编号"))
    title = s.CharField()
    length = s.CharField()
    until = s.DateField(allow_null=True, help_text=_("最后一日"))
    provisional = s.BooleanField(help_text=_("最后一日涉及尚未公布放假安排的年份，是暂定的"))
    state = s.ChoiceField(choices=list(STATES))
    words = s.CharField()
    citation = WindowCitationSerializer(allow_null=True)
    basis = s.CharField()
    note = s.CharField(allow_blank=True)

    def get_fields(self) -> dict[str, Any]:
        """`from` is a word of Python, so it cannot be declared above."""
        begun = s.DateField(allow_null=True, help_text=_("起算的日期；尚未查明时为空"))
        return {"from": begun, **super().get_fields()}


class CaseAnalysisSerializer(AnalysisSerializer):
    """The legal analysis of the facts as they are, and of the frozen one whether it still holds."""

    frozen = FrozenSerializer(allow_null=True, help_text=_("最近一次留存的分析；没有时为空"))
    stale = s.BooleanField(allow_null=True, help_text=_("留存的分析是否已经过期；没有留存时为空"))
    changes = ChangeSerializer(
        many=True, help_text=_("留存之后的变动：事实、日期、规则库，以及不同的结论")
    )
    windows = WindowSerializer(
        many=True, help_text=_("法律上的期间：从案件的日期起算，截至今天的情况")
    )


def case_analysis(case: Complaint) -> dict[str, Any]:
    """What `CaseAnalysisSerializer` describes."""
    answers, frozen = facts.current_answers(case), snapshots.latest(case)
    stale = None if frozen is None else snapshots.is_stale(case, frozen, answers)
    lang = get_language() or "zh-hans"
    changes = snapshots.changes(case, frozen, lang, answers) if frozen and stale else []
    return {
        **signatures.mark(facts.analyse(case, answers)),
        "frozen": _frozen(frozen) if frozen else None,
        "stale": stale,
        "changes": [each.as_json() for each in changes],
        "windows": periods(case, answers),
    }


def _frozen(analysis: Analysis) -> dict[str, Any]:
    return {
        "id": analysis.pk,
        "at": local(analysis.at),
        "occasion": analysis.occasion,
        "as_of": analysis.as_of.isoformat(),
        "rulebook_sha256": analysis.rulebook_sha256,
    }
