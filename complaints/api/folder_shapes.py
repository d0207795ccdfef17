"""The folder over HTTP: custody, checks, withdrawal and links as they are answered and sent, and
what the description says of them.
"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers as s

from accounts.api.paging import Order
from accounts.api.schema import paged, paging
from complaints.actions.folder import Checked
from complaints.api.review_shapes import NothingSent
from complaints.api.serializers import EvidenceItem, Person
from complaints.clock_words import local
from evidence.models import Custody, Link

Shape = s.Serializer[Any]
BY_ID = {"id": Order("id"), "-id": Order("id", newest_first=True)}


def hand(row: Custody) -> dict[str, Any]:
    """One row of custody."""
    by = {"username": row.by.username, "name": row.by.name}
    return {"id": row.pk, "at": local(row.at), "by": by, "act": row.act, "detail": row.detail}


def link(row: Link) -> dict[str, Any]:
    """What an item proves."""
    return {"kind": row.kind, "target": row.target, "at": local(row.at)}


def checked(found: Checked) -> dict[str, Any]:
    """What a check came to."""
    return {"holds": found.holds, "sha256": found.item.sha256, "found": found.found}


class Hand(Shape):
    id = s.IntegerField()
    at = s.DateTimeField()
    by = Person()
    act = s.ChoiceField(Custody.Act.choices)
    detail = s.DictField(help_text=_("校验的结果等；没有则为空"))


class LinkAnswer(Shape):
    kind = s.ChoiceField(Link.Kind.choices)
    target = s.CharField(help_text=_("事实的编号，或争点的标题"))
    at = s.DateTimeField()


class CheckAnswer(Shape):
    holds = s.BooleanField(help_text=_("重新计算的 SHA-256 是否与收取时一致"))
    sha256 = s.CharField(help_text=_("收取时的 SHA-256"))
    found = s.CharField(allow_blank=True, help_text=_("现在的 SHA-256；文件不在存储中时为空"))


class LinkSent(Shape):
    kind = s.ChoiceField(Link.Kind.choices)
    target = s.CharField(max_length=200, help_text=_("事实的编号，或现行方案中争点的标题"))
    linked = s.BooleanField(required=False, help_text=_("false 为取消关联"))


class WithdrawalSent(Shape):
    version = s.IntegerField(required=False, help_text=_("您最后读到的案件版本"))
    reason = s.CharField(max_length=2000)


def _call(operation: str, summary: Any, answers: Any, **more: Any) -> dict[str, Any]:
    return {
        "operation_id": operation,
        "summary": summary,
        "tags": ["complaints"],
        "responses": {200: answers},
        **more,
    }


CUSTODY = _call("evidence_custody", _("证据的保管链"), paged(Hand), parameters=paging(BY_ID))
CHECK = _call(
    "evidence_check", _("重新计算文件的哈希，结果记入保管链"), CheckAnswer, request=NothingSent
)
LINKS = _call("evidence_links", _("证据所证明的事实与争点"), LinkAnswer(many=True))
SET_LINK = _call(
    "evidence_link", _("关联事实或争点，或取消关联"), LinkAnswer(many=True), request=LinkSent
)
WITHDRAW = _call(
    "evidence_withdraw",
    _("撤回证据：仍留在卷宗，不再用作证明"),
    EvidenceItem,
    request=WithdrawalSent,
)
