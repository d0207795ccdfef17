"""How requests for longer terms are answered: the dictionaries, and their OpenAPI shapes."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from complaints import clock_words, extending
from complaints.api.serializers import Person
from complaints.api.shapes import person
from complaints.models import Extension

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
