"""How longer terms and moments are answered: the dictionaries, and their OpenAPI shapes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from complaints import clock_words, extending
from complaints.api.serializers import Person
from complaints.api.shapes import person
from complaints.models import Extension, Moment
from complaints.moments import Change
from legal_rules import deadline_table

Shape = s.Serializer[Any]
DECISIONS = (Extension.Decision.APPROVED.value, Extension.Decision.REFUSED.value)


def extension(asked: Extension) -> dict[str, Any]:
    """One request for a longer term. `decision` is null while it waits."""
    return {
        "id": asked.pk,
        "deadline": asked.deadline_id,
        "terms": asked.terms,
        "text": extending.in_words(asked.terms),
        "reason": asked.reason,
        "requested_by": person(asked.requested_by),
        "requested_at": clock_words.local(asked.requested_at),
        "decision": asked.decision or None,
        "decided_by": person(asked.decided_by),
        "decided_at": clock_words.local(asked.decided_at),
        "note": asked.note,
    }


def moment(recorded: Moment) -> dict[str, Any]:
    """One moment of the matter."""
    kind = deadline_table.current().moments.get(recorded.kind)
    return {
        "id": recorded.pk,
        "kind": recorded.kind,
        "title": kind.title.in_(clock_words.language()) if kind else recorded.kind,
        "at": clock_words.local(recorded.at),
        "precise": recorded.precise,
        "source": str(recorded.source),
        "note": recorded.note,
        "by": person(recorded.by),
        "recorded_at": clock_words.local(recorded.recorded_at),
        "superseded_at": clock_words.local(recorded.superseded_at),
    }


def change(what: Change) -> dict[str, Any]:
    """What became of a clock."""
    return {
        "id": what.deadline.pk,
        "title": clock_words.title_of(what.deadline),
        "what": str(what.what),
        "from": clock_words.local(what.before),
        "to": clock_words.local(what.deadline.due_at),
        "provisional": what.deadline.provisional,
    }


class ExtensionTerms(Shape):
    """`to`: so long in all; `by`: so much more."""

    to = s.IntegerField(required=False)
    by = s.IntegerField(required=False)
    unit = s.CharField()


class ExtensionAnswer(Shape):
    id = s.IntegerField()
    deadline = s.IntegerField(help_text=_("期限的 id"))
    terms = ExtensionTerms()
    text = s.CharField()
    reason = s.CharField()
    requested_by = Person()
    requested_at = s.DateTimeField()
    decision = s.ChoiceField(DECISIONS, allow_null=True, help_text=_("等待决定时为 null"))
    decided_by = Person(allow_null=True)
    decided_at = s.DateTimeField(allow_null=True)
    note = s.CharField(allow_blank=True)


class ExtensionSent(Shape):
    reason = s.CharField(max_length=2000)
    length = s.IntegerField(
        required=False,
        allow_null=True,
        help_text=_("省略时为期限表允许的最长；超过上限的会被拒绝"),
    )
    version = s.IntegerField(required=False)


class ExtensionDecision(Shape):
    decision = s.ChoiceField(DECISIONS)
    note = s.CharField(
        required=False, allow_blank=True, max_length=2000, help_text=_("不批准时必填")
    )
    version = s.IntegerField(required=False)


class MomentAnswer(Shape):
    id = s.IntegerField()
    kind = s.CharField(help_text=_("时间节点表中的编号"))
    title = s.CharField()
    at = s.DateTimeField()
    precise = s.BooleanField(help_text=_("false 表示只知道是哪一天"))
    source = s.ChoiceField(Moment.Source.choices)  # type: ignore[assignment]
    note = s.CharField(allow_blank=True)
    by = Person(allow_null=True)
    recorded_at = s.DateTimeField()
    superseded_at = s.DateTimeField(allow_null=True, help_text=_("被后来的登记更正的时间"))


class ClockChange(Shape):
    id = s.IntegerField(help_text=_("期限的 id"))
    title = s.CharField()
    what = s.ChoiceField(("started", "moved", "met", "missed", "cancelled", "held"))
    to = s.DateTimeField()
    provisional = s.BooleanField(help_text=_("该年放假安排尚未公布"))

    def get_fields(self) -> dict[str, Any]:
        """`from` is no name for an attribute."""
        return {**super().get_fields(), "from": s.DateTimeField(allow_null=True)}


class MomentRecorded(Shape):
    """The moment, and what became of the clocks."""

    moment = MomentAnswer()
    clocks = ClockChange(many=True)


class MomentSent(Shape):
    kind = s.CharField(help_text=_("时间节点表中的编号"))
    at = s.CharField(help_text=_("日期，或者精确到分的时间；不能晚于现在"))
    note = s.CharField(required=False, allow_blank=True, max_length=500)
    version = s.IntegerField(required=False)
