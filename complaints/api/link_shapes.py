"""Linked cases over HTTP: how they are answered, what is sent, what is said of it."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from complaints.actions.linking import BY_HAND
from complaints.api.one_call import call, sent
from complaints.choices import LinkKind
from complaints.clock_words import local
from complaints.lifecycle import Outcome, State
from complaints.linked import MERGED_FROM, MERGED_INTO, Around, Linked
from complaints.models import CaseLink

Shape = s.Serializer[Any]
KINDS = (*LinkKind.values, MERGED_INTO, MERGED_FROM)


def linked(row: Linked) -> dict[str, Any]:
    """Another case and what it has to do with this one."""
    return {
        "id": row.link,
        "number": row.case.number,
        "title": row.case.title,
        "state": row.case.state,
        "outcome": row.case.outcome,
        "kind": row.kind,
        "first": row.first,
        "note": row.note,
        "by": row.by,
        "at": local(row.at),
    }


def around(found: Around) -> dict[str, Any]:
    """What the caller sees of it."""
    return {"results": [linked(row) for row in found.rows], "hidden": found.hidden}


def ended(one: CaseLink) -> dict[str, Any]:
    """A link that was ended."""
    return {"id": one.pk, "kind": one.kind, "ended_at": local(one.ended_at)}


class LinkedSerializer(Shape):
    id = s.IntegerField(allow_null=True, help_text=_("并案的没有编号，用 reopen 取消"))
    number = s.CharField()
    title = s.CharField()
    state = s.ChoiceField(State.choices)
    outcome = s.ChoiceField(["", *Outcome.values])
    kind = s.ChoiceField(KINDS)
    first = s.BooleanField(help_text=_("关系从本案读起；否则从另一件读起"))
    note = s.CharField(allow_blank=True)
    by = s.CharField(allow_blank=True)
    at = s.DateTimeField(allow_null=True)


class AroundSerializer(Shape):
    results = LinkedSerializer(many=True)
    hidden = s.IntegerField(help_text=_("不在您的范围内的案件有几件"))


class EndedLinkSerializer(Shape):
    id = s.IntegerField()
    kind = s.ChoiceField(LinkKind.choices)
    ended_at = s.DateTimeField()


class CaseLinkSentSerializer(Shape):
    to = s.CharField(max_length=20, help_text=_("另一件案件的编号"))
    kind = s.ChoiceField(BY_HAND)
    note = s.CharField(required=False, allow_blank=True, max_length=1000)


class EndLinkSentSerializer(Shape):
    reason = s.CharField(max_length=1000)


LINKS = call("links", _("与本案关联、并入本案和本案并入的案件"), AroundSerializer)
LINK = call(
    "link",
    _("关联另一件案件"),
    LinkedSerializer,
    status=201,
    request=CaseLinkSentSerializer,
    examples=sent({"to": "TS26-000002", "kind": "same_matter", "note": "同一次扣款"}),
)
UNLINK = call(
    "unlink",
    _("取消关联；两件案件的经过里留下理由"),
    EndedLinkSerializer,
    request=EndLinkSentSerializer,
    examples=sent({"reason": "不是同一笔交易"}),
)
